// From a line's number to the member in which the line before it ends, by counting line ends: pure, nothing is read.
import type { MemberLines } from './log-members.ts';

/** The line begins behind this line end of this member; the first of a member has the number 1. */
export type LinePlace = { readonly member: number; readonly lineEnd: number };

/** Undefined for the first line, which begins behind no line end, and for a line that is not there. */
export function placeOfLine(members: readonly Pick<MemberLines, 'lines'>[], line: number): LinePlace | undefined {
  if (line <= 1) return undefined;
  let before = 0;
  for (const [member, { lines }] of members.entries()) {
    if (before + lines >= line - 1) return { member, lineEnd: line - 1 - before };
    before += lines;
  }
  return undefined;
}

export const lineEndsOf = (members: readonly Pick<MemberLines, 'lines'>[]): number =>
  members.reduce((sum, { lines }) => sum + lines, 0);

/** The number of the line that these bytes end in, when they begin in line `first`. */
export function lineAt(bytes: Buffer, first: number): number {
  let line = first;
  // The last byte counts no more: a line end there ends the line it is in.
  const last = bytes.length - 1;
  for (let at = bytes.indexOf(newline); at >= 0 && at < last; at = bytes.indexOf(newline, at + 1)) line++;
  return bytes.length === 0 ? first - 1 : line;
}

const newline = 10;
