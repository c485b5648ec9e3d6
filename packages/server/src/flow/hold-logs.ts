// While a disk is full, what workers have to send waits with them: the time in which a log may arrive does not run meanwhile.
import type { Db } from '../base/index.ts';
import { noteLogsHeld } from '../queue/index.ts';

const noteMs = 5000;

/** `isHeld` is asked every few seconds. Returns how to stop. */
export function startHoldingLogs(db: Db, isHeld: () => boolean): () => void {
  const timer = setInterval(() => {
    // What fails is made up at the next turn.
    if (isHeld()) noteLogsHeld(db).catch(() => undefined);
  }, noteMs);
  return () => clearInterval(timer);
}
