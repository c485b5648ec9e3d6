// The archive on an S3 server: each file is one object, whole under its key or not there at all. Directories are what keys share.
//
// A file and a directory may have one name here, which a disk refuses. Both are listed.
import { Readable } from 'node:stream';
import { isPlaceName, placeNames } from '../place-names.ts';
import type { ArchiveEntry, ArchiveStore, ByteRange } from '../store.ts';
import { connectS3, type S3Calls, type S3Upload } from './client.ts';
import type { S3Place } from './place.ts';
import { probe, probesIn } from './probe.ts';
import { upload } from './upload.ts';

/** Writes, reads and removes a file first. @throws Error that says which setting is wrong, as far as the server tells */
export async function openS3(place: S3Place): Promise<ArchiveStore> {
  const calls = await connectS3(place);
  const top = place.prefix === '' ? '' : `${place.prefix}/`;
  await probe(calls, place, top);
  const keyOf = (path: string) => top + placeNames(path).join('/');

  return {
    put: async (path, body, accept) => upload(calls, keyOf(path), body, accept, place),
    read: async (path, range) => readExactly(calls, keyOf(path), path, range),
    async find(path) {
      const key = keyOf(path);
      const found = await calls.head(key);
      if (!found) return undefined;
      return {
        sizeBytes: found.sizeBytes,
        modifiedAt: found.modifiedAt.toISOString(),
        read: (range) => Readable.from(bytesOf(calls, key, path, range), { objectMode: false }),
        ...(place.linkSeconds === null ? {} : { link: (as) => calls.sign(key, as, place.linkSeconds!) }),
      };
    },
    async list(directory, limit) {
      const prefix = directory === '' ? top : `${keyOf(directory)}/`;
      const entries = await entriesBelow(calls, prefix, limit);
      return entries.length === 0 && directory !== '' && limit > 0 ? undefined : entries;
    },
    remove: async (path) => calls.remove(keyOf(path)),
    async sweep(before) {
      // In a bucket that others use too, theirs are left alone as far as their names tell.
      const isOurs = ({ key }: S3Upload) => key.slice(top.length).split('/').every(isPlaceName);
      const left = (await calls.unfinished(top, before)).filter(isOurs);
      for (const one of left) await calls.abort(one);
      const probes = await probesIn(calls, top, before);
      for (const key of probes) await calls.remove(key);
      return left.length + probes.length;
    },
  };
}

/** So many names does a server tell at once. */
const pageNames = 1000;

/** Of more than `limit` entries the first by name, whichever they are; then in order. */
async function entriesBelow(calls: S3Calls, prefix: string, limit: number): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  let from: string | undefined;
  do {
    const page = await calls.list(prefix, pageNames, from);
    for (const key of page.directories)
      add({ name: key.slice(prefix.length, -1), kind: 'directory', sizeBytes: null, modifiedAt: null });
    for (const { key, sizeBytes, modifiedAt } of page.files)
      add({ name: key.slice(prefix.length), kind: 'file', sizeBytes, modifiedAt: modifiedAt.toISOString() });
    from = page.next;
  } while (from !== undefined && entries.length < limit);
  return entries.sort(inOrder).slice(0, limit);

  function add(entry: ArchiveEntry): void {
    if (isPlaceName(entry.name)) entries.push(entry);
  }
}

const inOrder = (a: ArchiveEntry, b: ArchiveEntry) =>
  Number(b.kind === 'directory') - Number(a.kind === 'directory') || (a.name < b.name ? -1 : Number(a.name > b.name));

type Range = { readonly start: number; readonly end: number };

async function* bytesOf(calls: S3Calls, key: string, path: string, range?: Range): AsyncGenerator<Uint8Array> {
  const body = await calls.get(key, range);
  if (!body) throw new Error(`${path} is not in the archive any more.`);
  yield* body;
}

async function readExactly(calls: S3Calls, key: string, path: string, { from, to }: ByteRange): Promise<Buffer> {
  const absent = () => new Error(`${path} is not in the archive any more, though it was written. Restore it.`);
  const short = (end: number) =>
    new Error(`${path} in the archive ends at byte ${end}; ${to} were written. Restore it.`);
  const found = from === to ? await calls.head(key) : undefined;
  if (from === to) {
    if (!found) throw absent();
    return Buffer.alloc(0);
  }
  const body = await calls.get(key, { start: from, end: to - 1 }).catch((error: Error) => {
    throw error.name === 'InvalidRange' ? short(from) : error;
  });
  if (!body) throw absent();
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (bytes.length !== to - from) throw short(from + bytes.length);
  return bytes;
}
