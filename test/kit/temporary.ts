// Temporary directories that vanish when the test that asked for one is over.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** For use within a test. In a beforeAll use `directoryToRemove`. */
export async function temporaryDirectory(name = 'test'): Promise<string> {
  const { path, remove } = await directoryToRemove(name);
  onTestFinished(remove);
  return path;
}

export async function directoryToRemove(name = 'test'): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(await realpath(tmpdir()), `signalbox-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
