// Ends a run: writes its verdict where the claim still holds, then frees the jobs that waited for it, skips them, or tries again.
import { type Reason, Refused, type Step, type Verdict } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { retry } from './decide/retry.ts';
import { freeDependents, skipDependents } from './dependents.ts';
import { leaveGroups } from './enter-groups.ts';
import { countErrored, countWell } from './errored-workers.ts';
import type { QueueLimits } from './limits.ts';

/** Who may end it: the claim fences off a holder that has lost it. */
export type RunHold = { readonly runId: number; readonly claimId: string };
export type EndOfRun = {
  readonly verdict: Verdict;
  readonly reason: Reason;
  /** null: the worker is not there to say. */
  readonly steps: readonly Step[] | null;
  readonly logBytes: readonly number[] | null;
};
export type Ended = {
  readonly jobId: number;
  readonly pipelineId: number;
  readonly verdict: Verdict;
  readonly retried: boolean;
  /** false: it had ended before, in the same way; nothing was changed. */
  readonly changed: boolean;
  /** To hint after the commit. */
  readonly topics: readonly string[];
};

type Found = {
  jobId: number;
  pipelineId: number;
  workerId: number;
  pool: string;
  attempts: number;
  erroredCount: number;
  runCount: number;
  started: boolean;
  ended: boolean;
  byHolder: boolean;
  verdict: Verdict | null;
  retried: boolean;
  cancelReason: Reason | null;
};

/** Claims that nobody heard of, before they count. */
const unheardAtMost = 10;

/** @throws Refused claim-lost when the run is another's by now, run-not-found when there is none. */
export async function finish(tx: Tx, hold: RunHold, end: EndOfRun, limits: QueueLimits): Promise<Ended> {
  const found = await lockRun(tx, hold);
  const { jobId, pipelineId } = found;
  if (found.ended) {
    if (!found.byHolder)
      throw new Refused('claim-lost', `Run ${hold.runId} was given up before: its worker was silent too long.`);
    return { jobId, pipelineId, verdict: found.verdict!, retried: found.retried, changed: false, topics: [] };
  }

  const verdict = found.cancelReason ? 'cancelled' : end.verdict;
  const reason = found.cancelReason ?? end.reason;
  // A claim whose answer never reached its worker costs the job no attempt.
  // Not for ever: what ends each worker before its first word would else go round without end.
  const unheard = reason.code === 'worker-lost' && !found.started && found.runCount < found.attempts + unheardAtMost;
  const next = unheard
    ? ({ kind: 'again', afterSeconds: 0 } as const)
    : retry({ verdict, reason: reason.code, erroredCount: found.erroredCount, attempts: found.attempts }, limits);
  await tx.query(sql`
    update run
    set ended_at = now(), started_at = coalesce(started_at, case when ${unheard} then null else now() end), verdict = ${verdict}, reason = ${JSON.stringify(reason)}::jsonb, retried = ${next.kind === 'again'},
        steps = coalesce(${end.steps && JSON.stringify(end.steps)}::jsonb, steps), log_bytes = ${end.logBytes}::bigint[]
    where id = ${hold.runId}`);

  const topics = endTopics(hold.runId, jobId, pipelineId);
  if (next.kind === 'again') {
    await putBack(tx, jobId, { erroredOn: unheard ? null : found.workerId, afterSeconds: next.afterSeconds });
    topics.push(...(await countRun(tx, found.workerId, verdict, unheard, limits)));
    return { jobId, pipelineId, verdict, retried: true, changed: true, topics: [...topics, `ready:${found.pool}`] };
  }
  const [closed] = await tx.query<{ hasDependents: boolean; isGrouped: boolean }>(sql`
    update job
    set state = 'done', verdict = ${verdict}, reason = ${JSON.stringify(reason)}::jsonb, finished_at = now(),
        errored_count = errored_count + ${verdict === 'errored' ? 1 : 0}
    where id = ${jobId} and state = 'running'
    returning needed or exists (select 1 from edge where from_job = job.id) as "hasDependents",
              concurrency_group_id is not null as "isGrouped"`);
  if (closed?.hasDependents) {
    if (verdict === 'passed') topics.push(...(await freeDependents(tx, jobId)));
    else topics.push(...(await skipDependents(tx, [jobId])).map((id) => `job:${id}`));
  }
  if (closed?.isGrouped) topics.push(...(await leaveGroups(tx, [jobId])));
  topics.push(...(await countRun(tx, found.workerId, verdict, false, limits)));
  return { jobId, pipelineId, verdict, retried: false, changed: true, topics };
}

/** What to look at again when a run has ended. */
export const endTopics = (runId: number, jobId: number, pipelineId: number): string[] => [
  `job:${jobId}`,
  `pipeline:${pipelineId}`,
  `run:${runId}`,
  'workers',
];

async function lockRun(tx: Tx, hold: RunHold): Promise<Found> {
  // By itself: a statement that waits for the lock reads of the job what was there before, and whoever takes the run up at that
  // moment gives an attempt back.
  await tx.query(sql`select 1 from run where id = ${hold.runId} for update`);
  const [found] = await tx.query<Found & { holds: boolean }>(sql`
    select run.job_id as "jobId", run.worker_id as "workerId", job.pipeline_id as "pipelineId", job.pool, job.attempts, job.errored_count as "erroredCount",
           job.run_count as "runCount",
           run.started_at is not null as started, run.ended_at is not null as ended, run.log_bytes is not null as "byHolder",
           run.verdict, run.retried, run.cancel_reason as "cancelReason", run.claim_id = ${hold.claimId}::uuid as holds
    from run join job on job.id = run.job_id
    where run.id = ${hold.runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${hold.runId}.`);
  if (!found.holds) throw new Refused('claim-lost', `Run ${hold.runId} is held by another claim.`);
  return found;
}

/** Back to `ready`, at its old place in line, and away from the worker on which it errored. */
async function putBack(
  tx: Tx,
  jobId: number,
  { erroredOn, afterSeconds }: { erroredOn: number | null; afterSeconds: number },
): Promise<void> {
  await tx.query(sql`
    with back as (
      update job
      set state = 'ready', errored_count = errored_count + ${erroredOn === null ? 0 : 1},
          avoid = case when ${erroredOn}::bigint is null or ${erroredOn}::bigint = any (avoid) then avoid else avoid || ${erroredOn}::bigint end
      where id = ${jobId} and state = 'running'
      returning *
    )
    insert into ready (job_id, pool, since, rank, share, lane_id, coalesce_most, avoid, not_before)
    select id, pool, ready_at, ready_at + make_interval(secs => handicap_seconds), share, lane_id, coalesce_most, avoid,
           now() + make_interval(secs => ${afterSeconds})
    from back`);
}

/** Runs that error one after another tell on their worker; a claim that it never heard of, or a cancelled run, tells nothing. */
async function countRun(
  tx: Tx,
  workerId: number,
  verdict: Verdict,
  unheard: boolean,
  limits: QueueLimits,
): Promise<string[]> {
  if (unheard || verdict === 'cancelled') return [];
  return verdict === 'errored' ? countErrored(tx, workerId, limits) : countWell(tx, [workerId]);
}
