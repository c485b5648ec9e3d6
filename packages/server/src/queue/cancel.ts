// Cancels jobs: what waits ends at once; what runs is told to its worker, which ends it.
import { type Reason, Refused } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { skipDependents } from './dependents.ts';

export type Cancelled = { readonly pipelineIds: number[]; readonly count: number; readonly topics: string[] };

/** @throws Refused job-not-found; already-done when there is nothing left to cancel. */
export async function cancelJob(tx: Tx, jobId: number, actor: string): Promise<Cancelled> {
  const reason: Reason = { code: 'cancelled-by-person', text: `Cancelled by ${actor}` };
  const cancelled = await cancel(tx, [jobId], reason);
  if (cancelled.count > 0) return cancelled;
  const [job] = await tx.query<{ verdict: string }>(sql`select verdict from job where id = ${jobId}`);
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  throw new Refused('already-done', `Job ${jobId} has ended already: ${job.verdict}.`);
}

export async function cancelPipeline(tx: Tx, pipelineId: number, actor: string): Promise<Cancelled> {
  const jobs = await tx.query<{ id: number }>(sql`
    select id from job where pipeline_id = ${pipelineId} and state <> 'done' order by id`);
  const reason: Reason = { code: 'pipeline-cancelled', text: `The pipeline was cancelled by ${actor}` };
  return cancel(
    tx,
    jobs.map((job) => job.id),
    reason,
  );
}

/** First `ready`, then `job`, in id order: the order in which a claim takes them. */
async function cancel(tx: Tx, jobIds: readonly number[], reason: Reason): Promise<Cancelled> {
  await tx.query(sql`
    delete from ready
    where job_id in (select job_id from ready where job_id = any (${jobIds}::bigint[]) order by job_id for update)`);
  const ended = await tx.query<{ id: number; pipelineId: number }>(sql`
    with locked as materialized (
      select id from job where id = any (${jobIds}::bigint[]) and state in ('waiting', 'ready') order by id for update
    )
    update job set state = 'done', verdict = 'cancelled', reason = ${JSON.stringify(reason)}::jsonb, finished_at = now()
    where id = any (array(select id from locked)) and state in ('waiting', 'ready')
    returning id, pipeline_id as "pipelineId"`);
  const told = await tx.query<{ jobId: number; workerId: number; pipelineId: number }>(sql`
    update run set cancel_reason = coalesce(cancel_reason, ${JSON.stringify(reason)}::jsonb)
    from job
    where run.job_id = any (${jobIds}::bigint[]) and run.ended_at is null and job.id = run.job_id
    returning run.job_id as "jobId", run.worker_id as "workerId", job.pipeline_id as "pipelineId"`);
  const skipped = await skipDependents(
    tx,
    ended.map((job) => job.id),
  );
  const pipelineIds = [...new Set([...ended, ...told].map((job) => job.pipelineId))];
  return {
    pipelineIds,
    count: ended.length + told.length,
    topics: [
      ...pipelineIds.map((id) => `pipeline:${id}`),
      ...[...ended, ...skipped.map((id) => ({ id }))].map((job) => `job:${job.id}`),
      ...told.flatMap((run) => [`job:${run.jobId}`, `worker:${run.workerId}`]),
    ],
  };
}
