// A run ends: the queue frees what waited for it; then its log is put in line to be sealed and its pipeline may end, too.
import type { FinishAnswer, FinishRequest } from '@signalbox/protocol';
import { crashPoint, type Db, gather, type Live, type Tx } from '../base/index.ts';
import { type AskedEnd, type Ended, finish, finishAlone, type QueueLimits, type RunHold } from '../queue/index.ts';
import type { RunEnd } from './metrics.ts';
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
  /** Told of each run that has ended, for sealing and for the metrics. `hasLog`: it printed something. */
  readonly onEnded: (runId: number, end: RunEnd, hasLog: boolean) => void;
};

/** Ends in one statement; more would only make its locks last longer. */
const batch = 50;

export function createFinishRun({ db, live, limits, settlePipelines, onEnded }: FinishRunParts): FinishRun {
  const alone = gather<AskedEnd, Ended | undefined>(batch, (ends) => finishAlone(db, ends));
  const finishIn = async (tx: Tx, ...asked: Parameters<FinishRun>) => {
    const done = await finish(tx, ...asked, limits);
    crashPoint('finish-before-commit');
    return done;
  };
  return async (hold, end) => {
    const done = (await alone({ hold, end })) ?? (await db.transaction((tx) => finishIn(tx, hold, end)));
    crashPoint('finish-committed');
    if (done.changed) {
      live.hint(...done.topics, ...(await repoTopic(db, done.pipelineId)));
      settlePipelines([done.pipelineId]);
      const { verdict, retried } = done;
      onEnded(hold.runId, { verdict, retried, lost: false }, end.logBytes?.some((bytes) => bytes > 0) ?? true);
    }
    return { verdict: done.verdict, retried: done.retried };
  };
}
