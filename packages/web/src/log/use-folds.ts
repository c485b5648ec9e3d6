// The sections of a log, which of them are open, and which line stands in which row because of that.
import { useCallback, useMemo, useState } from 'react';
import { type Folding, hiddenLines, isOpen } from './folds.ts';
import type { LineRange } from './line-range.ts';
import { type RowMap, rowsOfAll } from './row-map.ts';
import { type Section, sectionsAsSeen, sectionsOf } from './sections.ts';
import type { StepLog } from './step-log.ts';

export type Folds = {
  readonly map: RowMap;
  readonly count: number;
  readonly isAnyOpen: boolean;
  sectionAt(line: number): Section | undefined;
  isOpen(section: Section): boolean;
  toggle(section: Section): void;
  toggleAll(): void;
};

type Options = {
  readonly log: StepLog;
  /** Lines that must be in sight. */
  readonly errors: readonly number[];
  readonly range: LineRange | null;
  readonly at: number | null;
  readonly openLast: boolean;
};

export function useFolds({ log, errors, range, at, openLast }: Options): Folds {
  const [{ chosen, all }, choose] = useState<Pick<Folding, 'chosen' | 'all'>>({ chosen: new Map(), all: null });
  const { last } = log.lines;
  // biome-ignore lint/correctness/useExhaustiveDependencies: marks are added to the same map, and what was seen too; their numbers say that there is more.
  const sections = useMemo(() => {
    const markers = [...log.markers].sort(([a], [b]) => a - b).flatMap(([, ofLine]) => ofLine);
    return sectionsAsSeen(sectionsOf(markers), (line) => log.seen.endFrom(line), last);
  }, [log, log.markers.size, log.seen.version, last]);
  const folding: Folding = useMemo(() => {
    const wanted = [...errors, ...(range ? [range.from, range.to] : []), ...(at === null ? [] : [at])];
    return { chosen, all, wanted, openLast };
  }, [chosen, all, errors, range, at, openLast]);
  const byLine = useMemo(() => new Map(sections.map((section) => [section.line, section])), [sections]);
  const lastTop = sections.findLast(({ depth }) => depth === 0)?.line ?? 0;
  const stands = useCallback(
    (section: Section) => isOpen(section, section.line >= lastTop, folding),
    [lastTop, folding],
  );
  const map = useMemo(() => rowsOfAll(last, hiddenLines(sections, folding)), [last, sections, folding]);
  const isAnyOpen = sections.some(stands);
  return {
    map,
    count: sections.length,
    isAnyOpen,
    sectionAt: (line) => byLine.get(line),
    isOpen: stands,
    toggle: (section) => choose((old) => ({ ...old, chosen: new Map(old.chosen).set(section.line, !stands(section)) })),
    toggleAll: () => choose({ chosen: new Map(), all: !isAnyOpen }),
  };
}
