// Where a log opens: at the lines of the address, at the first error of a failed step, else where it begins. Once only.
import { useEffect, useRef } from 'react';
import type { LineRange } from './line-range.ts';
import type { StepLog } from './step-log.ts';

type Options = {
  readonly log: StepLog;
  readonly range: LineRange | null;
  readonly failed: boolean;
  /** The panel has its height. */
  readonly ready: boolean;
  readonly show: (line: number) => void;
};

export function useFirstPlace({ log, range, failed, ready, show }: Options): void {
  const done = useRef(false);
  useEffect(() => {
    if (done.current || !ready || log.text.rowCount === 0) return;
    const line = firstLine(log, range, failed);
    if (line === 'later') return;
    done.current = true;
    if (line !== null) show(line);
  });
}

function firstLine(log: StepLog, range: LineRange | null, failed: boolean): number | null | 'later' {
  const { text, state } = log;
  if (range) {
    if (text.rowOf(range.from) !== null) return range.from;
    if (state !== 'read') return 'later';
    if (!text.hole) return text.lastLine;
    void log.reach(range.from);
    return 'later';
  }
  if (!failed) return null;
  const error = text.errorLines[0];
  if (error !== undefined) return error;
  return state === 'read' ? text.lastLine : 'later';
}
