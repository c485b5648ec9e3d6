// When a newer push's job of a lane becomes ready, older ready ones end as skipped, coalesced into it: the newest is built, and
// nobody is told green for what was not. decide/coalesce.ts says which; this writes it where the rows still stand so.
import { sql, type Tx } from '../base/index.ts';
import { absorb, type Coalescing } from './decide/coalesce.ts';
import { skipDependents } from './dependents.ts';
import { leaveGroups } from './enter-groups.ts';

type Row = Coalescing & { laneId: number };

/** Of the jobs given only those that are ready and may absorb do. Returns the topics to hint. */
export async function absorbOlder(tx: Tx, jobIds: readonly number[]): Promise<string[]> {
  const entering = await tx.query<Row>(sql`
    select job.id as "jobId", pipeline.push_id as "pushId", job.coalesce_most as most, job.absorbed, job.lane_id as "laneId",
           extract(epoch from ready.since)::float8 * 1000 as since, job.handicap_seconds as "handicapSeconds", job.priority
    from ready join job on job.id = ready.job_id join pipeline on pipeline.id = job.pipeline_id
    where ready.job_id = any (${jobIds}::bigint[]) and job.coalesce_most > 0
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
    )
    select job.id as "jobId", pipeline.push_id as "pushId", job.coalesce_most as most, job.absorbed, job.priority,
           extract(epoch from free.since)::float8 * 1000 as since, job.handicap_seconds as "handicapSeconds"
    from free join job on job.id = free.job_id join pipeline on pipeline.id = job.pipeline_id
    where job.state = 'ready'
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
  // Both rows, so that it keeps its place also when its run errors and it comes back.
  await tx.query(sql`
    with stands as (
      update job
      set absorbed = ${result.absorbed}, priority = ${result.priority}, handicap_seconds = ${result.handicapSeconds},
          ready_at = to_timestamp(${result.since / 1000})
      where id = ${job.jobId}
      returning id, ready_at, handicap_seconds
    )
    update ready set since = ready_at, rank = ready_at + make_interval(secs => handicap_seconds)
    from stands where ready.job_id = stands.id`);
  const skipped = await skipDependents(tx, result.jobIds);
  const freed = await leaveGroups(tx, result.jobIds);
  return [
    ...freed,
    ...ended.flatMap(({ id, pipelineId }) => [`job:${id}`, `pipeline:${pipelineId}`]),
    ...skipped.map((id) => `job:${id}`),
  ];
}
