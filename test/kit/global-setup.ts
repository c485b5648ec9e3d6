// Names the directory of the test run's own PostgreSQL before all tests, and removes it after them. The first test that needs it starts it.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    databaseDirectory: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-tests-'));
  project.provide('databaseDirectory', directory);
  return async () => {
    const { removePostgres } = await import('../../packages/server/src/base/postgres/index.ts');
    await removePostgres(directory);
  };
}
