// Git guards a mirror by lock files. Another process may hold one (try again), or one that was killed may have left it (remove it).
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GitFailed } from './git-failed.ts';

const pausesMs = [100, 400, 1600];

/** Does the work again when another process held the mirror; locks older than any command may run have no owner. */
export async function retryWhenLocked<Result>(
  gitDirectory: string,
  timeoutSeconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error)) throw error;
      await removeStaleLocks(gitDirectory, (timeoutSeconds + 60) * 1000);
      await pause(pauseMs);
    }
  }
  return work();
}

const isLocked = (error: unknown) =>
  error instanceof GitFailed &&
  error.why === 'exit' &&
  /cannot lock ref|unable to create '[^']*\.lock'|could not lock|another git process/i.test(error.lastWords);

async function removeStaleLocks(gitDirectory: string, olderThanMs: number): Promise<void> {
  const top = await readdir(gitDirectory);
  const refs = await readdir(join(gitDirectory, 'refs'), { recursive: true });
  const locks = [...top, ...refs.map((name) => join('refs', name))].filter((name) => name.endsWith('.lock'));
  for (const lock of locks) {
    const path = join(gitDirectory, lock);
    const facts = await stat(path).catch(() => undefined);
    if (facts && Date.now() - facts.mtimeMs > olderThanMs) await rm(path, { force: true });
  }
}
