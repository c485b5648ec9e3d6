// Where a log opens: at the lines of the address, at the first error of a failed step, else where it begins. Once only.
import { type RefObject, useEffect, useRef } from 'react';
import type { LineRange } from './line-range.ts';
import type { StepLog } from './step-log.ts';

type Options = {
  readonly log: StepLog;
  readonly range: LineRange | null;
  readonly failed: boolean;
  /** The list has its place on the page. */
  readonly ready: boolean;
  readonly list: RefObject<HTMLElement | null>;
  readonly show: (line: number) => void;
};

const lineHeight = 20;

export function useFirstPlace({ log, range, failed, ready, list, show }: Options): void {
  const done = useRef(false);
  useEffect(() => {
    if (done.current || !ready || log.text.rowCount === 0) return;
    if (range) {
      if (log.text.rowOf(range.from) === null) {
        if (log.state === 'read') void log.reach(range.from);
        if (log.state !== 'read' || log.text.hole) return;
      }
      done.current = true;
      show(Math.min(range.from, log.text.lastLine));
      return;
    }
    if (!failed) {
      done.current = true;
      return;
    }
    const first = log.text.errorLines[0] ?? (log.state === 'read' ? log.text.lastLine : undefined);
    if (first === undefined) return;
    done.current = true;
    if (!inSight(list.current, log.text.rowOf(first) ?? 0)) show(first);
  });
}

/** Nothing moves when the line can be seen as it is. */
function inSight(list: HTMLElement | null, row: number): boolean {
  if (!list) return false;
  const bottom = list.getBoundingClientRect().top + (row + 2) * lineHeight;
  return bottom > 0 && bottom < window.innerHeight;
}
