// What the queue shows at /metrics, in base units and without ids: how much waits, how long, how it ends.
import { verdicts } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';
import type { Metrics } from '../base/telemetry/index.ts';

export type CiMetrics = {
  claimed(waitSeconds: number): void;
  ended(verdict: string): void;
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
  const takenUp = metrics.counter({
    name: 'runs_taken_up_total',
    help: 'Runs that were given up and taken up again by their worker; each counts as one that ended, too.',
  });
  const refused = metrics.counter({
    name: 'disk_refusals_total',
    help: 'Artifacts and log chunks that were not taken because the disk has too little room.',
    labels: { what: ['artifact', 'log'] },
  });
  metrics.gauge({
    name: 'jobs_ready',
    help: 'Jobs that a worker could claim now.',
    labels: { pool: { atMost: 500 } },
    async read(gauge) {
      const rows = await db.query<{ pool: string; jobs: number }>(sql`
        select pool.name as pool, count(ready.job_id) as jobs from pool left join ready on ready.pool = pool.name group by pool.name`);
      for (const row of rows) gauge.set({ pool: row.pool }, row.jobs);
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
    ended: (verdict) => finished.add({ verdict: verdict as (typeof verdicts)[number] }),
  };
}
