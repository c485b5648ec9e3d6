// The rows of jobs that come into a pipeline, and the one statement that writes them: jobs, new pools, and what is ready at once.
import type { Cause } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { handicapSeconds, type OrderPolicy, shareOf } from './decide/rank.ts';
import type { SubmittedJob } from './submit.ts';

/** What of a pipeline its jobs' rows are made of. It never changes. */
export type PipelineFacts = {
  readonly id: number;
  readonly cause: Cause;
  readonly level: number;
  readonly person: string | null;
  readonly repoId: number;
  readonly repo: string;
  readonly branch: string;
};
export type Row = {
  readonly id: number;
  readonly pipelineId: number;
  readonly name: string;
  readonly pool: string;
  readonly state: string;
};

export const laneKey = ({ repoId, branch }: PipelineFacts, name: string): string => `${repoId} ${branch} ${name}`;

export async function readPipelines(db: Queryable, ids: readonly number[]): Promise<Map<number, PipelineFacts>> {
  const found = await db.query<PipelineFacts>(sql`
    select pipeline.id, pipeline.cause, pipeline.level, pipeline.person, push.repo_id as "repoId", repo.name as repo, push.branch
    from pipeline join push on push.id = pipeline.push_id join repo on repo.id = push.repo_id
    where pipeline.id = any (${[...new Set(ids)]}::bigint[])`);
  return new Map(found.map((pipeline) => [pipeline.id, pipeline]));
}

type Place = Pick<NewRow, 'missing' | 'laneId' | 'groupId' | 'needed'>;

export function rowOf(job: SubmittedJob, pipeline: PipelineFacts, policy: OrderPolicy, place: Place): NewRow {
  const { priority = 0, coalesce = 0, gate, delaySeconds, notBefore } = job.order ?? {};
  const { cause, level } = pipeline;
  return {
    ...place,
    pipelineId: pipeline.id,
    job,
    state: place.missing > 0 ? 'waiting' : gate || place.groupId ? 'held' : 'ready',
    share: shareOf(pipeline, cause, pipeline.person),
    priority,
    handicap: handicapSeconds({ cause, level, priority }, policy),
    // Only what came by itself with a push stands for others, or lets others stand for it.
    coalesceMost: cause === 'push' ? coalesce : 0,
    gate: gate ?? null,
    delaySeconds: delaySeconds ?? 0,
    notBefore: notBefore ?? null,
  };
}

export type NewRow = {
  readonly pipelineId: number;
  readonly job: SubmittedJob;
  readonly missing: number;
  readonly state: string;
  readonly laneId: number;
  readonly share: string;
  readonly priority: number;
  readonly handicap: number;
  readonly coalesceMost: number;
  readonly gate: string | null;
  readonly groupId: number | null;
  readonly delaySeconds: number;
  readonly notBefore: string | null;
  readonly needed: boolean;
};

/**
 * Those that were not there yet. What must not begin before a time is ready from that time on: its age counts from there.
 * `into`: pipelines of this transaction, or such as were kept open.
 */
export function insertRows(db: Queryable, rows: readonly NewRow[], into: 'new' | 'open'): Promise<Row[]> {
  return db.query<Row>(sql`
    with wanted as materialized (
      select * from unnest(
        ${rows.map((row) => row.pipelineId)}::bigint[], ${rows.map((row) => row.job.name)}::text[],
        ${rows.map((row) => (row.gate === null ? row.job.pool : ''))}::text[],
        ${rows.map((row) => JSON.stringify(row.job.attributes))}::jsonb[], ${rows.map((row) => JSON.stringify(row.job.spec))}::jsonb[],
        ${rows.map((row) => row.job.attempts)}::int[], ${rows.map((row) => row.missing)}::int[],
        ${rows.map((row) => row.state)}::text[], ${rows.map((row) => row.laneId)}::bigint[],
        ${rows.map((row) => row.share)}::text[], ${rows.map((row) => row.priority)}::int[],
        ${rows.map((row) => row.handicap)}::int[], ${rows.map((row) => row.coalesceMost)}::int[],
        ${rows.map((row) => row.gate)}::text[], ${rows.map((row) => row.groupId)}::bigint[],
        ${rows.map((row) => row.delaySeconds)}::int[], ${rows.map((row) => row.notBefore)}::timestamptz[],
        ${rows.map((row) => row.needed)}::bool[])
        as t (pipeline_id, name, pool, attributes, spec, attempts, missing, state, lane_id, share, priority, handicap_seconds,
          coalesce_most, gate, concurrency_group_id, delay_seconds, not_before, needed)
    ), open as materialized (
      -- Not closed, and not until this is over; in id order, as everywhere.
      select id from pipeline
      where id = any (array(select pipeline_id from wanted)) and (open_for_jobs or ${into === 'new'})
      order by id
      for share
    ), new_pools as (
      insert into pool (name)
      select distinct wanted.pool from wanted
      where wanted.pool <> '' and not exists (select 1 from pool where pool.name = wanted.pool)
      on conflict do nothing
    ), made as (
      insert into job (pipeline_id, name, pool, attributes, spec, attempts, missing, state, lane_id, share, priority, handicap_seconds,
        coalesce_most, gate, concurrency_group_id, delay_seconds, not_before, needed, ready_at, held_since)
      select wanted.*, case when state = 'ready' then greatest(now() + make_interval(secs => delay_seconds), not_before) end,
             case when state = 'held' then now() end
      -- Not a join: jobs get their ids in the order in which they came.
      from wanted where pipeline_id = any (array(select id from open))
      on conflict (pipeline_id, name) do nothing
      returning id, pipeline_id, name, pool, state, ready_at, handicap_seconds, share, lane_id, coalesce_most
    ), entered as (
      insert into ready (job_id, pool, since, rank, share, lane_id, coalesce_most, not_before)
      select id, pool, ready_at, ready_at + make_interval(secs => handicap_seconds), share, lane_id, coalesce_most, ready_at
      from made where state = 'ready'
    )
    select id, pipeline_id as "pipelineId", name, pool, state from made`);
}
