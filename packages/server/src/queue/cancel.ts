// Cancels jobs: what waits ends at once; what runs is told to its worker, which ends it.
import { type Reason, Refused } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { skipDependents } from './dependents.ts';
import { leaveGroups } from './enter-groups.ts';

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
  const [pipeline] = await tx.query(sql`
    select 1 from pipeline where id = ${pipelineId} for no key update`);
  if (!pipeline) throw new Refused('not-found', `There is no pipeline ${pipelineId}.`);
  const jobs = await tx.query<{ id: number }>(sql`
    select id from job where pipeline_id = ${pipelineId} and state <> 'done' order by id`);
  const reason: Reason = { code: 'pipeline-cancelled', text: `The pipeline was cancelled by ${actor}` };
  return cancel(
    tx,
    jobs.map((job) => job.id),
    reason,
  );
}

/**
 * A job may go from running back to ready between two of these statements, when its run errors at this very moment: whatever
 * is then neither ended nor told is done again.
 */
async function cancel(tx: Tx, jobIds: readonly number[], reason: Reason): Promise<Cancelled> {
  const pipelineIds = new Set<number>();
  const cancelled = new Set<number>();
  const topics = new Set<string>();
  for (let open = [...jobIds]; open.length > 0; ) {
    const round = await cancelOnce(tx, open, reason);
    for (const job of round.jobs) {
      cancelled.add(job.id);
      pipelineIds.add(job.pipelineId);
    }
    for (const topic of round.topics) topics.add(topic);
    const left = await tx.query<{ id: number }>(sql`
      select id from job
      where id = any (${open}::bigint[]) and state <> 'done'
        -- One that runs without a run, which cannot be, is left to who looks for such: it would be asked for again for ever.
        and (state <> 'running' or exists (
          select from run where run.job_id = job.id and run.verdict is null and run.cancel_reason is null offset 0))
      order by id`);
    open = left.map((job) => job.id);
  }
  for (const id of pipelineIds) topics.add(`pipeline:${id}`);
  return { pipelineIds: [...pipelineIds], count: cancelled.size, topics: [...topics] };
}

/**
 * First runs, then `ready`, then jobs, each in id order: the order in which ends and claims take them. Why the verdict tells which
 * runs are open: finish-alone.ts.
 */
async function cancelOnce(tx: Tx, jobIds: readonly number[], reason: Reason) {
  await tx.query(sql`
    select 1 from run where job_id = any (${jobIds}::bigint[]) and verdict is null order by id for update`);
  await tx.query(sql`
    delete from ready
    where job_id in (select job_id from ready where job_id = any (${jobIds}::bigint[]) order by job_id for update)`);
  const ended = await tx.query<{ id: number; pipelineId: number }>(sql`
    with locked as materialized (
      select id from job where id = any (${jobIds}::bigint[]) and state in ('waiting', 'held', 'ready') order by id for update
    )
    update job set state = 'done', verdict = 'cancelled', reason = ${JSON.stringify(reason)}::jsonb, finished_at = now()
    where id = any (array(select id from locked)) and state in ('waiting', 'held', 'ready')
    returning id, pipeline_id as "pipelineId"`);
  // A job that became ready after the first look has left a row there; the job itself is held now.
  await tx.query(sql`delete from ready where job_id = any (${ended.map((job) => job.id)}::bigint[])`);
  const told = await tx.query<{ id: number; workerId: number; pipelineId: number }>(sql`
    with locked as materialized (
      select run.id from run where run.job_id = any (${jobIds}::bigint[]) and run.verdict is null order by run.id for update
    )
    update run set cancel_reason = coalesce(cancel_reason, ${JSON.stringify(reason)}::jsonb)
    from job
    where run.id = any (array(select id from locked)) and run.verdict is null and job.id = run.job_id
    returning run.job_id as id, run.worker_id as "workerId", job.pipeline_id as "pipelineId"`);
  const skipped = await skipDependents(
    tx,
    ended.map((job) => job.id),
  );
  const freed = await leaveGroups(
    tx,
    ended.map((job) => job.id),
  );
  const changed = [...ended.map((job) => job.id), ...skipped, ...told.map((job) => job.id)];
  return {
    jobs: [...ended, ...told],
    topics: [...freed, ...changed.map((id) => `job:${id}`), ...told.map((run) => `worker:${run.workerId}`)],
  };
}
