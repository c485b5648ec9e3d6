// The error lines of one step's log: found in each piece on its way out, which mostly ends where a line does.
import {
  type AddedPattern,
  type ErrorLine,
  type ErrorLinesStop,
  errorLineCharacters,
  errorPatternOf,
  fingerprintOf,
  plainLine,
} from '@signalbox/protocol/browser';
import type { FormSearch } from './form-search.ts';

/** What was found in a piece: it goes with it, to the disk and to the server. */
export type FoundErrors = { readonly errors?: readonly ErrorLine[]; readonly errorStop?: ErrorLinesStop };

export type StepErrorsOptions = {
  readonly step: number;
  readonly most: number;
  /** For what a line must hold to be worth a look. */
  readonly search: FormSearch;
  readonly added: readonly AddedPattern[];
  /** The run has no more time for this, of which so much began then. */
  readonly isTooLate: (sinceMillis: number) => boolean;
  readonly spend: (millis: number) => void;
};

/** A line that has not ended: what counts of it so far. */
type Begun = { readonly bytes: Buffer; readonly startByte: number; readonly isFound: boolean };

const newline = 10;
const nothing: FoundErrors = {};
/** So much of a line is looked at. */
const headBytes = 1_000;
/** Lines that say the same, so that one that is said a thousand times leaves room for others. */
const mostAlike = 5;

export class StepErrors {
  readonly #options: StepErrorsOptions;
  readonly #alike = new Map<string, number>();
  #kept = 0;
  /** Of the piece that comes next: its first line, its first byte. */
  #line = 1;
  #byte = 0;
  #begun: Begun | null = null;
  #isOver: boolean;

  constructor(options: StepErrorsOptions) {
    this.#options = options;
    this.#isOver = options.most <= 0;
  }

  /** `lineEnds` is how many are in it. */
  look(piece: Buffer, lineEnds: number): FoundErrors {
    if (this.#isOver) return nothing;
    const since = performance.now();
    const found = this.#find(piece, since);
    this.#line += lineEnds;
    this.#byte += piece.length;
    this.#options.spend(performance.now() - since);
    return found;
  }

  #find(piece: Buffer, since: number): FoundErrors {
    const { step, search, isTooLate } = this.#options;
    const begun = this.#begun;
    const text = begun ? Buffer.concat([begun.bytes, piece]) : piece;
    const place = (at: number) =>
      at === 0 && begun ? begun.startByte : this.#byte + at - (text.length - piece.length);
    const errors: ErrorLine[] = [];
    // Up to `at` all lines are done; `line` is the one that begins at `counted`.
    let [at, line, counted] = [begun?.isFound ? endOfLine(text, 0) + 1 : 0, this.#line, 0];
    let isOpenFound = begun?.isFound === true && at > text.length;
    let errorStop: ErrorLinesStop | undefined;
    for (const [hit] of search.spansOf(text)) {
      if (hit < at) continue;
      const from = hit === 0 ? 0 : text.lastIndexOf(newline, hit - 1) + 1;
      const to = endOfLine(text, hit);
      line += lineEndsIn(text, counted, from);
      counted = from;
      at = to + 1;
      const error = this.#lookAt(text.subarray(from, to), { step, line, startByte: place(from) });
      if (error) errors.push(error);
      isOpenFound = error !== null && to === text.length;
      const why = this.#kept >= this.#options.most ? 'enough' : isTooLate(since) ? 'time' : null;
      if (!why) continue;
      errorStop = { step, line: line + 1, why };
      this.#isOver = true;
      break;
    }
    const last = text.lastIndexOf(newline) + 1;
    const rest = shown(text.subarray(last));
    // A copy: the piece is large, and goes.
    this.#begun =
      last === text.length ? null : { bytes: Buffer.from(rest), startByte: place(last), isFound: isOpenFound };
    return { ...(errors.length > 0 && { errors }), ...(errorStop && { errorStop }) };
  }

  #lookAt(bytes: Buffer, where: Pick<ErrorLine, 'step' | 'line' | 'startByte'>): ErrorLine | null {
    const plain = plainLine(shown(bytes).toString());
    const pattern = errorPatternOf(plain, this.#options.added);
    if (pattern === null) return null;
    const text = plain.slice(0, errorLineCharacters).replace(/[\ud800-\udbff]$/, '');
    const fingerprint = fingerprintOf(text);
    const alike = (this.#alike.get(fingerprint) ?? 0) + 1;
    this.#alike.set(fingerprint, alike);
    if (alike > mostAlike) return null;
    this.#kept++;
    return { ...where, text, pattern, fingerprint };
  }
}

/** What a terminal shows of a line, and of that the beginning: a progress bar writes over itself for megabytes. */
function shown(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && line[end - 1] === carriageReturn) end--;
  const from = end === 0 ? 0 : line.lastIndexOf(carriageReturn, end - 1) + 1;
  return line.subarray(from, from + headBytes);
}

const carriageReturn = 13;

function endOfLine(text: Buffer, from: number): number {
  const end = text.indexOf(newline, from);
  return end < 0 ? text.length : end;
}

function lineEndsIn(text: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf(newline, from); at >= 0 && at < to; at = text.indexOf(newline, at + 1)) count++;
  return count;
}
