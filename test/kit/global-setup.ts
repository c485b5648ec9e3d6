// Names the directory of the test run's own PostgreSQL before all tests, and removes it after them. The first test that needs it starts it.
import type { TestProject } from 'vitest/node';
import { quickDirectory } from './temporary.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseDirectory: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await quickDirectory('tests');
  project.provide('databaseDirectory', directory);
  return async () => {
    const { removePostgres } = await import('../../packages/server/src/base/postgres/index.ts');
    await removePostgres(directory);
  };
}
