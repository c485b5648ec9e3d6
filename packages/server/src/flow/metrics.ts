// What the queue shows at /metrics, in base units and without ids: how much waits, how long, how it ends.
import { verdicts, workerHolds } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';
import type { Metrics } from '../base/telemetry/index.ts';

/** `retried`: its job runs again. `lost`: nobody told its end, its worker was silent for too long. */
export type RunEnd = { readonly verdict: string; readonly retried: boolean; readonly lost: boolean };

export type CiMetrics = {
  claimed(waitSeconds: number): void;
  ended(end: RunEnd): void;
  takenUp(): void;
  refused(what: 'artifact' | 'log'): void;
};

export function defineCiMetrics(metrics: Metrics, db: Db): CiMetrics {
  const claims = metrics.counter({ name: 'claims_total', help: 'Runs given to workers.' });
  const waits = metrics.histogram({
    name: 'job_wait_seconds',
    help: 'Time from a job being ready to its claim.',
    buckets: [0.01, 0.1, 1, 10, 60, 300, 900, 3600, 14_400],
  });
  const finished = metrics.counter({
    name: 'runs_finished_total',
    help: 'Runs that ended.',
    labels: { verdict: verdicts },
  });
  const retried = metrics.counter({
    name: 'runs_retried_total',
    help: 'Runs that ended for no fault of the code, and whose job runs again by itself.',
  });
  const lost = metrics.counter({
    name: 'runs_lost_total',
    help: 'Runs that were given up because their worker was silent for longer than its lease.',
  });
  const takenUp = metrics.counter({
    name: 'runs_taken_up_total',
    help: 'Runs that were given up and taken up again by their worker; each counts as one that ended, too.',
  });
  const refused = metrics.counter({
    name: 'disk_refusals_total',
    help: 'Artifacts and log chunks that were not taken because the disk has too little room.',
    labels: { what: ['artifact', 'log'] },
  });
  const lines = createLines(db);
  metrics.gauge({
    name: 'jobs_ready',
    help: 'Jobs that a worker could claim now.',
    labels: { pool: { atMost: 500 } },
    async read(gauge) {
      for (const { pool, jobs } of await lines()) gauge.set({ pool }, jobs);
    },
  });
  metrics.gauge({
    name: 'oldest_ready_job_seconds',
    help: 'Time for which the job that waits the longest has been ready; 0 where none waits.',
    labels: { pool: { atMost: 500 } },
    async read(gauge) {
      for (const { pool, seconds } of await lines()) gauge.set({ pool }, seconds);
    },
  });
  metrics.gauge({
    name: 'workers_held',
    help: 'Workers that get no work, by a person or by the rule of runs that errored in a row.',
    labels: { hold: workerHolds },
    async read(gauge) {
      const held = await db.query<{ hold: (typeof workerHolds)[number]; workers: number }>(sql`
        select hold, count(*) as workers from worker where hold is not null group by hold`);
      for (const hold of workerHolds) gauge.set({ hold }, held.find((one) => one.hold === hold)?.workers ?? 0);
    },
  });
  metrics.gauge({
    name: 'runs_open',
    help: 'Runs that are held by a worker now.',
    async read(gauge) {
      const [row] = await db.query<{ runs: number }>(sql`select count(*) as runs from run where ended_at is null`);
      gauge.set({}, row!.runs);
    },
  });
  return {
    claimed(waitSeconds) {
      claims.add({});
      waits.observe({}, waitSeconds);
    },
    refused: (what) => refused.add({ what }),
    takenUp: () => takenUp.add({}),
    ended(end) {
      finished.add({ verdict: end.verdict as (typeof verdicts)[number] });
      if (end.retried) retried.add({});
      if (end.lost) lost.add({});
    },
  };
}

type Line = { readonly pool: string; readonly jobs: number; readonly seconds: number };

/** What waits, pool by pool: read once for all gauges of one scrape, because it walks over every job that waits. */
function createLines(db: Db): () => Promise<Line[]> {
  let read: { readonly at: number; readonly lines: Promise<Line[]> } | undefined;
  return () => {
    if (read === undefined || performance.now() - read.at > 1000) {
      const lines = db.query<Line>(sql`
        select pool.name as pool, coalesce(waiting.jobs, 0) as jobs, coalesce(waiting.seconds, 0) as seconds
        from pool left join (
          select pool, count(*) as jobs, extract(epoch from greatest(now() - min(since), '0'))::float8 as seconds from ready group by pool
        ) as waiting on waiting.pool = pool.name`);
      read = { at: performance.now(), lines };
    }
    return read.lines;
  };
}
