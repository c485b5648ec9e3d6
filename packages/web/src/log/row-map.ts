// Which line stands in which row of a log, where closed sections hide lines or only lines that were found are shown. Pure.

export type RowMap = {
  readonly count: number;
  /** The line of a row, from 0; 0 when there is no such row. */
  lineOf(row: number): number;
  /** The row of a line; of a hidden one, the row of what hides it. */
  rowOf(line: number): number;
};

/** Lines that are hidden, both ends included. */
export type Hidden = { readonly from: number; readonly to: number };

export function rowsOfAll(lines: number, hidden: readonly Hidden[]): RowMap {
  const spans = merged(hidden, lines);
  // Lines that are hidden before each span.
  const before: number[] = [];
  let gone = 0;
  for (const { from, to } of spans) {
    before.push(gone);
    gone += to - from + 1;
  }
  return {
    count: lines - gone,
    lineOf(row) {
      if (row < 0 || row >= lines - gone) return 0;
      const at = lastWhere(spans.length, (index) => spans[index]!.from - before[index]! - 1 <= row);
      return row + 1 + (at < 0 ? 0 : before[at]! + spans[at]!.to - spans[at]!.from + 1);
    },
    rowOf(line) {
      const at = lastWhere(spans.length, (index) => spans[index]!.from <= line);
      if (at < 0) return line - 1;
      const { from, to } = spans[at]!;
      if (line <= to) return Math.max(0, from - before[at]! - 2);
      return line - 1 - before[at]! - (to - from + 1);
    },
  };
}

/** Only these lines, which are in order. */
export function rowsOfSome(lines: readonly number[]): RowMap {
  return {
    count: lines.length,
    lineOf: (row) => lines[row] ?? 0,
    rowOf: (line) =>
      Math.max(
        0,
        lastWhere(lines.length, (index) => lines[index]! <= line),
      ),
  };
}

function merged(hidden: readonly Hidden[], lines: number): Hidden[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of [...hidden].sort((a, b) => a.from - b.from)) {
    const end = Math.min(to, lines);
    if (end < from) continue;
    const last = result.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, end);
    else result.push({ from, to: end });
  }
  return result;
}

/** The last index for which it holds, if it holds up to there; -1 if for none. */
export function lastWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
