// The text of a configuration and its places: an offset becomes a line, a column and the line's own text.
import { printable } from './printable.ts';

export type Source = {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
};

export type Place = { readonly line: number; readonly column: number };

export function sourceOf(file: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, lineStarts };
}

/** Line and column, both from 1, as editors count them. */
export function placeOf(source: Source, offset: number): Place {
  const within = Math.min(Math.max(offset, 0), source.text.length);
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= within) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: within - (source.lineStarts[low] ?? 0) + 1 };
}

export const lineOf = (source: Source, offset: number): number => placeOf(source, offset).line;

const excerptCharacters = 200;

/** The line itself, cut where it is too long to show, without what could confuse a terminal. */
export function excerptOf(source: Source, line: number): string {
  const start = source.lineStarts[line - 1] ?? 0;
  const next = source.lineStarts[line];
  const end = next === undefined ? source.text.length : next - 1;
  const whole = source.text.slice(start, Math.min(end, start + excerptCharacters)).replace(/\r$/, '');
  return printable(whole) + (end - start > excerptCharacters ? '…' : '');
}
