// What must happen every few seconds, whoever does it: each entry is safe to run on any number of servers at once.
import { crashPoint, type Db, type Live, type Tell } from '../base/index.ts';
import type { Mirrors } from '../forges/index.ts';
import { expireLeases, giveDueSlots, learnLanes, type QueueLimits, tidyGroups } from '../queue/index.ts';
import {
  type ArchiveStore,
  ended,
  missed,
  type RecordLimits,
  readResultFiles,
  sealDue,
  sweepArchive,
  sweepOrphans,
  type Uploads,
} from '../record/index.ts';
import { lookAtDue, sweepMirrors } from '../source/index.ts';
import { forgetHistory } from './forget-history.ts';
import type { RunEnd } from './metrics.ts';
import { purgeArchive } from './purge-archive.ts';
import { repoTopic } from './repo-topic.ts';
import { runsLost } from './returning.ts';
import { type SettlePipelines, settleNow } from './settle-pipelines.ts';

export type TimetableParts = {
  readonly db: Db;
  readonly live: Live;
  readonly tell: Tell;
  readonly store: ArchiveStore;
  readonly uploads: Pick<Uploads, 'sweep'>;
  readonly mirrors: Mirrors;
  readonly queueLimits: QueueLimits;
  readonly recordLimits: RecordLimits;
  /** How long what has ended is remembered; 0: for ever. */
  readonly historySeconds: number;
  readonly settlePipelines: SettlePipelines;
  /** Whether the archive has room for logs. */
  readonly maySeal: () => boolean;
  /** Told of each run that was given up, for the metrics. */
  readonly onEnded: (end: RunEnd) => void;
  readonly onFailure: (entry: string, error: unknown) => void;
};
export type Timetable = {
  /** Seal soon: a run has ended. */
  sealSoon(): void;
  stop(): Promise<void>;
};

export function startTimetable(parts: TimetableParts): Timetable {
  const { db, live, tell, store, uploads, mirrors, recordLimits, maySeal, onFailure } = parts;
  let lastFind: number | null = null;
  let hasLooked = false;
  let isStopping = false;
  const sealing = every(2, 'seal-logs', async () => {
    // Only the look at leases knows whether there was an outage, in which no log could come.
    if (hasLooked && maySeal()) await sealDue(db, store, recordLimits, (runId) => live.hint(`run:${runId}`));
  });
  const entries = [
    sealing,
    every(5, 'expire-leases', async () => {
      await expire(parts);
      if (!hasLooked) sealing.soon();
      hasLooked = true;
    }),
    every(2, 'read-results', () =>
      readResultFiles(
        db,
        store,
        recordLimits,
        (runId) => live.hint(`run:${runId}`),
        () => isStopping,
      ),
    ),
    every(10, 'settle-pipelines', () => settleNow(db, live, 'all')),
    every(1, 'give-due-slots', async () => live.hint(...(await db.transaction(giveDueSlots)))),
    every(10, 'tidy-groups', async () => live.hint(...(await db.transaction(tidyGroups)))),
    every(5, 'look-at-due', async () => {
      await lookAtDue(db, (repoId) =>
        db.transaction((tx) => tell(tx, 'look-asked', { repoId }, { line: `repo-${repoId}`, key: `poll-${repoId}` })),
      );
    }),
    every(60, 'find-missed', findMissed),
    // Twice the time between two turns: a lane whose turn failed is learned with the next.
    every(60, 'learn-lanes', () => learnLanes(db, 120)),
    every(60, 'forget-history', () => forgetHistory(db, parts.historySeconds, () => isStopping)),
    every(3600, 'purge-archive', () => purgeArchive(db, store, parts.historySeconds, 'retention', () => isStopping)),
    every(6 * 3600, 'sweep-orphans', () =>
      sweepOrphans(db, store, new Date(Date.now() - recordLimits.orphanSeconds * 1000), () => isStopping),
    ),
    every(3600, 'sweep-archive', () => sweepArchive(store, uploads, new Date(), recordLimits)),
    every(3600, 'sweep-mirrors', () => sweepMirrors(db, mirrors)),
  ];
  return {
    sealSoon: () => sealing.soon(),
    async stop() {
      isStopping = true;
      await Promise.all(entries.map((entry) => entry.stop()));
    },
  };

  /** From the last time that it worked; at the first turn whatever may have been missed while nothing ran. */
  async function findMissed(): Promise<void> {
    const begun = Date.now();
    await missed(db, lastFind === null ? 7 * 86_400 : Math.ceil((begun - lastFind) / 1000) + 600);
    lastFind = begun;
  }

  /** Runs one entry again and again, never twice at once; a failure is told and made up at the next turn. */
  function every(seconds: number, name: string, work: () => Promise<unknown>) {
    let running: Promise<void> | undefined;
    let again = false;
    let soonTimer: NodeJS.Timeout | undefined;
    const turn = async () => {
      do {
        again = false;
        await work().catch((error: unknown) => onFailure(name, error));
      } while (again && !stopped);
      running = undefined;
    };
    let stopped = false;
    const start = () => {
      soonTimer = undefined;
      if (running) again = true;
      else if (!stopped) running = turn();
    };
    const timer = setInterval(start, seconds * 1000);
    start();
    return {
      soon() {
        if (!stopped) soonTimer ??= setTimeout(start, 50);
      },
      async stop() {
        stopped = true;
        clearInterval(timer);
        clearTimeout(soonTimer);
        await running;
      },
    };
  }
}

async function expire({ db, live, queueLimits, settlePipelines, onEnded, onFailure }: TimetableParts): Promise<void> {
  const { ended: gone, failures } = await expireLeases(db, queueLimits, async (tx, runId) => {
    await ended(tx, [runId]);
    crashPoint('expire-before-commit');
  });
  if (gone.length > 0) crashPoint('expire-committed');
  if (gone.length > 0) live.hint(runsLost);
  for (const run of gone) {
    live.hint(...run.topics, ...(await repoTopic(db, run.pipelineId)));
    onEnded({ verdict: run.verdict, retried: run.retried, lost: true });
  }
  settlePipelines(gone.map((run) => run.pipelineId));
  for (const failure of failures) onFailure('expire-leases', failure);
}
