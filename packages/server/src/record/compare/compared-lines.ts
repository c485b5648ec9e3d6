// The lines of one step's log for a comparison: a window that moves over them, and what of a line counts.
import { normaliseLine, plainLine } from '@signalbox/protocol';
import type { Queryable } from '../../base/index.ts';
import { batchesOf } from '../log-batches.ts';
import type { ArchiveStore } from '../store.ts';

/** The bytes of a line lie in those of a larger piece: a line by itself would cost more than what is in it. */
export type ComparedLine = {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** In the log. */
  readonly startByte: number;
  /** What two runs print alike; made when it is asked for. */
  key: string | undefined;
};
export type LinePlace = { readonly line: number; readonly byte: number };

const newline = 10;
const carriageReturn = 13;
/** So much of a line counts. */
const headBytes = 2000;
/** Lines made at once: a piece may hold millions. */
const groupLines = 4096;
const nothing: Buffer = Buffer.alloc(0);

/** From a line on. What comes after the first look at a log that grows is not among them. */
export async function* comparedLines(
  db: Queryable,
  store: ArchiveStore,
  log: { readonly runId: number; readonly step: number; readonly fromByte: number },
): AsyncGenerator<ComparedLine[]> {
  let carried = nothing;
  let carriedByte = log.fromByte;
  for await (const { bytes, startByte, isLast } of batchesOf(db, store, log.runId, log.step, log.fromByte)) {
    let at = 0;
    if (carried.length > 0) {
      const end = bytes.indexOf(newline);
      carried = Buffer.from(shown(Buffer.concat([carried, bytes.subarray(0, end < 0 ? bytes.length : end)])));
      if (end < 0 && !isLast) continue;
      yield [{ bytes: carried, from: 0, to: carried.length, startByte: carriedByte, key: undefined }];
      carried = nothing;
      at = end < 0 ? bytes.length : end + 1;
    }
    while (at < bytes.length) {
      const lines: ComparedLine[] = [];
      for (let end = bytes.indexOf(newline, at); lines.length < groupLines; end = bytes.indexOf(newline, at)) {
        if (end < 0 && (!isLast || at === bytes.length)) break;
        const to = end < 0 ? bytes.length : end;
        lines.push({ bytes, from: at, to, startByte: startByte + at, key: undefined });
        at = to + 1;
      }
      if (lines.length === 0) break;
      yield lines;
    }
    if (at < bytes.length) [carried, carriedByte] = [Buffer.from(shown(bytes.subarray(at))), startByte + at];
  }
}

/** What a terminal shows of a line, and of that the beginning. */
function shown(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && line[end - 1] === carriageReturn) end--;
  const from = end === 0 ? 0 : line.lastIndexOf(carriageReturn, end - 1) + 1;
  return line.subarray(from, from + headBytes);
}

export const textOf = ({ bytes, from, to }: ComparedLine): string =>
  plainLine(shown(bytes.subarray(from, to)).toString());

export function keyOf(line: ComparedLine): string {
  line.key ??= normaliseLine(plainLine(shown(line.bytes.subarray(line.from, line.to)).toString('latin1')));
  return line.key;
}

/** Most lines are the same as they stand; only of the others it is asked what counts. */
export const isSame = (one: ComparedLine, other: ComparedLine): boolean =>
  (one.to - one.from === other.to - other.from &&
    one.bytes.compare(other.bytes, other.from, other.to, one.from, one.to) === 0) ||
  keyOf(one) === keyOf(other);

/** A part of a log that moves on: what is before it is let go. */
export class LineWindow {
  readonly #source: AsyncIterator<ComparedLine[]>;
  readonly #sizeBytes: number;
  #lines: ComparedLine[] = [];
  /** The first of them that is not let go yet. */
  #first = 0;
  #bytes = 0;
  #line: number;
  #isEnded = false;

  constructor(source: AsyncIterator<ComparedLine[]>, line: number, sizeBytes: number) {
    this.#source = source;
    this.#line = line;
    this.#sizeBytes = sizeBytes;
  }

  /** Lines that are here now. */
  get length(): number {
    return this.#lines.length - this.#first;
  }

  /** Nothing is here, and nothing comes. */
  get isOver(): boolean {
    return this.#isEnded && this.length === 0;
  }

  /** All that is left of the log is here. */
  get isWhole(): boolean {
    return this.#isEnded;
  }

  get place(): LinePlace {
    return { line: this.#line, byte: this.#lines[this.#first]?.startByte ?? this.#sizeBytes };
  }

  get bytesLeft(): number {
    return this.#sizeBytes - this.place.byte;
  }

  at(index: number): ComparedLine {
    return this.#lines[this.#first + index]!;
  }

  /** Reads on until so many lines are here, so many bytes, or all. */
  async reach(lines: number, bytes: number): Promise<void> {
    while (!this.#isEnded && this.length < lines && this.#bytes < bytes) {
      const { done, value } = await this.#source.next();
      if (done) {
        this.#isEnded = true;
        return;
      }
      for (const line of value) this.#bytes += line.to - line.from;
      this.#lines = this.#first > 0 ? [...this.#lines.slice(this.#first), ...value] : [...this.#lines, ...value];
      this.#first = 0;
    }
  }

  /** Lets the first lines go. Returns their bytes. */
  drop(count: number): number {
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += this.at(index).to - this.at(index).from;
    this.#first += count;
    this.#line += count;
    this.#bytes -= bytes;
    if (this.length === 0) [this.#lines, this.#first] = [[], 0];
    return bytes;
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
