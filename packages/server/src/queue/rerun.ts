// Lets a job that has ended run again, and revives what was skipped because of it.
import { Refused } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { enterGroups } from './enter-groups.ts';
import { lockPipelineJobs, revive } from './revive.ts';

/** @throws Refused job-not-found; cannot-rerun with what to do instead. */
export async function rerunJob(tx: Tx, jobId: number): Promise<{ pipelineId: number; topics: string[] }> {
  const [target] = await tx.query<{ pipelineId: number; pool: string }>(sql`
    select pipeline_id as "pipelineId", pool from job where id = ${jobId}`);
  if (!target) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  const { pipelineId } = target;
  // The pipeline first: a settling of it waits, and then sees this job open again.
  await tx.query(sql`select 1 from pipeline where id = ${pipelineId} for update`);
  const { jobs, edges } = await lockPipelineJobs(tx, pipelineId);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const job = byId.get(jobId);
  if (!job) throw new Refused('job-not-found', `Job ${jobId} was forgotten at this moment: it ended long ago.`);
  if (job.state !== 'done')
    throw new Refused('cannot-rerun', `Job ${jobId} (${job.name}) has not ended: it is ${job.state}.`);
  const unmet = edges
    .filter((edge) => edge.to === jobId)
    .map((edge) => byId.get(edge.from)!)
    .find((need) => need.verdict !== 'passed');
  if (unmet) {
    throw new Refused(
      'cannot-rerun',
      `Job ${jobId} (${job.name}) needs ${unmet.name}, which has not passed. Rerun job ${unmet.id} (${unmet.name}): this one follows.`,
    );
  }

  // Asked for by hand: it builds its own revision, so nothing stands for it any more and it stands for nothing.
  const [again] = await tx.query<{ isGrouped: boolean }>(sql`
    with again as (
      update job
      set state = case when gate is not null or concurrency_group_id is not null then 'held' else 'ready' end,
          missing = 0, verdict = null, reason = null, finished_at = null, started_at = null, ready_at = now(), errored_count = 0,
          avoid = '{}', coalesce_most = 0, absorbed = 0, coalesced_into = null, held_since = now()
      where id = ${jobId}
      returning *
    ), entered as (
      insert into ready (job_id, pool, since, rank, share, lane_id)
      select id, pool, now(), now() + make_interval(secs => handicap_seconds), share, lane_id from again where state = 'ready'
      on conflict (job_id) do update
      set since = excluded.since, rank = excluded.rank, not_before = excluded.not_before, avoid = '{}', coalesce_most = 0
    )
    select gate is null and concurrency_group_id is not null as "isGrouped" from again`);
  const entered = again?.isGrouped ? await enterGroups(tx, [jobId]) : [];
  const revived = await revive(tx, jobId, { jobs, edges });
  await tx.query(sql`update pipeline set verdict = null, finished_at = null where id = ${pipelineId}`);
  return {
    pipelineId,
    topics: [
      `pipeline:${pipelineId}`,
      `ready:${target.pool}`,
      ...entered,
      ...[jobId, ...revived].map((id) => `job:${id}`),
    ],
  };
}
