// Where the archive lies: one small interface, so that another kind of place is one file and one line.
import type { Readable } from 'node:stream';
import { openDisk } from './disk.ts';

export type Written = { readonly sizeBytes: number; readonly sha256: string };
/** Bytes from `from` up to, not including, `to`. */
export type ByteRange = { readonly from: number; readonly to: number };
export type ArchiveEntry = {
  readonly name: string;
  readonly kind: 'directory' | 'file';
  readonly sizeBytes: number | null;
  readonly modifiedAt: string;
};
export type StoredFile = {
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  /** Opens it when called, not before. Both ends of the range are included, as in HTTP. */
  read(range?: { readonly start: number; readonly end: number }): Readable;
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
  /** Directories first, then files, by name; undefined when there is no such directory. */
  list(directory: string, limit: number): Promise<ArchiveEntry[] | undefined>;
  remove(path: string): Promise<void>;
  /** Removes files that were begun before that time and never finished; answers how many. */
  sweep(before: Date): Promise<number>;
};

export type ArchiveSettings = {
  readonly kind: ArchiveKind;
  readonly directory: string;
  /** Left out: true. false: faster, but after a power loss a log of the last seconds may be empty and its chunks gone. */
  readonly durable?: boolean;
};
export type ArchiveKind = 'disk';

// Adding a kind is one line here.
const kinds = {
  disk: ({ directory, durable }) => openDisk(directory, { durable: durable ?? true }),
} satisfies Record<ArchiveKind, (settings: ArchiveSettings) => Promise<ArchiveStore>>;

export function openArchiveStore(settings: ArchiveSettings): Promise<ArchiveStore> {
  return kinds[settings.kind](settings);
}
