// Claims jobs for workers: one statement takes the first in line of a pool for as many workers as ask at this moment.
import type { JobAttributes, JobSpec } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';

export type Asked = { readonly claimId: string; readonly workerId: number };
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

/** The first in line goes to the first who asked; fewer claims than asked means that the pool has no more. */
export async function claim(
  db: Db,
  pool: string,
  asked: readonly Asked[],
  firstLeaseSeconds: number,
): Promise<Claim[]> {
  return db.query<Claim>(sql`
    with picked as materialized (
      select job_id, row_number() over (order by priority desc, since, job_id) as place
      from (
        select job_id, priority, since from ready
        where pool = ${pool} and not_before <= now()
        order by priority desc, since, job_id
        limit ${asked.length}
        for update skip locked
      ) as first_in_line
    ), gone as (
      delete from ready where job_id = any (array(select job_id from picked))
    ), asked as (
      select * from unnest(${asked.map((one) => one.claimId)}::uuid[], ${asked.map((one) => one.workerId)}::bigint[])
        with ordinality as t (claim_id, worker_id, place)
    ), taken as (
      update job set state = 'running', run_count = run_count + 1, started_at = now()
      from picked join asked using (place)
      where job.id = picked.job_id and job.state = 'ready'
      returning job.id, job.run_count, asked.claim_id, asked.worker_id, job.pipeline_id, job.name, job.pool, job.attributes, job.spec,
        extract(epoch from now() - job.ready_at)::float8 as wait
    ), made as (
      insert into run (job_id, attempt, worker_id, claim_id, lease_until)
      select id, run_count, worker_id, claim_id, now() + make_interval(secs => ${firstLeaseSeconds})
      from taken
      returning id, job_id, claim_id, attempt
    )
    select made.id as "runId", made.job_id as "jobId", made.claim_id as "claimId", made.attempt,
           jsonb_build_object('pipelineId', taken.pipeline_id, 'name', taken.name, 'pool', taken.pool, 'attributes', taken.attributes,
             'spec', taken.spec, 'waitSeconds', taken.wait) as job
    from made join taken on taken.id = made.job_id`);
}

export type Arrival = {
  readonly claimId: string;
  readonly workerId: number;
  readonly pools: string[] | null;
  readonly state: 'active' | 'draining' | 'gone' | null;
  readonly tokenId: number | null;
  readonly overdue: boolean;
  readonly runId: number | null;
  readonly jobId: number | null;
  readonly attempt: number | null;
  readonly ended: boolean;
  /** Whether the run was this worker's. */
  readonly isOwn: boolean | null;
  readonly job: ClaimedJob;
};

/** What is known of workers that come to ask, and the runs that their claim ids have got before. */
export async function recognise(db: Db, asked: readonly Asked[]): Promise<Arrival[]> {
  return db.query<Arrival>(sql`
    select a.claim_id as "claimId", a.worker_id as "workerId", w.pools, w.state, w.token_id as "tokenId",
           coalesce(w.last_seen_at < now() - interval '10 seconds', false) as overdue,
           r.id as "runId", r.job_id as "jobId", r.attempt, r.ended_at is not null as ended, r.worker_id = a.worker_id as "isOwn",
           jsonb_build_object('pipelineId', j.pipeline_id, 'name', j.name, 'pool', j.pool, 'attributes', j.attributes, 'spec', j.spec,
             'waitSeconds', extract(epoch from r.claimed_at - j.ready_at)) as job
    from unnest(${asked.map((one) => one.claimId)}::uuid[], ${asked.map((one) => one.workerId)}::bigint[]) as a (claim_id, worker_id)
    left join worker w on w.id = a.worker_id
    left join run r on r.claim_id = a.claim_id
    left join job j on j.id = r.job_id`);
}
