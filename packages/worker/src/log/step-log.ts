// The log of one step on its way out: masked, limited, gathered, and cut into chunks, at line ends where that can be.
import type { LogChunk } from '@signalbox/protocol/browser';
import type { FormSearch } from './form-search.ts';
import { LogLimit } from './log-limit.ts';
import { Mask } from './mask.ts';
import type { Members } from './members.ts';
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
};

const newline = 10;
const nothing = Buffer.alloc(0);

export class StepLog {
  readonly #options: StepLogOptions;
  readonly #mask: Mask;
  readonly #limit: LogLimit;
  #raw: Buffer[] = [];
  #rawBytes = 0;
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
    this.#raw.push(piece);
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

  #arm(): void {
    if (this.#timer || this.#ended || this.#rawBytes + this.#text.length === 0) return;
    this.#timer = setTimeout(() => this.hurry(), this.#options.patienceMillis());
  }

  #cut(why: 'full' | 'time' | 'end'): void {
    const { chunkBytes } = this.#options;
    const [only] = this.#raw;
    let fresh = this.#mask.push(this.#raw.length === 1 && only ? only : Buffer.concat(this.#raw));
    this.#raw = [];
    this.#rawBytes = 0;
    if (why === 'end') fresh = Buffer.concat([fresh, this.#mask.end()]);
    fresh = this.#limit.push(fresh);
    if (why === 'end') fresh = Buffer.concat([fresh, this.#limit.end()]);
    let text = this.#text.length > 0 ? Buffer.concat([this.#text, fresh]) : fresh;
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

  #seal(text: Buffer, length: number): Buffer {
    const piece = text.subarray(0, length);
    const { step, members, look, onChunk } = this.#options;
    const lines = countLines(piece);
    const described = { step, offset: this.#sizeBytes, sizeBytes: length, lines, ...look?.(piece, lines) };
    members.make(piece, (member) => onChunk({ ...described, memberBytes: member.length, member }));
    this.#sizeBytes += length;
    return text.subarray(length);
  }
}

/** Where lines are short, a call for each costs more than to look at every byte: 90 ms a MB of empty lines against 5. */
function countLines(text: Buffer): number {
  let lines = 0;
  let blockEnd = 0;
  let inBlock = 0;
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) {
    lines++;
    if (at >= blockEnd) {
      blockEnd = at + countedBytes;
      inBlock = 0;
    } else if (++inBlock === countedBytes / 64) {
      const end = Math.min(blockEnd, text.length);
      for (at++; at < end; at++) if (text[at] === newline) lines++;
      at = end - 1;
    }
  }
  return lines;
}

const countedBytes = 4_096;
