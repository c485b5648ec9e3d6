// Keeps the head and the tail of a log that is longer than its limit, and says how much was left out between them.
import type { TimedText } from './moments.ts';

/** Room for what is said about the limit, so that all of it stays within. */
const noticeBytes = 250;

export class LogLimit {
  readonly #limitBytes: number;
  readonly #tailBytes: number;
  #headLeft: number;
  /** The last bytes beyond the head; null while the limit is not reached. */
  #tail: { pieces: TimedText[]; bytes: number; leftOut: number } | null = null;

  constructor(limitBytes: number, tailBytes: number) {
    this.#limitBytes = limitBytes;
    this.#tailBytes = Math.min(tailBytes, Math.floor(limitBytes / 2));
    this.#headLeft = Math.max(0, limitBytes - this.#tailBytes - noticeBytes);
  }

  /** `at` is when it was printed. */
  push({ bytes, at }: TimedText): Buffer {
    if (bytes.length <= this.#headLeft) {
      this.#headLeft -= bytes.length;
      return bytes;
    }
    const head = bytes.subarray(0, this.#headLeft);
    const rest = bytes.subarray(this.#headLeft);
    this.#headLeft = 0;
    const first = this.#tail === null;
    this.#tail ??= { pieces: [], bytes: 0, leftOut: 0 };
    this.#keep(this.#tail, rest, at);
    return first ? Buffer.concat([head, this.#notice()]) : head;
  }

  end(): readonly TimedText[] {
    const tail = this.#tail;
    if (!tail) return [];
    this.#tail = null;
    const [first] = tail.pieces;
    if (tail.leftOut === 0 || !first) return tail.pieces;
    const leftOut = Buffer.from(`[signalbox: ${tail.leftOut} bytes were left out here]\n`);
    return [{ bytes: leftOut, at: first.at }, ...tail.pieces];
  }

  #keep(tail: { pieces: TimedText[]; bytes: number; leftOut: number }, bytes: Buffer, at: number): void {
    // A copy: a small piece must not keep the large buffer alive that it was read into.
    tail.pieces.push({ bytes: Buffer.from(bytes), at });
    tail.bytes += bytes.length;
    while (tail.bytes > this.#tailBytes) {
      const first = tail.pieces[0]!;
      const excess = Math.min(tail.bytes - this.#tailBytes, first.bytes.length);
      if (excess === first.bytes.length) tail.pieces.shift();
      else tail.pieces[0] = { bytes: first.bytes.subarray(excess), at: first.at };
      tail.bytes -= excess;
      tail.leftOut += excess;
    }
  }

  #notice(): Buffer {
    const text = `the log of this step has reached its limit of ${this.#limitBytes} bytes; of the rest only the last ${this.#tailBytes} are kept`;
    return Buffer.from(`\n[signalbox: ${text}]\n`);
  }
}
