// Absolute paths in a line: where one begins and ends, and which part of it is its directory.
import { codeAt, codesOf } from './line-codes.ts';

export type FoundPath = {
  /** Where what is struck out ends: the last name stays, unless all is temporary. */
  readonly end: number;
  readonly put: string;
};

/** `at` is at a slash. Undefined when no path begins there that has a directory. */
export function pathAt(text: string, at: number): FoundPath | undefined {
  return mayBegin(text, at) ? directoryOf(text, at, at) : undefined;
}

/** `C:\…`: `at` is at the letter of the drive. */
export const drivePathAt = (text: string, at: number): FoundPath | undefined =>
  at === 0 || isBefore(codeAt(text, at - 1)) ? directoryOf(text, at, at + 2) : undefined;

/** Behind `file://`. */
export const filePathAt = (text: string, at: number): FoundPath | undefined =>
  codeAt(text, at) === slash ? directoryOf(text, at, at) : undefined;

const slash = 47;
const backslash = 92;

function directoryOf(text: string, start: number, root: number): FoundPath | undefined {
  let end = root;
  let last = -1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (isEnd(code)) break;
    if (code === slash || code === backslash) last = end;
  }
  if (last <= root) return undefined;
  return temporary.test(text.slice(start, end)) ? { end, put: '/#' } : { end: last + 1, put: '/#/' };
}

const isEnd = codesOf(' \t"\'`()<>|:;,*?&=[]{}');
const temporary = /^(?:\/private)?(?:\/tmp|\/var\/tmp|\/var\/folders)\/|^[A-Za-z]:[\\/].*[\\/]te?mp[\\/]/i;

/** Not within a word, a relative path or an address; but behind a short option, as in `-I/usr/include`. */
function mayBegin(text: string, at: number): boolean {
  if (at === 0 || isBefore(codeAt(text, at - 1))) return true;
  if (codeAt(text, at - 2) !== dash) return false;
  return /^-[A-Za-z]$/.test(text.slice(at - 2, at)) && (at === 2 || ' \t'.includes(text.charAt(at - 3)));
}

const dash = 45;
const isBefore = codesOf(' \t"\'`([{<=,;>|');
