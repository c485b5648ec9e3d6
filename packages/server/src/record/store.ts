// Where the archive lies: one small interface, so that another kind of place is one file and one line.
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { openDisk } from './disk.ts';
import type { S3Place } from './s3/place.ts';
import { withBefore } from './with-before.ts';

export type Written = { readonly sizeBytes: number; readonly sha256: string };
/** Bytes from `from` up to, not including, `to`. */
export type ByteRange = { readonly from: number; readonly to: number };
export type ArchiveEntry = {
  readonly name: string;
  readonly kind: 'directory' | 'file';
  readonly sizeBytes: number | null;
  /** null for directories of a place that has none of its own. */
  readonly modifiedAt: string | null;
};
export type StoredFile = {
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  /** Opens it when called, not before. Both ends of the range are included, as in HTTP. */
  read(range?: { readonly start: number; readonly end: number }): Readable;
  /** An address elsewhere that gives this file, with these headers, to whoever has it; only where readers shall be sent there. */
  link?(as: { readonly type: string; readonly disposition: string }): Promise<string>;
};

/** Paths have forward slashes and names as `segment` makes them; any other is not there. */
export type ArchiveStore = {
  /**
   * Whole and durable when it returns, under its name or not at all.
   * `accept` sees what was written before it gets its name; when it throws, nothing is left.
   */
  put(
    path: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    accept?: (written: Written) => void,
  ): Promise<Written>;
  /** @throws when not all of it is there */
  read(path: string, range: ByteRange): Promise<Buffer>;
  find(path: string): Promise<StoredFile | undefined>;
  /** Directories first, then files, by name; undefined when there is no such directory. Of more than `limit`, any so many. */
  list(directory: string, limit: number): Promise<ArchiveEntry[] | undefined>;
  remove(path: string): Promise<void>;
  /** Removes files that were begun before that time and never finished; answers how many. */
  sweep(before: Date): Promise<number>;
  /** Only a place on this machine has it: files that are begun in `directory` become files of it without being copied. */
  readonly drafts?: Drafts;
};
export type Drafts = {
  readonly directory: string;
  /** Durable under its path when it returns; a draft that lies there no more has been taken. */
  take(draft: string, path: string): Promise<void>;
};

export type ArchiveSettings =
  | {
      readonly kind: 'disk';
      readonly directory: string;
      /** Left out: true. false: faster, but after a power loss a log of the last seconds may be empty and its chunks gone. */
      readonly durable?: boolean;
    }
  | {
      readonly kind: 's3';
      readonly place: S3Place;
      /** Where an archive on the disk was before: what lies there is still read and removed. Nothing is written there. */
      readonly before?: string;
    };
export type ArchiveKind = ArchiveSettings['kind'];

/** @throws Error with what to do, when its place cannot be used */
export async function openArchiveStore(settings: ArchiveSettings): Promise<ArchiveStore> {
  if (settings.kind === 'disk') return openDisk(settings.directory, { durable: settings.durable ?? true });
  // Loaded when it is wanted: it is large.
  const { openS3 } = await import('./s3/open-s3.ts');
  const store = await openS3(settings.place);
  if (settings.before === undefined || !existsSync(settings.before)) return store;
  return withBefore(store, await openDisk(settings.before, { durable: true }));
}
