// Takes a run up again whose worker was cut off longer than its lease and has come back: as long as nobody else has the job, the
// worker that still runs its steps is the one that finishes it. A person who looks sees a run that went on.
import { type Queryable, sql, type Tx } from '../base/index.ts';
import { endTopics, type RunHold } from './finish.ts';
import type { QueueLimits } from './limits.ts';
import { lockPipelineJobs, type PipelineJobs, revive } from './revive.ts';

export type TakenUp = { readonly jobId: number; readonly pipelineId: number; readonly topics: readonly string[] };

/**
 * Of what somebody says they hold: what they hold indeed, and what they have lost and may take up. A look that locks nothing.
 * `workerId`: only what is this worker's; null where the call does not say who it is.
 */
export async function mayTakeUp(
  db: Queryable,
  held: readonly RunHold[],
  workerId: number | null,
): Promise<{ readonly runId: number; readonly isOpen: boolean }[]> {
  return db.query(sql`
    select run.id as "runId", run.ended_at is null as "isOpen"
    from unnest(${held.map((hold) => hold.runId)}::bigint[], ${held.map((hold) => hold.claimId)}::uuid[]) as held (run_id, claim_id)
    join run on run.id = held.run_id and run.claim_id = held.claim_id
    where (${workerId}::bigint is null or run.worker_id = ${workerId})
      and (run.ended_at is null or exists (select 1 from lost_run where lost_run.run_id = run.id))
    order by run.id`);
}

/**
 * `open`: another call of the same holder was first. `lost`: another has the job, or nobody wants it any more.
 * `reopenLog` does in the same transaction what the record must do; its `false` means that the log is closed, and the run stays lost.
 * Locks as everywhere: pipeline, run, `ready`, jobs. Whoever claims, cancels, reruns or gives up at this moment comes before or after.
 */
export async function takeUp(
  tx: Tx,
  { runId, claimId }: RunHold,
  limits: QueueLimits,
  reopenLog: (tx: Tx, runId: number) => Promise<boolean>,
): Promise<TakenUp | 'open' | 'lost'> {
  const [before] = await tx.query<{ jobId: number; pipelineId: number; state: 'ready' | 'done' }>(sql`
    select job_id as "jobId", pipeline_id as "pipelineId", job_state as state from lost_run
    where run_id = ${runId} and claim_id = ${claimId}::uuid`);
  if (!before) return openOrLost(tx, runId, claimId);
  const { jobId, pipelineId, state } = before;
  // Not `for update`: it would wait for everybody who only names the pipeline.
  await tx.query(sql`select 1 from pipeline where id = ${pipelineId} for no key update`);
  await tx.query(sql`select 1 from run where id = ${runId} for update`);
  await tx.query(sql`select 1 from ready where job_id = ${jobId} for update`);
  const pipelineJobs = state === 'done' ? await lockPipelineJobs(tx, pipelineId) : null;
  if (!pipelineJobs) await tx.query(sql`select 1 from job where id = ${jobId} for update`);

  // Now nobody can change it any more: is it still so?
  const [still] = await tx.query(sql`select 1 from lost_run where run_id = ${runId} and job_state = ${state}`);
  if (!still) return openOrLost(tx, runId, claimId);
  // A slot that was given up with the job's end may be another's by now: what a group protects is never there once too often.
  if (pipelineJobs && !(await hasSlot(tx, jobId))) return 'lost';
  if (!(await reopenLog(tx, runId))) return 'lost';

  const hadCounted = await reopen(tx, runId, limits);
  const revived = pipelineJobs ? await reopenPipeline(tx, jobId, pipelineId, pipelineJobs) : [];
  const letGo = hadCounted ? await forgive(tx, runId, limits.quarantineAfter) : undefined;
  return {
    jobId,
    pipelineId,
    topics: [
      ...endTopics(runId, jobId, pipelineId),
      ...revived.map((id) => `job:${id}`),
      ...(letGo ? [`worker-changed:${letGo.id}`] : []),
    ],
  };
}

async function openOrLost(tx: Tx, runId: number, claimId: string): Promise<'open' | 'lost'> {
  const open = await tx.query(sql`
    select 1 from run where id = ${runId} and claim_id = ${claimId}::uuid and verdict is null`);
  return open.length > 0 ? 'open' : 'lost';
}

/** Whether its concurrency group has room for it; the group stays locked, so it still has when the job takes its place. */
async function hasSlot(tx: Tx, jobId: number): Promise<boolean> {
  const [group] = await tx.query<{ id: number; slots: number }>(sql`
    select id, slots from concurrency_group
    where id = (select concurrency_group_id from job where id = ${jobId})
    for no key update`);
  if (!group) return true;
  const [used] = await tx.query<{ taken: number }>(sql`
    select count(*) as taken from concurrency_slot where group_id = ${group.id} and taken and job_id <> ${jobId}`);
  return used!.taken < group.slots;
}

/**
 * The run goes on as if it had never been given up: its attempt is given back, and so is the place of its worker. A run without a
 * start was a claim that nobody had heard of, and had cost neither: then false.
 */
async function reopen(tx: Tx, runId: number, limits: QueueLimits): Promise<boolean> {
  const [reopened] = await tx.query<{ counted: boolean }>(sql`
    with lost as materialized (
      select id, job_id, worker_id, started_at is not null as counted from run where id = ${runId}
    ), opened as (
      update run
      set ended_at = null, verdict = null, reason = null, retried = false, started_at = coalesce(started_at, now()),
          lease_until = now() + make_interval(secs => ${limits.leaseSeconds})
      where id = ${runId}
    ), gone as (
      delete from ready where job_id = (select job_id from lost)
    )
    update job
    set state = 'running', verdict = null, reason = null, finished_at = null,
        errored_count = greatest(0, errored_count - case when lost.counted then 1 else 0 end),
        avoid = case when exists (
            select 1 from run where run.job_id = job.id and run.id <> lost.id and run.worker_id = lost.worker_id and run.verdict = 'errored')
          then avoid else array_remove(avoid, lost.worker_id) end
    from lost
    where job.id = lost.job_id
    returning lost.counted`);
  return reopened!.counted;
}

/** The job had ended for good, and with it all that needed it, and perhaps the pipeline. */
async function reopenPipeline(tx: Tx, jobId: number, pipelineId: number, jobs: PipelineJobs): Promise<number[]> {
  await tx.query(sql`
    insert into concurrency_slot (job_id, group_id, taken, rank)
    select id, concurrency_group_id, true, ready_at + make_interval(secs => handicap_seconds)
    from job where id = ${jobId} and concurrency_group_id is not null
    on conflict (job_id) do update set taken = true`);
  await tx.query(sql`update pipeline set verdict = null, finished_at = null where id = ${pipelineId}`);
  return revive(tx, jobId, jobs);
}

/** A worker that lost its runs to the network was counted as one that errors. It, when the rule had taken it out for that alone. */
async function forgive(tx: Tx, runId: number, quarantineAfter: number): Promise<{ id: number } | undefined> {
  const [worker] = await tx.query<{ id: number; erroredInARow: number }>(sql`
    update worker set errored_in_a_row = errored_in_a_row - 1
    where id = (select worker_id from run where id = ${runId}) and errored_in_a_row > 0
    returning id, errored_in_a_row as "erroredInARow"`);
  if (!worker || worker.erroredInARow >= quarantineAfter) return undefined;
  const [letGo] = await tx.query<{ id: number }>(sql`
    update worker set hold = null, hold_reason = null, held_at = null
    where id = ${worker.id} and hold = 'quarantined' and hold_by is null
    returning id`);
  return letGo;
}
