// Chunks of a run's log that the server has not taken yet: in memory for a moment, then in segment files on disk, so
// that a server that is away for hours costs disk and nothing else. A run whose log is taken at once writes no file.
import { appendFile, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogChunk } from '@signalbox/protocol/browser';
import { codeOf } from '../errors.ts';
import type { SpoolBudget } from './spool-budget.ts';
import type { SealedChunk } from './step-log.ts';

export type SpoolOptions = {
  readonly directory: string;
  readonly memoryBytes: number;
  readonly millis: number;
  readonly budget: SpoolBudget;
  /** The disk refused. Chunks stay in memory. */
  readonly onTrouble: (error: unknown) => void;
};

type Place = { readonly segment: string; readonly position: number };
type Entry = { readonly chunk: LogChunk; member: Buffer | null; place: Place | null };

const segmentBytes = 8 * 1_048_576;

export class Spool {
  readonly #options: SpoolOptions;
  #entries: Entry[] = [];
  #bytes = 0;
  #memoryBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #segment = { name: '', bytes: 0, number: 0 };
  /** How many unsent chunks lie in each segment; it is deleted at 0. */
  readonly #live = new Map<string, number>();

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Of what is not sent. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** The disk is slower than the output. */
  get isBehind(): boolean {
    return this.#memoryBytes > 16 * this.#options.memoryBytes;
  }

