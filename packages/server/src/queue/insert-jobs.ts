// Puts jobs into their pipelines, as many as come together in one go: with their lanes, groups and edges, and those that miss
// nothing into `ready`. A job whose name is in the pipeline already is passed over, so it may come twice.
import type { Cause } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { absorbOlder } from './absorb-older.ts';
import { handicapSeconds, type OrderPolicy, shareOf } from './decide/rank.ts';
import { skipDependents } from './dependents.ts';
import { enterGroups } from './enter-groups.ts';
import { ensureGroups } from './groups.ts';
import { ensureLanes } from './lanes.ts';
import type { SubmittedJob } from './submit.ts';

export type JobInPipeline = { readonly pipelineId: number; readonly job: SubmittedJob };
export type Inserted = {
  readonly jobs: readonly { readonly id: number; readonly pipelineId: number; readonly name: string }[];
  readonly topics: readonly string[];
};

type Pipeline = {
  id: number;
  cause: Cause;
  level: number;
  person: string | null;
  repoId: number;
  repo: string;
  branch: string;
};
type Need = { id: number; pipelineId: number; name: string; verdict: string | null };
type Row = { id: number; pipelineId: number; name: string; pool: string; state: string };

export async function insertJobs(tx: Tx, wanted: readonly JobInPipeline[], policy: OrderPolicy): Promise<Inserted> {
  if (wanted.length === 0) return { jobs: [], topics: [] };
  const pipelines = await readPipelines(tx, wanted);
  const here = new Set(wanted.map(({ pipelineId, job }) => keyOf(pipelineId, job.name)));
  const elsewhere = await lockNeeds(tx, wanted, here);
  const rows = wanted.map(({ pipelineId, job }) => ({ job, pipeline: pipelines.get(pipelineId)! }));
  const lanes = await ensureLanes(
    tx,
    rows.map(({ job, pipeline }) => ({ repoId: pipeline.repoId, branch: pipeline.branch, name: job.name })),
  );
  const groups = await ensureGroups(
    tx,
    rows.flatMap(({ job, pipeline }) =>
      job.order?.concurrencyGroup ? [{ repoId: pipeline.repoId, name: job.order.concurrencyGroup }] : [],
    ),
  );
  const needed = new Set(wanted.flatMap(({ pipelineId, job }) => job.needs.map((need) => keyOf(pipelineId, need))));
  const made = await insertRows(
    tx,
    rows.map(({ job, pipeline }) => {
      const { priority = 0, coalesce = 0, concurrencyGroup, gate, delaySeconds, notBefore } = job.order ?? {};
      const missing = job.needs.filter((need) => elsewhere.get(keyOf(pipeline.id, need))?.verdict !== 'passed').length;
      const groupId = concurrencyGroup ? groups.get(`${pipeline.repoId} ${concurrencyGroup}`)! : null;
      return {
        pipelineId: pipeline.id,
        job,
        missing,
        state: missing > 0 ? 'waiting' : gate || groupId ? 'held' : 'ready',
        laneId: lanes.get(laneKey(pipeline, job.name))!,
        share: shareOf(pipeline, pipeline.cause, pipeline.person),
        priority,
        handicap: handicapSeconds({ cause: pipeline.cause, level: pipeline.level, priority }, policy),
        // Only what came by itself with a push stands for others, or lets others stand for it.
        coalesceMost: pipeline.cause === 'push' ? coalesce : 0,
        gate: gate ?? null,
        groupId,
        delaySeconds: delaySeconds ?? 0,
        notBefore: notBefore ?? null,
        needed: needed.has(keyOf(pipeline.id, job.name)),
      };
    }),
  );
  const ids = new Map<string, { readonly id: number; readonly verdict?: string | null }>([
    ...elsewhere,
    ...made.map((row) => [keyOf(row.pipelineId, row.name), row] as const),
  ]);
  await insertEdges(tx, wanted, made, ids);
  const topics = made.filter((row) => row.state === 'ready').map((row) => `ready:${row.pool}`);
  topics.push(...(await settleNew(tx, rows, made, ids)));
  return { jobs: await idsOf(tx, wanted, made), topics: [...new Set(topics)] };
}

const keyOf = (pipelineId: number, name: string) => `${pipelineId} ${name}`;
const laneKey = ({ repoId, branch }: Pipeline, name: string) => `${repoId} ${branch} ${name}`;

async function readPipelines(tx: Tx, wanted: readonly JobInPipeline[]): Promise<Map<number, Pipeline>> {
  const ids = [...new Set(wanted.map((one) => one.pipelineId))];
  const found = await tx.query<Pipeline>(sql`
    select pipeline.id, pipeline.cause, pipeline.level, pipeline.person, push.repo_id as "repoId", repo.name as repo, push.branch
    from pipeline join push on push.id = pipeline.push_id join repo on repo.id = push.repo_id
    where pipeline.id = any (${ids}::bigint[])`);
  return new Map(found.map((pipeline) => [pipeline.id, pipeline]));
}

