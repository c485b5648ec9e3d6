// What is searched for in a log, as something that finds it in a line: texts here, expressions in log-expression.ts.
import { isAscii } from 'node:buffer';
import type { RecordLimits } from './limits.ts';
import { expression } from './log-expression.ts';

export type LogPattern = {
  readonly text: string;
  /** A regular expression as RE2 reads it; else the text itself. */
  readonly isExpression: boolean;
  readonly ignoreCase: boolean;
};
export type Finder = {
  /** Of many lines at once: where, from there on, the next match could begin; -1: nowhere. */
  candidates(bytes: Buffer): (from: number) => number;
  /** The first match in one line, in bytes. */
  match(line: Buffer): readonly [from: number, to: number] | undefined;
  /** How much of a line `match` looks at. */
  readonly headBytes: number;
};

/** @throws Refused bad-request for an expression that cannot be read, or is too big to be fast */
export function finderOf(pattern: LogPattern, limits: RecordLimits): Finder {
  if (pattern.isExpression) return expression(pattern, limits);
  if (!pattern.ignoreCase) return bytesAsTheyAre(Buffer.from(pattern.text));
  if (isAscii(Buffer.from(pattern.text))) return asciiOfAnyCase(pattern.text.toLowerCase());
  return expression(pattern, limits);
}

function bytesAsTheyAre(needle: Buffer): Finder {
  return {
    headBytes: Number.POSITIVE_INFINITY,
    candidates: (bytes) => (from) => bytes.indexOf(needle, from),
    match(line) {
      const at = line.indexOf(needle);
      return at < 0 ? undefined : [at, at + needle.length];
    },
  };
}

/** One character for each byte keeps every place where it is, and no byte beyond ASCII becomes one of ASCII. */
function asciiOfAnyCase(needle: string): Finder {
  const lower = (bytes: Buffer) => bytes.toString('latin1').toLowerCase();
  return {
    headBytes: Number.POSITIVE_INFINITY,
    candidates(bytes) {
      const text = lower(bytes);
      return (from) => text.indexOf(needle, from);
    },
    match(line) {
      const at = lower(line).indexOf(needle);
      return at < 0 ? undefined : [at, at + needle.length];
    },
  };
}
