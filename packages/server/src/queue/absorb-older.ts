// When a newer push's job of a lane comes into line, older ones in line end as skipped, coalesced into it: the newest is built, and
// nobody is told green for what was not. In line is who is ready, and who misses nothing but a slot of its concurrency group. decide/coalesce.ts says which; this writes it where the rows still stand so.
import { sql, type Tx } from '../base/index.ts';
import { absorb, type Coalescing } from './decide/coalesce.ts';
import { skipDependents } from './dependents.ts';
import { leaveGroups } from './enter-groups.ts';

type Row = Coalescing & { laneId: number; groupId: number | null };

/** Of the jobs given only those that are in line and may absorb do. Returns the topics to hint. */
export async function absorbOlder(tx: Tx, jobIds: readonly number[]): Promise<string[]> {
  const entering = await tx.query<Row>(sql`
    select job.id as "jobId", pipeline.push_id as "pushId", job.coalesce_most as most, job.absorbed, job.lane_id as "laneId",
           job.concurrency_group_id as "groupId", extract(epoch from line.since)::float8 * 1000 as since,
           job.handicap_seconds as "handicapSeconds", job.priority
    from (
      select job_id, since from ready where job_id = any (${jobIds}::bigint[])
      union all
      select job_id, since from concurrency_slot where job_id = any (${jobIds}::bigint[]) and not taken
    ) as line
    join job on job.id = line.job_id join pipeline on pipeline.id = job.pipeline_id
    where job.coalesce_most > 0
    order by pipeline.push_id, job.id`);
  const topics: string[] = [];
  for (const job of entering) topics.push(...(await absorbInto(tx, job)));
  return topics;
}

async function absorbInto(tx: Tx, job: Row): Promise<string[]> {
  // Whatever a worker is claiming at this moment is passed over: it runs.
  const older = await tx.query<Coalescing>(sql`
    with free as materialized (
      select ready.job_id, ready.since from ready
      where ready.lane_id = ${job.laneId} and ready.coalesce_most > 0 and ready.job_id <> ${job.jobId}
      for update of ready skip locked
    ), waiting as materialized (
      -- A lane's jobs have their group in common; one that was given another since then is left alone.
      select slot.job_id, slot.since from concurrency_slot as slot
      where slot.group_id = ${job.groupId} and not slot.taken and slot.job_id <> ${job.jobId}
        and (select lane_id from job where job.id = slot.job_id) = ${job.laneId}
      for update of slot skip locked
    ), line as (
      select job_id, since, 'ready' as state from free union all select job_id, since, 'held' from waiting
    )
    select job.id as "jobId", pipeline.push_id as "pushId", job.coalesce_most as most, job.absorbed, job.priority,
           extract(epoch from line.since)::float8 * 1000 as since, job.handicap_seconds as "handicapSeconds"
    from line join job on job.id = line.job_id join pipeline on pipeline.id = job.pipeline_id
    where job.state = line.state and (job.state = 'ready' or job.gate is null) and job.coalesce_most > 0
    for update of job skip locked`);
  const result = absorb(job, older);
  if (result.jobIds.length === 0) return [];
  await tx.query(sql`delete from ready where job_id = any (${result.jobIds}::bigint[])`);
  const ended = await tx.query<{ id: number; pipelineId: number }>(sql`
    update job
    set state = 'done', verdict = 'skipped', finished_at = now(), coalesced_into = ${job.jobId},
        reason = jsonb_build_object('code', 'coalesced', 'text', ${`Job ${job.jobId} of a newer push runs in its place`}::text)
    where id = any (${result.jobIds}::bigint[])
    returning id, pipeline_id as "pipelineId"`);
  // All rows, so that it keeps its place also when it gets its slot, and when its run errors and it comes back.
  await tx.query(sql`
    with stands as (
      update job
      set absorbed = ${result.absorbed}, priority = ${result.priority}, handicap_seconds = ${result.handicapSeconds},
          ready_at = to_timestamp(${result.since / 1000})
      where id = ${job.jobId}
      returning id, ready_at, handicap_seconds
    ), in_group as (
      update concurrency_slot set since = ready_at, rank = ready_at + make_interval(secs => handicap_seconds)
      from stands where concurrency_slot.job_id = stands.id
    )
    update ready set since = ready_at, rank = ready_at + make_interval(secs => handicap_seconds)
    from stands where ready.job_id = stands.id`);
  const skipped = await skipDependents(tx, result.jobIds);
  const freed = await leaveGroups(tx, result.jobIds);
  return [
    ...freed,
    ...ended.flatMap(({ id, pipelineId }) => [`job:${id}`, `pipeline:${pipelineId}`, `pipeline-over:${pipelineId}`]),
    ...skipped.map((id) => `job:${id}`),
  ];
}
