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
  const jobIds = asked.map((one) => one.jobId);
  return sql`
    with asked as materialized (
      select t.claim_id, t.worker_id, t.job_id
      from unnest(${asked.map((one) => one.claimId)}::uuid[], ${asked.map((one) => one.workerId)}::bigint[], ${jobIds}::bigint[])
        as t (claim_id, worker_id, job_id)
      join worker on worker.id = t.worker_id and worker.hold is null
    ), picked as materialized (
      select job_id from claimable
      where job_id = any (array(select job_id from asked))
      order by job_id
      for update skip locked
    ), gone as (
      delete from ready where job_id = any (array(select job_id from picked))
    ), taken as (
      update job set state = 'running', run_count = run_count + 1, started_at = now()
      where job.id = any (array(select job_id from picked)) and job.state = 'ready'
      returning job.id, job.run_count, job.pipeline_id, job.name, job.pool, job.attributes, job.spec,
        extract(epoch from now() - job.ready_at)::float8 as wait
    ), made as (
      insert into run (job_id, attempt, worker_id, claim_id, lease_until)
      select taken.id, taken.run_count, asked.worker_id, asked.claim_id, now() + make_interval(secs => ${firstLeaseSeconds})
      from taken join asked on asked.job_id = taken.id
      returning id, job_id, claim_id, attempt
    )
    select made.id as "runId", made.job_id as "jobId", made.claim_id as "claimId", made.attempt,
           jsonb_build_object('pipelineId', taken.pipeline_id, 'name', taken.name, 'pool', taken.pool, 'attributes', taken.attributes,
             'spec', taken.spec, 'waitSeconds', taken.wait) as job
    from made join taken on taken.id = made.job_id`;
}
