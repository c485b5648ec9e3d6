// What is to be known of a run to give its log a place and a header: one select over the rows that made it.
import type { Reason, Step, Verdict } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import type { RunPlace } from './layout.ts';

export type RunFacts = RunPlace & {
  readonly runId: number;
  /** The job's own, wherever it lies. */
  readonly ownPlatform: string | null;
  readonly ownVariant: string | null;
  readonly worker: string;
  readonly pool: string;
  readonly claimedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly steps: readonly Step[];
  /** Announced at its end, by step; null while it runs, and for a run whose worker was lost. */
  readonly announced: readonly number[] | null;
};

/**
 * Platform and variant are those of the job that it lies beside, where its plan names one. In no order; a run that is gone is left out. Only of causes whose directory has changed is it asked where a run began: the
 * others, nearly all runs, cost no look at artifacts. `min`: the answer stays when a server of the version before adds to the run.
 */
export function readFacts(db: Queryable, runIds: readonly number[]): Promise<RunFacts[]> {
  return db.query<RunFacts>(sql`
    select run.id as "runId", pipeline.cause, repo.name as repo, push.branch,
           coalesce(job.attributes -> 'beside', job.attributes) ->> 'platform' as platform,
           coalesce(job.attributes -> 'beside', job.attributes) ->> 'variant' as variant,
           job.attributes ->> 'platform' as "ownPlatform", job.attributes ->> 'variant' as "ownVariant", pipeline.build_id as "buildId", job.name as lane, run.attempt,
           worker.name as worker, job.pool, push.revision, run.claimed_at as "claimedAt", run.started_at as "startedAt",
           run.ended_at as "endedAt", run.verdict, run.reason, run.steps, run.log_bytes as announced, pipeline.person,
           case when pipeline.cause in ('nightly', 'try') then
             (select min(archive_path) from artifact where run_id = run.id)
           end as "begunAt"
    from run
    join worker on worker.id = run.worker_id
    join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id
    join push on push.id = pipeline.push_id
    join repo on repo.id = push.repo_id
    where run.id = any (${runIds}::bigint[])`);
}
