// A worker that was cut off longer than its lease comes back: its runs are taken up again where that is possible, whichever of its
// calls comes first. It hears of nothing; it goes on.
import { Refused } from '@signalbox/protocol';
import type { Db, Live } from '../base/index.ts';
import { mayTakeUp, type QueueLimits, type RunHold, takeUp } from '../queue/index.ts';
import { reopenLog } from '../record/index.ts';
import { repoTopic } from './repo-topic.ts';

export type TakeUpRuns = {
  /** Takes up what was lost of these; returns the runs that their claims hold now. */
  these(held: readonly RunHold[], workerId: number | null): Promise<number[]>;
  /** Does what a holder asks. Refused because the run was lost, it is taken up if it can be, and it is done once more. */
  orAgain<Answer>(hold: RunHold, work: () => Promise<Answer>): Promise<Answer>;
};

export type TakeUpParts = {
  readonly db: Db;
  readonly live: Live;
  readonly limits: QueueLimits;
  /** Told of each run that was taken up, for the metrics. */
  readonly onTakenUp: () => void;
};

export function createTakeUp({ db, live, limits, onTakenUp }: TakeUpParts): TakeUpRuns {
  const these: TakeUpRuns['these'] = async (held, workerId) => {
    if (held.length === 0) return [];
    const holds = new Map(held.map((hold) => [hold.runId, hold]));
    const again: number[] = [];
    for (const { runId, isOpen } of await mayTakeUp(db, held, workerId)) {
      if (isOpen || (await one(holds.get(runId)!))) again.push(runId);
    }
    return again;
  };
  const one = async (hold: RunHold) => {
    const taken = await db.transaction((tx) => takeUp(tx, hold, limits, reopenLog));
    if (taken === 'open') return true;
    if (taken === 'lost') return false;
    live.hint(...taken.topics, ...(await repoTopic(db, taken.pipelineId)));
    onTakenUp();
    return true;
  };
  return {
    these,
    async orAgain(hold, work) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Refused && error.code === 'claim-lost')) throw error;
        await these([hold], null);
        // Done again also when nothing was left to take up: another call of the same holder may have taken the run up since, and
        // even have ended it, which leaves its log open for the rest. What is lost indeed is refused once more.
        return await work();
      }
    },
  };
}
