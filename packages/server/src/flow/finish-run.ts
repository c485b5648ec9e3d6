// A run ends: the queue frees what waited for it, and the record is told that the log is to be sealed, in one transaction.
import type { FinishAnswer, FinishRequest } from '@signalbox/protocol';
import type { Db, Live } from '../base/index.ts';
import { finish, type QueueLimits, type RunHold } from '../queue/index.ts';
import { ended } from '../record/index.ts';
import { repoTopic } from './repo-topic.ts';
import type { SettlePipelines } from './settle-pipelines.ts';

/** Repeating it gives the same answer. @throws Refused claim-lost, run-not-found */
export type FinishRun = (
  hold: RunHold,
  end: Pick<FinishRequest, 'verdict' | 'reason' | 'logBytes'> & { steps: FinishRequest['steps'] | null },
) => Promise<FinishAnswer>;

export type FinishRunParts = {
  readonly db: Db;
  readonly live: Live;
  readonly limits: QueueLimits;
  readonly settlePipelines: SettlePipelines;
  /** Told of each run that has ended, for sealing and for the metrics. */
  readonly onEnded: (runId: number, verdict: string) => void;
};

export function createFinishRun({ db, live, limits, settlePipelines, onEnded }: FinishRunParts): FinishRun {
  return async (hold, end) => {
    const done = await db.transaction(async (tx) => {
      const result = await finish(tx, hold, end, limits);
      if (result.changed) await ended(tx, [hold.runId]);
      return result;
    });
    if (done.changed) {
      live.hint(...done.topics, ...(await repoTopic(db, done.pipelineId)));
      settlePipelines([done.pipelineId]);
      onEnded(hold.runId, done.verdict);
    }
    return { verdict: done.verdict, retried: done.retried };
  };
}
