// Files on this machine that are not whole yet, each with the digest of what it holds: kept in memory while this process lives,
// and read once from the file after it was started anew.
import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pour } from './pour.ts';
import type { Written } from './store.ts';

export type Come = Written & {
  /** Why the body ended before its end; what had come is kept. */
  readonly breaksOff: unknown;
};
export type UploadSpool = {
  fileOf(name: string): string;
  sizeOf(name: string): Promise<number>;
  /** How many have names that begin so. */
  count(begin: string): Promise<number>;
  /** Writes behind what is there, which is `from` bytes. @throws what the file system says, and what the body throws as a refusal */
  append(name: string, from: number, body: AsyncIterable<Uint8Array>): Promise<Come>;
  read(name: string): Readable;
  remove(name: string): Promise<void>;
  /** Answers how many were older and are removed. */
  sweep(before: Date): Promise<number>;
};

/** Digests that are remembered; of others the file is read. */
const mostKnown = 200;

export async function openUploadSpool(directory: string): Promise<UploadSpool> {
  await mkdir(directory, { recursive: true });
  const known = new Map<string, { readonly hash: Hash; readonly sizeBytes: number }>();
  const fileOf = (name: string) => join(directory, name);
  const spool: UploadSpool = {
    fileOf,
    sizeOf: async (name) => (await stat(fileOf(name)).catch(unlessAbsent))?.size ?? 0,
    count: async (begin) => (await readdir(directory)).filter((name) => name.startsWith(begin)).length,
    async append(name, from, body) {
      const before = known.get(name);
      known.delete(name);
      const hash = before?.sizeBytes === from ? before.hash : await digestOf(fileOf(name), from);
      let breaksOff: unknown;
      const file = await open(fileOf(name), constants.O_WRONLY | constants.O_CREAT, 0o600);
      let sizeBytes = from;
      try {
        sizeBytes = await pour(
          file,
          from,
          untilItBreaks(body, (error) => {
            breaksOff = error;
          }),
          hash,
        );
      } finally {
        await file.close();
      }
      if (known.size >= mostKnown) known.delete(known.keys().next().value!);
      known.set(name, { hash, sizeBytes });
      return { sizeBytes, sha256: hash.copy().digest('hex'), breaksOff };
    },
    read: (name) => createReadStream(fileOf(name)),
    async remove(name) {
      known.delete(name);
      await rm(fileOf(name), { force: true });
    },
    async sweep(before) {
      let removed = 0;
      for (const name of await readdir(directory)) {
        const found = await stat(fileOf(name)).catch(unlessAbsent);
        if (!found || found.mtime >= before) continue;
        await spool.remove(name);
        removed++;
      }
      return removed;
    },
  };
  return spool;
}

async function digestOf(file: string, sizeBytes: number): Promise<Hash> {
  const hash = createHash('sha256');
  if (sizeBytes === 0) return hash;
  for await (const part of createReadStream(file, { end: sizeBytes - 1, highWaterMark: 1_048_576 }))
    hash.update(part as Buffer);
  return hash;
}

/** A body that breaks off is how uploads usually end early: no reason to lose what has come. */
async function* untilItBreaks(
  body: AsyncIterable<Uint8Array>,
  onBreak: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    onBreak(error);
  }
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
