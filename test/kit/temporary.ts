// Temporary directories that vanish when the test that asked for one is over.
import { access, constants, mkdtemp, realpath, rm, statfs } from 'node:fs/promises';
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

/** In memory where the system offers plenty of it: making a database takes 11 ms there against 60 to 200 on a slow disk. */
export async function quickDirectory(name = 'test'): Promise<string> {
  return mkdtemp(join(await quickHome(), `signalbox-${name}-`));
}

async function quickHome(): Promise<string> {
  const memory = '/dev/shm';
  try {
    await access(memory, constants.W_OK);
    const { bavail, bsize } = await statfs(memory);
    // Containers often have 64 MB there.
    if (bavail * bsize > 4 * 2 ** 30) return memory;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return realpath(tmpdir());
}
