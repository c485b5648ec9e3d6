// Puts the logs of runs that have ended in line to be sealed, gathered: a hundred ends cost one statement.
import { crashPoint, type Db } from '../base/index.ts';
import { ended } from '../record/index.ts';

/** Says that a run has ended. It does not wait; what a crash forgets, the timetable finds. */
export type SealSoon = (runId: number) => void;

const gatherMs = 50;

export function createSealSoon(db: Db, onInLine: () => void): SealSoon {
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    timer = undefined;
    const ids = [...waiting];
    waiting.clear();
    crashPoint('end-not-in-line');
    ended(db, ids).then(onInLine, () => undefined);
  };
  return (runId) => {
    waiting.add(runId);
    if (timer === undefined) timer = setTimeout(run, gatherMs);
  };
}
