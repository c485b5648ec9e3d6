// The log of one step on its way out: masked, limited, gathered, and cut into chunks, at line ends where that can be.
import { gzipHeadOf, type LogChunk, plainHeadBytes } from '@signalbox/protocol/browser';
import type { FormSearch } from './form-search.ts';
import { LineIndex } from './line-index.ts';
import { LogLimit } from './log-limit.ts';
import { Mask } from './mask.ts';
import type { Members } from './members.ts';
import { inMoments, type TimedText } from './moments.ts';
import type { FoundErrors } from './step-errors.ts';

export type SealedChunk = LogChunk & FoundErrors & { readonly member: Buffer };

export type StepLogOptions = {
  readonly step: number;
  /** What it must not show. */
  readonly hidden: FormSearch;
  readonly chunkBytes: number;
  readonly limitBytes: number;
  readonly tailBytes: number;
  /** How long text may wait for more of its kind: shorter while somebody reads. */
  readonly patienceMillis: () => number;
  readonly members: Members;
  /** In their order; the last ones after the end, when `members` has settled. */
  readonly onChunk: (chunk: SealedChunk) => void;
  /** Looks at what goes out; what it finds goes with it. */
  readonly look?: (text: Buffer, lineEnds: number) => FoundErrors;
  /** The clock of the worker, as of its steps; a test has its own. */
  readonly now?: () => number;
};

const newline = 10;
const nothing = Buffer.alloc(0);

export class StepLog {
  readonly #options: StepLogOptions;
  readonly #mask: Mask;
  readonly #limit: LogLimit;
  readonly #index = new LineIndex();
  #raw: TimedText[] = [];
  #rawBytes = 0;
  /** When the mask got what it holds back. */
  #heldSince: number | undefined;
  #text: Buffer = nothing;
  #sizeBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: StepLogOptions) {
    this.#options = options;
    this.#mask = new Mask(options.hidden);
    this.#limit = new LogLimit(options.limitBytes, options.tailBytes);
  }

  /** Length of what has been cut into chunks so far; of the whole log once it has ended. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  write(bytes: Buffer | string): void {
    if (this.#ended || bytes.length === 0) return;
    const piece = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.#raw.push({ bytes: piece, at: this.#now() });
    this.#rawBytes += piece.length;
    if (this.#rawBytes >= this.#options.chunkBytes) this.#cut('full');
    this.#arm();
  }

  /** Sends what is there now, as when somebody begins to read. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#ended) this.#cut('time');
    this.#arm();
  }

  end(): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#cut('end');
    this.#ended = true;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #arm(): void {
    if (this.#timer || this.#ended || this.#rawBytes + this.#text.length === 0) return;
    this.#timer = setTimeout(() => this.hurry(), this.#options.patienceMillis());
  }

  #cut(why: 'full' | 'time' | 'end'): void {
    const { chunkBytes } = this.#options;
    let text = this.#gathered(why === 'end');
    while (text.length >= chunkBytes) {
      const lineEnd = text.lastIndexOf(newline, chunkBytes - 1);
      text = this.#seal(text, lineEnd >= 0 ? lineEnd + 1 : chunkBytes);
    }
    if (why === 'time' && text.length > 0) {
      // A line without an end, such as a prompt, waits for one turn only.
      const lineEnd = text.lastIndexOf(newline);
      text = this.#seal(text, lineEnd >= 0 ? lineEnd + 1 : text.length);
    }
    if (why === 'end' && text.length > 0) text = this.#seal(text, text.length);
    this.#text = text.length > 0 ? Buffer.from(text) : nothing;
  }

  /** What waits, and behind it what has come since: masked and limited, moment by moment, so that it is known when each came. */
  #gathered(isEnd: boolean): Buffer {
    const parts = [this.#text];
    let length = this.#text.length;
    const take = ({ bytes, at }: TimedText, firstAt = at) => {
      if (bytes.length === 0) return;
      this.#index.came(length, firstAt);
      if (firstAt !== at) this.#index.came(length + 1, at);
      parts.push(bytes);
      length += bytes.length;
    };
    for (const { bytes, at } of inMoments(this.#raw)) {
      const heldSince = this.#heldSince;
      take({ bytes: this.#limit.push({ bytes: this.#mask.push(bytes), at }), at }, heldSince);
      const { heldBytes } = this.#mask;
      if (heldBytes === 0) this.#heldSince = undefined;
      else this.#heldSince = heldBytes > bytes.length ? (heldSince ?? at) : at;
    }
    this.#raw = [];
    this.#rawBytes = 0;
    if (isEnd) {
      const at = this.#heldSince ?? this.#now();
      take({ bytes: this.#limit.push({ bytes: this.#mask.end(), at }), at });
      for (const kept of this.#limit.end()) take(kept);
    }
    const [only] = parts.filter((part) => part.length > 0);
    return only?.length === length ? only : Buffer.concat(parts, length);
  }

  #seal(text: Buffer, length: number): Buffer {
    const piece = text.subarray(0, length);
    const { step, members, look, onChunk } = this.#options;
    const { head, lines } = this.#index.take(piece);
    const described = { step, offset: this.#sizeBytes, sizeBytes: length, lines, ...look?.(piece, lines) };
    members.make(piece, (plain) => {
      const member = Buffer.concat([gzipHeadOf(head), plain.subarray(plainHeadBytes)]);
      onChunk({ ...described, memberBytes: member.length, member });
    });
    this.#sizeBytes += length;
    return text.subarray(length);
  }
}
