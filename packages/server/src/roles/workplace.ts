// What workers meet behind the doors: where they wait for a run, how they get it, keep it, come back to it and end it.
import type { Log } from '../base/telemetry/index.ts';
import { createClaimWork } from '../flow/claim-work.ts';
import { createFinishRun } from '../flow/finish-run.ts';
import { startReturning } from '../flow/returning.ts';
import { createSealSoon } from '../flow/seal-soon.ts';
import { createTakeUp } from '../flow/take-up.ts';
import type { WorkingParts } from '../http/index.ts';
import { createRenew, createReportSteps, startWaitingRoom } from '../queue/index.ts';
import type { Parts } from './parts.ts';
import type { Stops } from './stops.ts';

export type Workplace = Pick<
  WorkingParts,
  'claimWork' | 'renew' | 'reportSteps' | 'finishRun' | 'takeUp' | 'returning' | 'closing'
> & {
  /** Whoever waits is answered. */
  close(): void;
};

/** `publicUrl`: where people find the pages, without a slash at the end. */
export function openWorkplace(parts: Parts, publicUrl: () => string, log: Log, stops: Stops): Workplace {
  const { db, queueDb, live, key, disk, queueLimits, recordLimits, settlePipelines } = parts;
  const returning = startReturning({
    db,
    live,
    graceSeconds: Math.min(15, queueLimits.leaseSeconds),
    lostLogSeconds: recordLimits.lostLogSeconds,
  });
  stops.push(async () => returning.stop());
  const waitingRoom = startWaitingRoom({
    db: queueDb,
    live,
    limits: queueLimits,
    mayGive: disk.mayGive,
    mayTake: returning.mayTake,
    onFailure: (pool, error) => log.warn({ err: error, pool }, 'A look at a line failed; it is looked at again'),
  });
  const closing = new AbortController();
  const sealSoon = createSealSoon(db, () => parts.timetable?.sealSoon());
  const finishRun = createFinishRun({
    db: queueDb,
    live,
    limits: queueLimits,
    settlePipelines,
    onEnded: (runId, end, hasLog) => {
      parts.ci.ended(end);
      if (hasLog) sealSoon(runId);
    },
  });
  const takeUp = createTakeUp({ db, live, limits: queueLimits, onTakenUp: parts.ci.takenUp });
  const claimWork = createClaimWork({
    db: queueDb,
    live,
    key,
    waitingRoom,
    limits: queueLimits,
    publicUrl,
    finishRun,
    onClaimed: (seconds) => parts.ci.claimed(seconds),
  });
  return {
    claimWork,
    renew: createRenew(queueDb, queueLimits),
    reportSteps: createReportSteps(queueDb),
    finishRun,
    takeUp,
    returning,
    closing: closing.signal,
    close() {
      waitingRoom.stop();
      closing.abort();
    },
  };
}
