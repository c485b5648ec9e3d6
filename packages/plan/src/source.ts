// The texts of a configuration and their places: one run of characters over all files, in which an offset is a file, a
// line and a column.
import { printable } from './printable.ts';

/** A file of the tree that is part of the configuration. */
export type ConfigFile = {
  /** Its path in the tree, as messages show it. */
  readonly file: string;
  readonly text: string;
};

export type Source = {
  /** All files, each after the one before and a line end. */
  readonly text: string;
  readonly files: readonly SourceFile[];
};

export type SourceFile = {
  readonly file: string;
  /** Offsets of its first character, and after its last. */
  readonly start: number;
  readonly end: number;
  /** Offsets of its lines' beginnings. */
  readonly lineStarts: readonly number[];
};

export type Place = { readonly file: string; readonly line: number; readonly column: number };

export function sourceOf(configFiles: readonly ConfigFile[]): Source {
  const files: SourceFile[] = [];
  let start = 0;
  for (const { file, text } of configFiles) {
    const lineStarts = [start];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(start + at + 1);
    files.push({ file, start, end: start + text.length, lineStarts });
    start += text.length + 1;
  }
  return { text: configFiles.map(({ text }) => text).join('\n'), files };
}

/** Line and column, both from 1, as editors count them. */
export function placeOf(source: Source, offset: number): Place {
  const file = source.files[lastAtMost(source.files, offset, (each) => each.start)];
  if (!file) return { file: '', line: 1, column: 1 };
  const within = Math.min(Math.max(offset, file.start), file.end);
  const line = lastAtMost(file.lineStarts, within, (start) => start);
  return { file: file.file, line: line + 1, column: within - (file.lineStarts[line] ?? 0) + 1 };
}

/** By halving: the last item whose number is not above the limit, else the first. */
function lastAtMost<Item>(items: readonly Item[], limit: number, numberOf: (item: Item) => number): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const item = items[middle];
    if (item !== undefined && numberOf(item) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const lineOf = (source: Source, offset: number): number => placeOf(source, offset).line;

/** `line 4` in the file where the reader is, `other.yml:4` elsewhere. */
export function lineSeenFrom(source: Source, offset: number, reader: number): string {
  const { file, line } = placeOf(source, offset);
  return file === placeOf(source, reader).file ? `line ${line}` : `${file}:${line}`;
}

const excerptCharacters = 200;

/** The line at the offset, cut where it is too long to show, without what could confuse a terminal. */
export function excerptOf(source: Source, { file, line }: Place): string {
  const within = source.files.find((each) => each.file === file);
  if (!within) return '';
  const start = within.lineStarts[line - 1] ?? within.start;
  const next = within.lineStarts[line];
  const end = next === undefined ? within.end : next - 1;
  const whole = source.text.slice(start, Math.min(end, start + excerptCharacters)).replace(/\r$/, '');
  return printable(whole) + (end - start > excerptCharacters ? '…' : '');
}