/** Needs that are in the pipeline already: locked, and marked as needed, so that an end of theirs sees who waits for them now. */
async function lockNeeds(
  tx: Tx,
  wanted: readonly JobInPipeline[],
  here: ReadonlySet<string>,
): Promise<Map<string, Need>> {
  const asked = wanted.flatMap(({ pipelineId, job }) =>
    job.needs.filter((need) => !here.has(keyOf(pipelineId, need))).map((need) => ({ pipelineId, need })),
  );
  if (asked.length === 0) return new Map();
  const found = await tx.query<Need>(sql`
    with locked as materialized (
      select job.id
      from unnest(${asked.map((one) => one.pipelineId)}::bigint[], ${asked.map((one) => one.need)}::text[]) as asked (pipeline_id, name)
      join job on job.pipeline_id = asked.pipeline_id and job.name = asked.name
      order by job.id
      for update of job
    )
    update job set needed = true
    where id = any (array(select id from locked))
    returning id, pipeline_id as "pipelineId", name, verdict`);
  return new Map(found.map((need) => [keyOf(need.pipelineId, need.name), need]));
}

type NewRow = {
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

function insertRows(tx: Tx, rows: readonly NewRow[]): Promise<Row[]> {
  return tx.query<Row>(sql`
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
    ), new_pools as (
      insert into pool (name)
      select distinct wanted.pool from wanted
      where wanted.pool <> '' and not exists (select 1 from pool where pool.name = wanted.pool)
      on conflict do nothing
    ), made as (
      insert into job (pipeline_id, name, pool, attributes, spec, attempts, missing, state, lane_id, share, priority, handicap_seconds,
        coalesce_most, gate, concurrency_group_id, delay_seconds, not_before, needed, ready_at, held_since)
      select wanted.*, case when state = 'ready' then now() end, case when state = 'held' then now() end from wanted
      on conflict (pipeline_id, name) do nothing
      returning id, pipeline_id, name, pool, state, ready_at, handicap_seconds, share, lane_id, coalesce_most, delay_seconds, not_before
    ), entered as (
      insert into ready (job_id, pool, since, rank, share, lane_id, coalesce_most, not_before)
      select id, pool, ready_at, ready_at + make_interval(secs => handicap_seconds), share, lane_id, coalesce_most,
             greatest(ready_at + make_interval(secs => delay_seconds), not_before)
      from made where state = 'ready'
    )
    select id, pipeline_id as "pipelineId", name, pool, state from made`);
}

async function insertEdges(
  tx: Tx,
  wanted: readonly JobInPipeline[],
  made: readonly Row[],
  ids: ReadonlyMap<string, { readonly id: number }>,
): Promise<void> {
  const isNew = new Set(made.map((row) => keyOf(row.pipelineId, row.name)));
  const edges = wanted
    .filter(({ pipelineId, job }) => isNew.has(keyOf(pipelineId, job.name)))
    .flatMap(({ pipelineId, job }) => {
      const to = ids.get(keyOf(pipelineId, job.name))!.id;
      return job.needs.map((need) => [ids.get(keyOf(pipelineId, need))!.id, to] as const);
    });
  if (edges.length === 0) return;
  await tx.query(sql`
    insert into edge (from_job, to_job)
    select * from unnest(${edges.map(([from]) => from)}::bigint[], ${edges.map(([, to]) => to)}::bigint[])
    on conflict do nothing`);
}

/** What follows at once: groups give slots, newer jobs stand for older ones, and who needs what has failed already is skipped. */
async function settleNew(
  tx: Tx,
  rows: readonly { readonly job: SubmittedJob; readonly pipeline: Pipeline }[],
  made: readonly Row[],
  ids: ReadonlyMap<string, { readonly id: number; readonly verdict?: string | null }>,
): Promise<string[]> {
  const topics: string[] = [];
  const idOf = ({ job, pipeline }: { job: SubmittedJob; pipeline: Pipeline }) =>
    ids.get(keyOf(pipeline.id, job.name))!.id;
  const isMade = new Set(made.map((row) => row.id));
  const grouped = rows.filter(({ job }) => job.order?.concurrencyGroup && !job.order.gate).map(idOf);
  const held = made.filter((row) => row.state === 'held' && grouped.includes(row.id)).map((row) => row.id);
  if (held.length > 0) topics.push(...(await enterGroups(tx, held)));
  const coalescing = rows.filter(({ job }) => (job.order?.coalesce ?? 0) > 0).map(idOf);
  const ready = coalescing.filter((id) => isMade.has(id));
  if (ready.length > 0) topics.push(...(await absorbOlder(tx, ready)));
  const lost = [...ids.values()].filter((need) => need.verdict && need.verdict !== 'passed').map((need) => need.id);
  if (lost.length > 0) await skipDependents(tx, lost);
  return topics;
}

/** Also of those that were there before. */
async function idsOf(tx: Tx, wanted: readonly JobInPipeline[], made: readonly Row[]): Promise<Inserted['jobs']> {
  const brief = ({ id, pipelineId, name }: Row) => ({ id, pipelineId, name });
  if (made.length === wanted.length) return made.map(brief);
  return tx.query(sql`
    select job.id, job.pipeline_id as "pipelineId", job.name
    from unnest(${wanted.map((one) => one.pipelineId)}::bigint[], ${wanted.map((one) => one.job.name)}::text[]) as asked (pipeline_id, name)
    join job on job.pipeline_id = asked.pipeline_id and job.name = asked.name
    order by job.id`);
}
