// Files that only their owner may read: keys and tokens in the data directory.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the file holds, without white space around it; undefined when there is none. @throws when others may read it. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(
        `${path} may be read by others (mode ${(mode & 0o777).toString(8)}). Make it private: chmod 600 ${path}`,
      );
    }
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes it whole or not at all, in place of what was there. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await placed(path, text, (draft) => rename(draft, path));
}

/** Writes it unless it is there; of several processes one succeeds, and all go on with what `readPrivateFile` gives. */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  await placed(path, text, async (draft) => {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  });
}

async function placed(path: string, text: string, place: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(draft, `${text}\n`, { mode: 0o600, flag: 'wx' });
    await place(draft);
  } finally {
    await rm(draft, { force: true });
  }
}
