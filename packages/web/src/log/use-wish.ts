// Tells the reader of a log which lines are in sight, so that it reads those and no others.
import { useLayoutEffect } from 'react';
import type { Lines } from './line-store.ts';
import type { RowMap } from './row-map.ts';
import type { StepLog } from './step-log.ts';
import type { Folds } from './use-folds.ts';
import type { Rows } from './use-rows.ts';

type Options = {
  readonly log: StepLog;
  readonly rows: Rows;
  readonly map: RowMap;
  readonly onlyMatches: boolean;
  readonly folds: Folds;
};

export function useWish({ log, rows, map, onlyMatches, folds }: Options): void {
  const { first, end } = rows;
  const last = log.lines.last;
  // biome-ignore lint/correctness/useExhaustiveDependencies: sections that open change the map, and with it all that is asked here.
  useLayoutEffect(() => {
    // The server sent what it found.
    void log.want(onlyMatches ? [] : wishOf(first, end, map, folds));
  }, [log, first, end, map, onlyMatches, last]);
}

function wishOf(first: number, end: number, map: RowMap, folds: Folds): Lines[] {
  const wish: { from: number; to: number }[] = [];
  for (let row = first; row < end; row++) {
    const line = map.lineOf(row);
    // The name of a section is known from its mark.
    if (line === 0 || folds.sectionAt(line)) continue;
    const open = wish.at(-1);
    if (open?.to === line - 1) open.to = line;
    else wish.push({ from: line, to: line });
  }
  return wish;
}
