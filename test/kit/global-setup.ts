// Names the directory of the test run's own PostgreSQL before all tests, and removes it after them. The first test that needs it starts it.
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { quickDirectory } from './temporary.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseDirectory: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await quickDirectory(`tests-${process.pid}`);
  project.provide('databaseDirectory', directory);
  await removeLeft(dirname(directory));
  return () => remove(directory);
}

/** A run that was killed leaves its PostgreSQL running: the directory's name says whose it was. */
async function removeLeft(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = Number(/^signalbox-tests-(\d+)-/.exec(name)?.[1]);
    if (pid && !lives(pid)) await remove(join(home, name));
  }
}

async function remove(directory: string): Promise<void> {
  const { removePostgres } = await import('../../packages/server/src/base/postgres/index.ts');
  await removePostgres(directory);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
