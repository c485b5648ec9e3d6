// What is searched for in a log, as something that finds it in a line in time that grows with the line alone, whatever was asked.
import { isAscii, isUtf8 } from 'node:buffer';
import { Refused } from '@signalbox/protocol';
import { RE2JS, RE2JSException } from 're2js';
import { wholeCharacters } from './cut-line.ts';
import type { RecordLimits } from './limits.ts';

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
  if (pattern.isExpression) return expression(pattern.text, pattern.ignoreCase, limits);
  if (!pattern.ignoreCase) return bytesAsTheyAre(Buffer.from(pattern.text));
  if (isAscii(Buffer.from(pattern.text))) return asciiOfAnyCase(pattern.text.toLowerCase());
  return expression(RE2JS.quote(pattern.text), true, limits);
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

/*
 * The engine never goes back, so the worst line costs its length times the size of the expression; both are limited, because
 * nothing else of this process runs meanwhile.
 */
function expression(text: string, ignoreCase: boolean, limits: RecordLimits): Finder {
  const compiled = compile(text, ignoreCase, limits);
  return {
    headBytes: limits.expressionLineBytes,
    candidates: () => (from) => from,
    match(line) {
      const head = line.subarray(0, wholeCharacters(line, limits.expressionLineBytes));
      const isText = isUtf8(head);
      const characters = head.toString(isText ? 'utf8' : 'latin1');
      const matcher = compiled.test(characters) ? compiled.matcher(characters) : undefined;
      if (!matcher?.find()) return undefined;
      const [from, to] = [matcher.start(), matcher.end()];
      if (!isText || characters.length === head.length) return [from, to];
      const fromByte = Buffer.byteLength(characters.slice(0, from));
      return [fromByte, fromByte + Buffer.byteLength(characters.slice(from, to))];
    },
  };
}

function compile(text: string, ignoreCase: boolean, limits: RecordLimits): RE2JS {
  const compiled = read(text, ignoreCase);
  if (compiled.programSize() <= limits.expressionSize) return compiled;
  throw new Refused(
    'bad-request',
    `The expression is too big: ${compiled.programSize()} steps, ${limits.expressionSize} are allowed. Count with smaller numbers in {…}.`,
  );
}

function read(text: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(text, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw new Refused('bad-request', `"${text}" is no regular expression of RE2: ${cause.message}.`);
  }
}