  add({ member, ...chunk }: SealedChunk): void {
    this.#entries.push({ chunk, member, place: null });
    this.#options.budget.take(chunk.memberBytes);
    this.#bytes += chunk.memberBytes;
    this.#memoryBytes += chunk.memberBytes;
    if (this.#memoryBytes > this.#options.memoryBytes) void this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.millis).unref();
  }

  /** Everything that is not sent is on disk afterwards, unless the disk refuses. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** The oldest unsent chunks, at least one, up to a size. */
  async oldest(mostBytes: number, mostChunks: number): Promise<SealedChunk[]> {
    let bytes = 0;
    let count = 0;
    for (const { chunk } of this.#entries) {
      if (count > 0 && (bytes + chunk.memberBytes > mostBytes || count >= mostChunks)) break;
      bytes += chunk.memberBytes;
      count++;
    }
    const batch = this.#entries.slice(0, count);
    return await Promise.all(batch.map(async (entry) => ({ ...entry.chunk, member: await this.#memberOf(entry) })));
  }

  /** Where the unsent part of each step's log ends; 0 for a step without any. */
  sizes(): number[] {
    const ends: number[] = [];
    for (const { chunk } of this.#entries) {
      while (ends.length <= chunk.step) ends.push(0);
      ends[chunk.step] = Math.max(ends[chunk.step]!, chunk.offset + chunk.sizeBytes);
    }
    return ends;
  }

  first(isWanted: (chunk: LogChunk) => boolean): LogChunk | undefined {
    return this.#entries.find(({ chunk }) => isWanted(chunk))?.chunk;
  }

  /** The server has these chunks now, or nobody wants them any more. */
  async forget(isDone: (chunk: LogChunk) => boolean): Promise<number> {
    const done = this.#entries.filter(({ chunk }) => isDone(chunk));
    if (done.length === 0) return 0;
    this.#entries = this.#entries.filter(({ chunk }) => !isDone(chunk));
    for (const entry of done) {
      this.#options.budget.giveBack(entry.chunk.memberBytes);
      this.#bytes -= entry.chunk.memberBytes;
      if (entry.member) this.#memoryBytes -= entry.chunk.memberBytes;
      entry.member = null;
      if (entry.place) await this.#leave(entry.place.segment);
    }
    if (this.#entries.length === 0) clearTimeout(this.#timer);
    if (this.#entries.length === 0) this.#timer = undefined;
    return done.length;
  }

  /** Reads what an earlier process left in the directory. */
  async restore(): Promise<void> {
    const { directory, budget } = this.#options;
    const seen = new Set<string>();
    const segments = (await readdir(directory).catch(() => [])).sort();
    for (const segment of segments) {
      const bytes = await readFile(join(directory, segment));
      for (const { chunk, position } of framesOf(bytes)) {
        // A full disk may have broken off a segment; what was in it was written once more into the next.
        const place = `${chunk.step}:${chunk.offset}`;
        if (seen.has(place)) continue;
        seen.add(place);
        this.#entries.push({ chunk, member: null, place: { segment, position } });
        this.#live.set(segment, (this.#live.get(segment) ?? 0) + 1);
        budget.take(chunk.memberBytes);
        this.#bytes += chunk.memberBytes;
      }
    }
    this.#segment = { name: '', bytes: 0, number: segments.length };
  }

  async #write(): Promise<void> {
    const fresh = this.#entries.filter((entry) => entry.member && !entry.place);
    if (fresh.length === 0) return;
    const { directory } = this.#options;
    if (this.#segment.name === '' || this.#segment.bytes > segmentBytes) {
      const number = this.#segment.number + 1;
      this.#segment = { name: String(number).padStart(8, '0'), bytes: 0, number };
    }
    const segment = this.#segment;
    const frames: Buffer[] = [];
    let position = segment.bytes;
    const places: Place[] = [];
    for (const { chunk, member } of fresh) {
      const header = frameHeader(chunk);
      frames.push(header, member!);
      places.push({ segment: segment.name, position: position + header.length });
      position += header.length + chunk.memberBytes;
    }
    // Counted before they are there: what lies in it already may be sent meanwhile, and the segment must not go with that.
    this.#live.set(segment.name, (this.#live.get(segment.name) ?? 0) + fresh.length);
    try {
      await makeWithin(directory);
      await appendFile(join(directory, segment.name), Buffer.concat(frames));
    } catch (error) {
      // A broken segment is left behind; what comes next goes into another.
      this.#segment = { ...segment, name: '' };
      this.#live.set(segment.name, this.#live.get(segment.name)! - fresh.length);
      this.#options.onTrouble(error);
      return;
    }
    segment.bytes = position;
    for (const [index, entry] of fresh.entries()) {
      entry.place = places[index]!;
      if (entry.member) this.#memoryBytes -= entry.chunk.memberBytes;
      else await this.#leave(segment.name); // It was taken by the server while it was written.
      entry.member = null;
    }
  }

  async #leave(segment: string): Promise<void> {
    const live = (this.#live.get(segment) ?? 1) - 1;
    this.#live.set(segment, live);
    if (live > 0) return;
    this.#live.delete(segment);
    if (segment === this.#segment.name) this.#segment = { ...this.#segment, name: '' };
    await rm(join(this.#options.directory, segment), { force: true });
  }

  async #memberOf({ chunk, member, place }: Entry): Promise<Buffer> {
    if (member) return member;
    if (!place) throw new Error('A chunk of a log is neither in memory nor on disk');
    const file = await open(join(this.#options.directory, place.segment), 'r');
    try {
      const bytes = Buffer.alloc(chunk.memberBytes);
      await file.read(bytes, 0, bytes.length, place.position);
      return bytes;
    } finally {
      await file.close();
    }
  }
}

/** Not with what is above it: a run directory that somebody has removed is not made anew. */
async function makeWithin(directory: string): Promise<void> {
  await mkdir(directory).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** A frame on disk: four bytes with the length of its description, the description as JSON, the member. */
function frameHeader(chunk: LogChunk): Buffer {
  const json = Buffer.from(JSON.stringify(chunk));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json]);
}

function* framesOf(bytes: Buffer): Generator<{ chunk: LogChunk; position: number }> {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const position = at + 4 + bytes.readUInt32LE(at);
    if (position > bytes.length) return;
    const chunk = JSON.parse(bytes.toString('utf8', at + 4, position)) as LogChunk;
    at = position + chunk.memberBytes;
    // The last frame of a process that died may be cut off.
    if (at > bytes.length) return;
    yield { chunk, position };
  }
}
