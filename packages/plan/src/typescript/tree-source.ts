// A file of the configuration while it is read: its text, and where it begins among all of them, as `sourceOf` counts.
import { type ConfigFile, sourceOf } from '../source.ts';

export type TreeSource = ConfigFile & {
  /** The offset of its first character. */
  readonly start: number;
  /** Offsets of its lines' beginnings, from its own first character. */
  readonly lineStarts: readonly number[];
};

/** `before` is the file that was read before it: a line end stands between them. */
export const treeSource = (file: string, text: string, before: TreeSource | undefined): TreeSource => ({
  file,
  text,
  start: before ? before.start + before.text.length + 1 : 0,
  lineStarts: lineStartsOf(text),
});

export const lineStartsOf = (text: string): readonly number[] =>
  sourceOf([{ file: '', text }]).files[0]?.lineStarts ?? [0];

/** The offset of a line and a column of one file; what lies outside of it becomes the nearest that does not. */
export function placeOffset({ text, lineStarts, start }: TreeSource, line: number, column: number): number {
  const index = Math.min(Math.max(line, 1), lineStarts.length) - 1;
  const next = lineStarts[index + 1];
  const end = next === undefined ? text.length : next - 1;
  return start + Math.min((lineStarts[index] ?? 0) + Math.max(column, 1) - 1, end);
}
