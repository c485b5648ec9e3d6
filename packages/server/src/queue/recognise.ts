// What is known of the workers that come to ask for a run, and which runs their claim ids have got before.
import type { WorkerHold } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';
import type { Asked, ClaimedJob } from './claim.ts';

export type Arrival = {
  readonly claimId: string;
  readonly workerId: number;
  readonly pools: string[] | null;
  readonly state: 'active' | 'draining' | 'gone' | null;
  readonly cost: number;
  readonly hold: WorkerHold | null;
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

export async function recognise(db: Db, asked: readonly Asked[]): Promise<Arrival[]> {
  const arrivals = await db.query<Arrival>(sql`
    select a.claim_id as "claimId", a.worker_id as "workerId", w.pools, w.state, w.cost, w.token_id as "tokenId",
           case when w.hold is not null then jsonb_build_object('kind', w.hold, 'reason', coalesce(w.hold_reason, '')) end as hold,
           coalesce(w.last_seen_at < now() - interval '10 seconds', false) as overdue,
           r.id as "runId", r.job_id as "jobId", r.attempt, r.ended_at is not null as ended, r.worker_id = a.worker_id as "isOwn",
           jsonb_build_object('pipelineId', j.pipeline_id, 'name', j.name, 'pool', j.pool, 'attributes', j.attributes, 'spec', j.spec,
             'waitSeconds', extract(epoch from r.claimed_at - j.ready_at)) as job
    from unnest(${asked.map((one) => one.claimId)}::uuid[], ${asked.map((one) => one.workerId)}::bigint[]) as a (claim_id, worker_id)
    left join worker w on w.id = a.worker_id
    left join run r on r.claim_id = a.claim_id
    left join job j on j.id = r.job_id`);
  const overdue = arrivals.filter((arrival) => arrival.overdue).map((arrival) => arrival.workerId);
  if (overdue.length > 0) {
    await db.query(sql`update worker set last_seen_at = now() where id = any (${overdue}::bigint[])`);
  }
  return arrivals;
}
