// Regular expressions of people, found in a line in time that grows with the line alone: by RE2, and within limits.
import { isUtf8 } from 'node:buffer';
import { Refused } from '@signalbox/protocol';
import { RE2JS, RE2JSException } from 're2js';
import { wholeCharacters } from './cut-line.ts';
import type { RecordLimits } from './limits.ts';
import type { Finder, LogPattern } from './log-pattern.ts';

/**
 * Also for texts where small and capital letters are the same, which beyond ASCII only the engine knows. It never goes back, so
 * the worst line costs its length times the size of the expression; both are limited, for nothing else of this process runs
 * meanwhile.
 * @throws Refused bad-request
 */
export function expression(pattern: LogPattern, limits: RecordLimits): Finder {
  const [compiled, isSmall] = compile(pattern, limits);
  const blocks = isSmall ? blockExpression(pattern) : undefined;
  return {
    headBytes: limits.expressionLineBytes,
    candidates: (bytes) => (blocks ? byBlocks(bytes, blocks, limits) : (from) => from),
    match(line) {
      const head = line.subarray(0, wholeCharacters(line, limits.expressionLineBytes));
      const isText = isUtf8(head);
      const characters = head.toString(isText ? 'utf8' : 'latin1');
      if (isSmall && !compiled.test(characters)) return undefined;
      const matcher = compiled.matcher(characters);
      if (!matcher.find()) return undefined;
      const [from, to] = [matcher.start(), matcher.end()];
      if (!isText || characters.length === head.length) return [from, to];
      const fromByte = Buffer.byteLength(characters.slice(0, from));
      return [fromByte, fromByte + Buffer.byteLength(characters.slice(from, to))];
    },
  };
}

/*
 * A bigger one is not tested by the engine's table of states before it is placed: the table makes plain lines ten times faster,
 * but an expression made for it fills it anew with each character: 2.7 s for one line of 16 KB, where placing takes 0.3 s.
 */
const smallExpression = 100;

function compile(pattern: LogPattern, limits: RecordLimits): [compiled: RE2JS, isSmall: boolean] {
  const compiled = read(pattern, 0);
  const size = compiled.programSize();
  if (size <= limits.expressionSize) return [compiled, size <= smallExpression];
  throw new Refused(
    'bad-request',
    `The expression is too big: ${size} steps, ${limits.expressionSize} are allowed. Count with smaller numbers in {…}.`,
  );
}

/** The same for many lines at once, where it finds whatever it finds in one of them; undefined where it might not. */
function blockExpression(pattern: LogPattern): RE2JS | undefined {
  const knowsEnds = /\\[AzZ]|\(\?[a-zA-Z]*-?[a-zA-Z]*m/.test(pattern.text);
  return pattern.isExpression && knowsEnds ? undefined : read(pattern, RE2JS.MULTILINE);
}

/*
 * Most lines of a log hold nothing: looked at by blocks of some forty, they cost a fifth. A block in which something is found is
 * looked at line by line, and so is one line after a while of vain looks, so that others get their turn.
 */
function byBlocks(bytes: Buffer, blocks: RE2JS, limits: RecordLimits): (from: number) => number {
  let doubtfulTo = 0;
  return (from) => {
    const turn = performance.now() + turnMillis;
    for (let at = from; at < bytes.length; at = doubtfulTo) {
      if (at < doubtfulTo || performance.now() > turn) return at;
      doubtfulTo = blockEnd(bytes, at, limits.expressionLineBytes);
      const block = bytes.subarray(at, doubtfulTo);
      // A return at the end of a line is none of its characters, also of the last line, which has no end yet.
      const hasReturns = block.includes('\r\n') || block.at(-1) === carriageReturn;
      const isSure = block.length <= limits.expressionLineBytes && isUtf8(block) && !hasReturns;
      if (!isSure || blocks.test(block.toString())) return at;
    }
    return -1;
  };
}

const turnMillis = 5;

/** Whole lines, as many as go into so many bytes, but at least one. */
function blockEnd(bytes: Buffer, from: number, most: number): number {
  if (bytes.length - from <= most) return bytes.length;
  const last = bytes.lastIndexOf(newline, from + most - 1);
  if (last >= from) return last + 1;
  const first = bytes.indexOf(newline, from);
  return first < 0 ? bytes.length : first + 1;
}

const newline = 10;

function read({ text, isExpression, ignoreCase }: LogPattern, flags: number): RE2JS {
  try {
    const source = isExpression ? text : RE2JS.quote(text);
    return RE2JS.compile(source, flags | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0));
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw new Refused('bad-request', `"${text}" is no regular expression of RE2: ${cause.message}.`);
  }
}

const carriageReturn = 13;
