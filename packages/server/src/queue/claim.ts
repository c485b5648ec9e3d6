// Claims jobs for workers: the waiting room says which job for whom, and one statement takes all of them that are still there to
// be taken. What it said was a hint; the rows decide.
import type { JobAttributes, JobSpec } from '@signalbox/protocol';
import { type Db, type Statement, sql } from '../base/index.ts';

export type Asked = { readonly claimId: string; readonly workerId: number };
export type AskedJob = Asked & { readonly jobId: number };
export type Claim = {
  readonly runId: number;
  readonly jobId: number;
  readonly claimId: string;
  readonly attempt: number;
  readonly job: ClaimedJob;
};
/** What the queue knows of a claimed job. */
export type ClaimedJob = {
  readonly pipelineId: number;
  readonly name: string;
  readonly pool: string;
  readonly attributes: JobAttributes;
  readonly spec: JobSpec;
  /** From ready to this claim. */
  readonly waitSeconds: number;
};

/** Those that could be taken; the others are gone, paused, or in another's hands at this moment. */
export function claim(db: Db, asked: readonly AskedJob[], firstLeaseSeconds: number): Promise<Claim[]> {
  return db.query<Claim>(claimStatement(asked, firstLeaseSeconds));
}

/** By primary key: however long the line, and however old the oldest snapshot of the database, it costs the same. */
export function claimStatement(asked: readonly AskedJob[], firstLeaseSeconds: number): Statement {
  return sql`
    with asked as materialized (
      select t.claim_id, t.worker_id, t.job_id, worker.pools
      from unnest(${asked.map((one) => one.claimId)}::uuid[], ${asked.map((one) => one.workerId)}::bigint[],
                  ${asked.map((one) => one.jobId)}::bigint[]) as t (claim_id, worker_id, job_id)
      -- Each by its key: one statement of a hundred claims must not pass a fleet of 14,000. What the room knew of them may be old.
      cross join lateral (
        select pools from worker where worker.id = t.worker_id and hold is null and state = 'active' offset 0
      ) as worker
      order by t.job_id
    ), picked as materialized (
      select here.job_id, asked.claim_id, asked.worker_id
      from asked cross join lateral (
        select claimable.job_id from claimable where claimable.job_id = asked.job_id and claimable.pool = any (asked.pools)
        for update skip locked
      ) as here
    ), gone as (
      delete from ready where job_id = any (array(select job_id from picked))
    ), taken as (
      update job set state = 'running', run_count = run_count + 1, started_at = now()
      from picked
      where job.id = picked.job_id and job.state = 'ready'
      -- All that follows is in this one list: lists of a hundred that are joined are compared each with each, for the planner expects ten.
      returning nextval('run_id_seq') as run_id, job.id, job.run_count, picked.claim_id, picked.worker_id, job.pipeline_id, job.name,
        job.pool, job.attributes, job.spec, extract(epoch from now() - job.ready_at)::float8 as wait
    ), made as (
      insert into run (id, job_id, attempt, worker_id, claim_id, lease_until)
      overriding system value
      select run_id, id, run_count, worker_id, claim_id, now() + make_interval(secs => ${firstLeaseSeconds})
      from taken
    )
    select run_id as "runId", id as "jobId", claim_id as "claimId", run_count as attempt,
           jsonb_build_object('pipelineId', pipeline_id, 'name', name, 'pool', pool, 'attributes', attributes, 'spec', spec,
             'waitSeconds', wait) as job
    from taken`;
}
