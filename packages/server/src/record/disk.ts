// The archive on a disk: plain files in plain directories. A file is written beside, made durable, then renamed to its place.
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, type Dirent } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gather } from './gather.ts';
import { isPlaceName, placeNames } from './place-names.ts';
import { pour } from './pour.ts';
import type { ArchiveEntry, ArchiveStore, ByteRange, Written } from './store.ts';

/** `root` is made if it is not there. */
export async function openDisk(root: string, { durable }: { readonly durable: boolean }): Promise<ArchiveStore> {
  const place = resolve(root);
  // In the same file system as the archive, so that renaming is one step; the dot keeps it out of every path.
  const unfinished = join(place, '.unfinished');
  await mkdir(unfinished, { recursive: true });
  const directories = createDirectories(place, durable);

  return {
    async put(path, body, accept) {
      const target = within(place, path);
      const draft = join(unfinished, randomUUID());
      try {
        const written = await write(draft, body, durable);
        accept?.(written);
        await directories.take(draft, target);
        return written;
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async read(path, range) {
      const file = await orAbsent(open(within(place, path), constants.O_RDONLY | noFollow));
      if (!file) throw new Error(`${path} is not in the archive any more, though it was written. Restore it.`);
      try {
        return await readExactly(file, path, range);
      } finally {
        await file.close();
      }
    },
    async find(path) {
      const target = within(place, path);
      const found = await orAbsent(lstat(target));
      if (!found?.isFile()) return undefined;
      return {
        sizeBytes: found.size,
        modifiedAt: found.mtime.toISOString(),
        read: (range) => createReadStream(target, range),
      };
    },
    async list(directory, limit) {
      const target = directory === '' ? place : within(place, directory);
      const found = await orAbsent(lstat(target));
      if (!found?.isDirectory()) return undefined;
      const shown = (await readdir(target, { withFileTypes: true })).filter(isShown).sort(inOrder).slice(0, limit);
      const entries = await Promise.all(shown.map((entry) => orAbsent(entryOf(target, entry))));
      return entries.filter((entry) => entry !== undefined);
    },
    async remove(path) {
      await rm(within(place, path), { force: true });
    },
    async sweep(before) {
      let removed = 0;
      for (const name of await readdir(unfinished)) {
        const draft = join(unfinished, name);
        const found = await orAbsent(stat(draft));
        if (!found || found.mtime >= before) continue;
        await rm(draft, { force: true, recursive: true });
        removed++;
      }
      return removed;
    },
    drafts: {
      directory: unfinished,
      async take(draft, path) {
        if (durable) await syncFile(draft);
        await directories.take(draft, within(place, path));
      },
    },
  };
}

// A link in the archive is nobody's work of ours: it is not followed. (Windows has no such flag, and needs rights to make links.)
const noFollow = constants.O_NOFOLLOW ?? 0;
const within = (place: string, path: string) => join(place, ...placeNames(path));

async function write(draft: string, body: Uint8Array | AsyncIterable<Uint8Array>, durable: boolean): Promise<Written> {
  const hash = createHash('sha256');
  const file = await open(draft, 'wx');
  try {
    const sizeBytes = await pour(file, 0, body instanceof Uint8Array ? once(body) : body, hash);
    if (durable) await file.sync();
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

async function* once(part: Uint8Array): AsyncGenerator<Uint8Array> {
  yield part;
}

/** Gives finished files their names, and sees to it that the names are durable: each directory's own name too, once. */
function createDirectories(place: string, durable: boolean) {
  const known = new Set<string>([place]);
  const syncOnce = gather(syncDirectory);
  const make = async (directory: string): Promise<void> => {
    if (known.has(directory)) return;
    await make(dirname(directory));
    await mkdir(directory, { recursive: true });
    if (durable) await syncOnce(dirname(directory));
    if (known.size > 10_000) known.clear();
    known.add(directory).add(place);
  };
  return {
    async take(draft: string, target: string): Promise<void> {
      const directory = dirname(target);
      await make(directory);
      try {
        await rename(draft, target);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        // Somebody removed a directory that was there before.
        known.clear();
        known.add(place);
        await make(directory);
        await rename(draft, target);
      }
      if (durable) await syncOnce(directory);
    },
  };
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // There a directory cannot be opened; NTFS keeps names in its journal.
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readExactly(file: FileHandle, path: string, { from, to }: ByteRange): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0)
      throw new Error(`${path} in the archive ends at byte ${from + done}; ${to} were written. Restore it.`);
    done += bytesRead;
  }
  return bytes;
}

async function entryOf(directory: string, entry: Dirent): Promise<ArchiveEntry> {
  const found = await lstat(join(directory, entry.name));
  const kind = found.isDirectory() ? 'directory' : 'file';
  const sizeBytes = kind === 'file' ? found.size : null;
  return { name: entry.name, kind, sizeBytes, modifiedAt: found.mtime.toISOString() };
}

const isShown = (entry: Dirent) => isPlaceName(entry.name) && (entry.isFile() || entry.isDirectory());
const inOrder = (a: Dirent, b: Dirent) =>
  Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : Number(a.name > b.name));

/** undefined for what is not there, also when a file stands where a directory should. */
async function orAbsent<Value>(looked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await looked;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
