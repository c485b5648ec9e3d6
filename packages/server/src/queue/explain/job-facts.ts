// What the rows say of jobs, as far as it decides when they run: for the job in question, for those it waits for, and for those
// that hold what it wants.
import type { Cause, JobState, Verdict } from '@signalbox/protocol';
import { type Queryable, sql } from '../../base/index.ts';

export type JobFacts = {
  readonly id: number;
  readonly name: string;
  readonly state: JobState;
  readonly verdict: Verdict | null;
  readonly pool: string;
  readonly gate: string | null;
  readonly share: string;
  readonly laneId: number | null;
  readonly cause: Cause;
  readonly level: number;
  readonly priority: number;
  readonly handicapSeconds: number;
  readonly absorbed: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly heldSince: string | null;
  readonly erroredCount: number;
  readonly delaySeconds: number;
  /** The time before which it was asked not to begin, while that lies ahead. */
  readonly askedNotBefore: string | null;
  /** Until then it stands beside the line of its group. */
  readonly slotNotBefore: string | null;
  /** Its run was told to end. */
  readonly isBeingCancelled: boolean;
  readonly line: InLineFacts | null;
  readonly group: GroupFacts | null;
  readonly lastError: LastError | null;
  readonly pauses: readonly PauseFacts[];
};
export type InLineFacts = {
  readonly since: string;
  readonly rank: string;
  /** As the deciders compare them. */
  readonly sinceMs: number;
  readonly rankMs: number;
  readonly avoid: readonly number[];
  /** Its time comes then, and has not come. */
  readonly notBefore: string | null;
};
export type GroupFacts = {
  readonly id: number;
  readonly repo: string;
  readonly name: string;
  readonly slots: number;
  readonly changedBy: string | null;
  readonly changedAt: string;
  /** Since when it waits for a slot; null: it does not, or not yet. */
  readonly waitsSince: string | null;
};
export type LastError = { readonly text: string; readonly worker: string; readonly at: string };
export type PauseFacts = {
  readonly jobId: number;
  readonly id: number;
  readonly kind: 'pool' | 'branch' | 'lane';
  readonly pool: string | null;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly lane: string | null;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
};

type Row = Omit<JobFacts, 'line' | 'group' | 'lastError' | 'pauses'> &
  Partial<InLineFacts> & {
    since: string | null;
    groupId: number | null;
    groupRepo: string;
    groupName: string;
    slots: number;
    changedBy: string | null;
    changedAt: string;
    waitsSince: string | null;
    errorText: string | null;
    errorWorker: string;
    errorAt: string;
  };

export async function readJobs(db: Queryable, ids: readonly number[]): Promise<JobFacts[]> {
  if (ids.length === 0) return [];
  const rows = await db.query<Row>(sql`
    select job.id, job.name, job.state, job.verdict, job.pool, job.gate, job.share, job.lane_id as "laneId", pipeline.cause, pipeline.level,
           job.priority, job.handicap_seconds as "handicapSeconds", job.absorbed, job.created_at as "createdAt",
           job.started_at as "startedAt", job.held_since as "heldSince", job.errored_count as "erroredCount",
           job.delay_seconds as "delaySeconds", case when job.not_before > now() then job.not_before end as "askedNotBefore",
           job.state = 'running' and exists (
             select from run where run.job_id = job.id and run.ended_at is null and run.cancel_reason is not null) as "isBeingCancelled",
           ready.since, ready.rank, extract(epoch from ready.since)::float8 * 1000 as "sinceMs",
           extract(epoch from ready.rank)::float8 * 1000 as "rankMs", ready.avoid,
           case when ready.not_before > now() then ready.not_before end as "notBefore",
           g.id as "groupId", repo.name as "groupRepo", g.name as "groupName", g.slots, g.changed_by as "changedBy",
           g.changed_at as "changedAt", slot.since as "waitsSince",
           case when slot.not_before > now() then slot.not_before end as "slotNotBefore",
           error.text as "errorText", error.worker as "errorWorker", error.at as "errorAt"
    from job
    join pipeline on pipeline.id = job.pipeline_id
    left join ready on ready.job_id = job.id
    left join concurrency_group as g on g.id = job.concurrency_group_id
    left join repo on repo.id = g.repo_id
    left join concurrency_slot as slot on slot.job_id = job.id and not slot.taken
    left join lateral (
      select run.reason ->> 'text' as text, worker.name as worker, run.ended_at as at
      from run join worker on worker.id = run.worker_id
      where run.job_id = job.id and run.verdict = 'errored'
      order by run.id desc limit 1
    ) as error on job.errored_count > 0 and ready.not_before > now()
    where job.id = any (${ids}::bigint[])`);
  const pauses = await db.query<PauseFacts>(sql`
    select job.id as "jobId", pause.id, pause.kind, pause.pool, repo.name as repo, pause.branch, pause.lane, pause.reason,
           pause.paused_by as by, pause.paused_at as at
    from job
    cross join lateral pauses_on(job.pool, job.lane_id) as pause
    left join repo on repo.id = pause.repo_id
    where job.id = any (${ids}::bigint[])
    order by pause.id`);
  return rows.map((row) => ({
    ...row,
    line: row.since === null ? null : (row as InLineFacts),
    group: groupOf(row),
    lastError: row.errorText === null ? null : { text: row.errorText, worker: row.errorWorker, at: row.errorAt },
    pauses: pauses.filter((pause) => pause.jobId === row.id),
  }));
}

function groupOf(row: Row): GroupFacts | null {
  if (row.groupId === null) return null;
  const { slots, changedBy, changedAt, waitsSince } = row;
  return { id: row.groupId, repo: row.groupRepo, name: row.groupName, slots, changedBy, changedAt, waitsSince };
}
