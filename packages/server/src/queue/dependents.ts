// What follows for the jobs that wait on one that ended. Rows are always locked in id order: without it, racing ends deadlock.
import { sql, type Tx } from '../base/index.ts';
import { absorbOlder } from './absorb-older.ts';
import { enterGroups } from './enter-groups.ts';

/** Counts one need as met. What misses nothing more becomes ready, or is held by its gate or its group. Returns the topics to hint. */
export async function freeDependents(tx: Tx, jobId: number): Promise<string[]> {
  const freed = await tx.query<{ id: number; pool: string; state: string; isGrouped: boolean; coalesces: boolean }>(sql`
    with locked as materialized (
      select job.id from edge join job on job.id = edge.to_job
      where edge.from_job = ${jobId} and job.state = 'waiting'
      order by job.id
      for update of job
    ), counted as (
      update job
      set missing = missing - 1,
          state = case when missing > 1 then 'waiting'
                       when gate is not null or concurrency_group_id is not null then 'held' else 'ready' end,
          ready_at = case when missing = 1 and gate is null and concurrency_group_id is null
                          then greatest(now() + make_interval(secs => delay_seconds), not_before) end,
          held_since = case when missing = 1 then now() end
      where id = any (array(select id from locked)) and state = 'waiting'
      returning *
    ), entered as (
      insert into ready (job_id, pool, since, rank, share, lane_id, coalesce_most, not_before, avoid)
      select id, pool, ready_at, ready_at + make_interval(secs => handicap_seconds), share, lane_id, coalesce_most, ready_at, avoid
      from counted where state = 'ready'
    )
    select id, pool, state, gate is null and concurrency_group_id is not null as "isGrouped", coalesce_most > 0 as coalesces
    from counted where missing = 0`);
  const idsOf = (which: (job: (typeof freed)[number]) => boolean) => freed.filter(which).map((job) => job.id);
  const grouped = idsOf((job) => job.isGrouped);
  const coalescing = idsOf((job) => job.state === 'ready' && job.coalesces);
  return [
    ...freed.flatMap(({ id, pool, state }) => [`job:${id}`, ...(state === 'ready' ? [`ready:${pool}`] : [])]),
    ...(grouped.length > 0 ? await enterGroups(tx, grouped) : []),
    ...(coalescing.length > 0 ? await absorbOlder(tx, coalescing) : []),
  ];
}

/**
 * Ends everything that can no longer run because one of these jobs did not pass, each with the need that is to blame. What has run
 * keeps what needs it, though the job before it ran again and failed. Whoever adds a job that needs one of these holds that one
 * locked, so such a job is there when the lock is had: it is looked for again until nothing is found.
 */
export async function skipDependents(tx: Tx, jobIds: readonly number[]): Promise<number[]> {
  const skipped: number[] = [];
  for (let from = jobIds; from.length > 0; ) {
    from = await skipThoseSeen(tx, from);
    skipped.push(...from);
  }
  return skipped;
}

async function skipThoseSeen(tx: Tx, jobIds: readonly number[]): Promise<number[]> {
  const skipped = await tx.query<{ id: number }>(sql`
    with recursive doomed (id, need) as (
      select edge.to_job, edge.from_job
      from edge cross join lateral (select from job where id = edge.to_job and state = 'waiting' offset 0) as waits
      where edge.from_job = any (${jobIds}::bigint[])
      union
      select edge.to_job, edge.from_job
      -- Each by its key ("offset 0" says so): a plan that was made while there were no jobs would read all of them.
      from doomed
      cross join lateral (select from_job, to_job from edge where from_job = doomed.id offset 0) as edge
      cross join lateral (select from job where id = edge.to_job and state = 'waiting' offset 0) as waits
    ), blamed as (
      select doomed.id, min(doomed.need) as need from doomed group by doomed.id
    ), locked as materialized (
      select job.id from job where id = any (array(select id from blamed)) and state = 'waiting' order by id for update
    )
    update job
    set state = 'done', verdict = 'skipped', finished_at = now(),
        reason = jsonb_build_object('code', 'need-failed', 'text',
          'It needs ' || need.name || ', which ' || case need.verdict
            when 'failed' then 'failed' when 'errored' then 'errored' when 'cancelled' then 'was cancelled' else 'was skipped' end)
    from blamed join job as need on need.id = blamed.need
    where job.id = blamed.id and job.id = any (array(select id from locked)) and job.state = 'waiting'
    returning job.id`);
  return skipped.map((row) => row.id);
}
