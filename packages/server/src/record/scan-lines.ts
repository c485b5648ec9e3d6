// Goes through lines that are in memory and tells of each that holds what is searched for. Lines that cannot hold it cost nothing.
import { type CutLine, cutLine } from './cut-line.ts';
import type { Finder } from './log-pattern.ts';

/** Where a line begins: its number and its first byte in the log. */
export type LineStart = { readonly line: number; readonly byte: number };
export type Window = {
  /** Whole lines, but for the last one where a log or the patience with a long line ends. */
  readonly bytes: Buffer;
  readonly startByte: number;
  /** The line in which it begins: before `startByte`, where that is long. */
  readonly first: LineStart;
};
export type LineHit = {
  readonly at: LineStart;
  readonly cut: CutLine;
  readonly textByte: number;
  /** When it was printed, where that is known and was looked for. */
  readonly printedAt?: number | null;
};
/** After a line that could hold it. */
export type Looked = {
  readonly hit: LineHit | undefined;
  /** Its rest was not looked at. */
  readonly isCut: boolean;
  /** Where the next line begins; undefined when the window ends in this one. */
  readonly next: LineStart | undefined;
};

/** One after another, so that whoever asks may stop, or let others work, between two lines. */
export function* scanLines({ bytes, startByte, first }: Window, finder: Finder, most: number): Generator<Looked> {
  const nextCandidate = finder.candidates(bytes);
  let at = first;
  for (let from = 0; from < bytes.length; ) {
    const candidate = nextCandidate(from);
    if (candidate < 0) return;
    let lineEnd = bytes.indexOf(newline, from);
    for (; lineEnd >= 0 && lineEnd < candidate; lineEnd = bytes.indexOf(newline, from)) {
      from = lineEnd + 1;
      at = { line: at.line + 1, byte: startByte + from };
    }
    const line = withoutReturn(bytes.subarray(from, lineEnd < 0 ? bytes.length : lineEnd));
    const found = finder.match(line);
    const cut = found && cutLine(line, found, most);
    const next = lineEnd < 0 ? undefined : { line: at.line + 1, byte: startByte + lineEnd + 1 };
    yield {
      hit: cut && { at, cut, textByte: startByte + from + cut.startByte },
      isCut: !found && line.length > finder.headBytes,
      next,
    };
    if (!next) return;
    at = next;
    from = lineEnd + 1;
  }
}

const withoutReturn = (line: Buffer) => (line.at(-1) === carriageReturn ? line.subarray(0, -1) : line);

export const newline = 10;
const carriageReturn = 13;
