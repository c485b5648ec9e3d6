// Ends many runs that nothing waits for, in one statement: what most ends are, and all ends of a busy server's smallest jobs.
// Whatever is not so plain (needed by others, cancelled, errored, ended before) is left to finish.ts.
import { type Db, sql } from '../base/index.ts';
import { type Ended, type EndOfRun, endTopics, type RunHold } from './finish.ts';

export type AskedEnd = { readonly hold: RunHold; readonly end: EndOfRun };

/** For each end what came of it, or undefined when it is not for this one. Runs are locked before jobs, each in id order, as everywhere. */
export async function finishAlone(db: Db, ends: readonly AskedEnd[]): Promise<(Ended | undefined)[]> {
  const plain = ends.filter(({ end }) => end.verdict !== 'errored');
  if (plain.length === 0) return ends.map(() => undefined);
  const closed = await db.query<{ runId: number; claimId: string; jobId: number; pipelineId: number }>(sql`
    with asked as materialized (
      select run_id, claim_id, verdict, reason, steps, log_bytes::bigint[] as log_bytes
      from unnest(${plain.map(({ hold }) => hold.runId)}::bigint[], ${plain.map(({ hold }) => hold.claimId)}::uuid[],
                  ${plain.map(({ end }) => end.verdict)}::text[], ${plain.map(({ end }) => JSON.stringify(end.reason))}::jsonb[],
                  ${plain.map(({ end }) => end.steps && JSON.stringify(end.steps))}::jsonb[],
                  ${plain.map(({ end }) => end.logBytes && `{${end.logBytes.join(',')}}`)}::text[])
        as t (run_id, claim_id, verdict, reason, steps, log_bytes)
      order by run_id
    ), held as materialized (
      -- Each by its key, in the order of ids. Open is who has no verdict: asked for as 'ended_at is null', the planner takes the
      -- index of what is open, with all that has ended since the last vacuum in it.
      select here.job_id, asked.*
      from asked cross join lateral (
        select run.job_id from run
        where run.id = asked.run_id and run.claim_id = asked.claim_id and run.verdict is null and run.cancel_reason is null
        for update
      ) as here
    ), locked as materialized (
      select here.id
      from (select distinct job_id from held order by job_id) as asked cross join lateral (
        select job.id from job
        where job.id = asked.job_id and job.state = 'running'
          -- Read again where this statement had to wait for the row: a need may have been added meanwhile.
          and not job.needed and job.concurrency_group_id is null
        for update
      ) as here
    ), ended as (
      update run
      set ended_at = now(), started_at = coalesce(run.started_at, now()), verdict = held.verdict, reason = held.reason,
          steps = coalesce(held.steps, run.steps), log_bytes = held.log_bytes
      from held
      where run.id = held.run_id and run.verdict is null and run.cancel_reason is null
        and held.job_id = any (array(select id from locked))
        and not exists (select 1 from edge where edge.from_job = held.job_id)
      returning run.id, run.claim_id, run.job_id, run.worker_id, run.verdict, run.reason
    ), well as (
      update worker set errored_in_a_row = 0
      from (select distinct worker_id as id from ended where verdict <> 'cancelled') as seen
      where worker.id = seen.id and (select errored_in_a_row > 0 from worker as before where before.id = seen.id)
    )
    update job
    set state = 'done', verdict = ended.verdict, reason = ended.reason, finished_at = now()
    from ended
    where job.id = ended.job_id and job.state = 'running'
    returning ended.id as "runId", ended.claim_id as "claimId", job.id as "jobId", job.pipeline_id as "pipelineId"`);
  const byRun = new Map(closed.map((row) => [row.runId, row]));
  return ends.map(({ hold, end }) => {
    const row = byRun.get(hold.runId);
    if (row?.claimId !== hold.claimId) return undefined;
    const { jobId, pipelineId } = row;
    return {
      jobId,
      pipelineId,
      verdict: end.verdict,
      retried: false,
      changed: true,
      topics: endTopics(hold.runId, jobId, pipelineId),
    };
  });
}
