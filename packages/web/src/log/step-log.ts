// Reads the log of one step piece by piece, keeps what is here, and reads on when told that it grew.
import type { Client } from '@signalbox/protocol/browser';
import { type Hole, LogText } from './log-text.ts';

/** Up to here a log is read whole; of a larger one the beginning and the end, the rest when asked for. */
const wholeBytes = 8_000_000;
const pieceBytes = 1_000_000;
const holePieceBytes = 2_000_000;
/** Of a line that does not end, so much is kept. */
const longestLineBytes = 256_000;
const newline = 10;

type Piece = { readonly bytes: Uint8Array; readonly next: number; readonly size: number };

export class StepLog {
  readonly text = new LogText();
  /** Bytes that the server had when it was last asked. */
  size = 0;
  state: 'reading' | 'read' | 'failed' = 'reading';
  problem: string | null = null;
  #client: Client;
  #runId: number;
  #step: number;
  #stop = new AbortController();
  #listeners = new Set<() => void>();
  #version = 0;
  /** The next byte to read at the end, where its unfinished line began, and what of that line is kept. */
  #next = 0;
  #lineStart = 0;
  #unfinished: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #busy = false;
  #again = false;

  constructor(client: Client, runId: number, step: number) {
    this.#client = client;
    this.#runId = runId;
    this.#step = step;
  }

  /** For useSyncExternalStore: something changed when the number did. */
  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to read; `known` is what the run said of this log, and the only way to number the lines of an end. */
  open(known: { sizeBytes: number; lines: number }): Promise<void> {
    this.size = known.sizeBytes;
    return this.#work(async () => {
      if (known.sizeBytes > wholeBytes) await this.#readBothEnds(known);
      await this.#readOn();
    });
  }

  /** It grew, or it may have. */
  more(): Promise<void> {
    this.#again = true;
    return this.#work(() => this.#readOn());
  }

  /** Reads a piece of a hole: what follows the lines before it, or what comes before the lines after it. */
  fill(hole: Hole, from: 'start' | 'end'): Promise<void> {
    return this.#work(() => (from === 'start' ? this.#fillFromStart(hole) : this.#fillFromEnd(hole)));
  }

  /** Fills holes until a line is here. */
  reach(line: number): Promise<void> {
    return this.#work(async () => {
      for (let hole = this.text.hole; hole && this.text.rowOf(line) === null; hole = this.text.hole) {
        if (line >= hole.startLine + hole.lines) return;
        await this.#fillFromStart(hole);
      }
    });
  }

  close(): void {
    this.#stop.abort();
    this.#listeners.clear();
  }

  /** One reader at a time; what is asked meanwhile is done after. */
  async #work(read: () => Promise<void>): Promise<void> {
    if (this.#busy || this.#stop.signal.aborted) return;
    this.#busy = true;
    this.#changed('reading', null);
    try {
      await read();
      while (this.#again) {
        this.#again = false;
        await this.#readOn();
      }
      this.#changed('read', null);
    } catch (problem) {
      if (!this.#stop.signal.aborted) {
        this.#changed('failed', problem instanceof Error ? problem.message : String(problem));
      }
    } finally {
      this.#busy = false;
    }
  }

  #changed(state: StepLog['state'], problem: string | null): void {
    this.state = state;
    this.problem = problem;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  async #readOn(): Promise<void> {
    this.#again = false;
    for (;;) {
      const piece = await this.#read(this.#next, pieceBytes);
      this.#take(piece);
      if (piece.next >= piece.size || piece.bytes.length === 0) return;
      this.#changed('reading', null);
    }
  }

  #take(piece: Piece): void {
    const bytes = joined(this.#unfinished, piece.bytes);
    const cut = bytes.lastIndexOf(newline) + 1;
    this.#next = piece.next;
    if (cut > 0) {
      const endByte = piece.next - (bytes.length - cut);
      const startLine = this.text.lastWholeLine + 1;
      this.text.add({ startByte: this.#lineStart, endByte, startLine }, bytes.subarray(0, cut));
      this.#lineStart = endByte;
    }
    this.#unfinished = shortened(bytes.slice(cut));
    this.text.setPartial(this.#unfinished);
  }

  async #readBothEnds(known: { sizeBytes: number; lines: number }): Promise<void> {
    const head = await this.#read(0, pieceBytes);
    const headEnd = head.bytes.lastIndexOf(newline) + 1;
    if (headEnd === 0) return;
    this.text.add({ startByte: 0, endByte: headEnd, startLine: 1 }, head.bytes.subarray(0, headEnd));
    this.#changed('reading', null);
    const from = known.sizeBytes - holePieceBytes;
    const tail = await this.#read(from, holePieceBytes);
    const start = tail.bytes.indexOf(newline) + 1;
    const end = tail.bytes.lastIndexOf(newline) + 1;
    const lines = tail.bytes.subarray(start, end);
    const startLine = known.lines - count(lines) + 1;
    this.text.add({ startByte: from + start, endByte: from + end, startLine }, lines);
    this.#next = tail.next;
    this.#lineStart = from + end;
    this.#unfinished = shortened(tail.bytes.slice(end));
    this.text.setPartial(this.#unfinished);
  }

  async #fillFromStart(hole: Hole): Promise<void> {
    let bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
    let next = hole.fromByte;
    let cut = 0;
    while (cut === 0 && next < hole.toByte) {
      const piece = await this.#read(next, Math.min(holePieceBytes, hole.toByte - next));
      if (piece.bytes.length === 0) return;
      bytes = joined(shortened(bytes), piece.bytes);
      next = piece.next;
      cut = bytes.lastIndexOf(newline) + 1;
    }
    const endByte = next - (bytes.length - cut);
    this.text.add({ startByte: hole.fromByte, endByte, startLine: hole.startLine }, bytes.subarray(0, cut));
    this.#changed('reading', null);
  }

  async #fillFromEnd(hole: Hole): Promise<void> {
    const from = Math.max(hole.fromByte, hole.toByte - holePieceBytes);
    const piece = await this.#read(from, hole.toByte - from);
    const start = from === hole.fromByte ? 0 : piece.bytes.indexOf(newline) + 1;
    const lines = piece.bytes.subarray(start);
    const startLine = hole.startLine + hole.lines - count(lines);
    this.text.add({ startByte: from + start, endByte: hole.toByte, startLine }, lines);
  }

  async #read(from: number, limit: number): Promise<Piece> {
    const params = { run: this.#runId, step: this.#step };
    const signal = this.#stop.signal;
    const response = await this.#client.call('read-log', { params, query: { from, limit }, signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const next = Number(response.headers.get('x-log-next') ?? from + bytes.length);
    const size = Number(response.headers.get('x-log-size') ?? next);
    this.size = Math.max(this.size, size);
    return { bytes, next, size };
  }
}

/** A line that does not end is kept from its last `\r` on, or its last part. */
function shortened(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length <= longestLineBytes) return bytes;
  const last = bytes.lastIndexOf(13, bytes.length - 2);
  return bytes.slice(Math.max(last, bytes.length - longestLineBytes));
}

function joined(first: Uint8Array<ArrayBuffer>, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function count(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}
