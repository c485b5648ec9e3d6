// Puts jobs into their pipelines, as many as come together in one go: with their lanes, groups and edges, and those that miss
// nothing into `ready`.
import assert from 'node:assert/strict';
import { sql, type Tx } from '../base/index.ts';
import { absorbOlder } from './absorb-older.ts';
import type { OrderPolicy } from './decide/rank.ts';
import { skipDependents } from './dependents.ts';
import { enterGroups } from './enter-groups.ts';
import { ensureGroups } from './groups.ts';
import { insertRows, laneKey, type PipelineFacts, type Row, readPipelines, rowOf } from './job-rows.ts';
import { ensureLanes } from './lanes.ts';
import type { SubmittedJob } from './submit.ts';

export type JobInPipeline = { readonly pipelineId: number; readonly job: SubmittedJob };
export type Inserted = {
  readonly jobs: readonly { readonly id: number; readonly pipelineId: number; readonly name: string }[];
  readonly topics: readonly string[];
};

type Need = { id: number; pipelineId: number; name: string; verdict: string | null };

/** None of them is there yet: who calls this has made the pipelines, or has looked while nobody else may add to them. */
export async function insertJobs(tx: Tx, wanted: readonly JobInPipeline[], policy: OrderPolicy): Promise<Inserted> {
  if (wanted.length === 0) return { jobs: [], topics: [] };
  const pipelines = await readPipelines(
    tx,
    wanted.map((one) => one.pipelineId),
  );
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
      const { concurrencyGroup } = job.order ?? {};
      return rowOf(job, pipeline, policy, {
        missing: job.needs.filter((need) => elsewhere.get(keyOf(pipeline.id, need))?.verdict !== 'passed').length,
        laneId: lanes.get(laneKey(pipeline, job.name))!,
        groupId: concurrencyGroup ? groups.get(`${pipeline.repoId} ${concurrencyGroup}`)! : null,
        needed: needed.has(keyOf(pipeline.id, job.name)),
      });
    }),
    // Who calls this has made the pipeline, or has seen that it is open and holds it so.
    'new',
  );
  assert(made.length === wanted.length, 'A job was there before, or two of them have the same name');
  const ids = new Map<string, { readonly id: number; readonly verdict?: string | null }>([
    ...elsewhere,
    ...made.map((row) => [keyOf(row.pipelineId, row.name), row] as const),
  ]);
  await insertEdges(tx, wanted, ids);
  const topics = made.filter((row) => row.state === 'ready').map((row) => `ready:${row.pool}`);
  topics.push(...(await settleNew(tx, rows, made, ids)));
  return { jobs: made.map(({ id, pipelineId, name }) => ({ id, pipelineId, name })), topics: [...new Set(topics)] };
}

const keyOf = (pipelineId: number, name: string) => `${pipelineId} ${name}`;

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

async function insertEdges(
  tx: Tx,
  wanted: readonly JobInPipeline[],
  ids: ReadonlyMap<string, { readonly id: number }>,
): Promise<void> {
  const edges = wanted.flatMap(({ pipelineId, job }) => {
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
  rows: readonly { readonly job: SubmittedJob; readonly pipeline: PipelineFacts }[],
  made: readonly Row[],
  ids: ReadonlyMap<string, { readonly id: number; readonly verdict?: string | null }>,
): Promise<string[]> {
  const topics: string[] = [];
  const idOf = ({ job, pipeline }: { job: SubmittedJob; pipeline: PipelineFacts }) =>
    ids.get(keyOf(pipeline.id, job.name))!.id;
  const grouped = rows.filter(({ job }) => job.order?.concurrencyGroup && !job.order.gate).map(idOf);
  const held = made.filter((row) => row.state === 'held' && grouped.includes(row.id)).map((row) => row.id);
  if (held.length > 0) topics.push(...(await enterGroups(tx, held)));
  const coalescing = rows.filter(({ job }) => (job.order?.coalesce ?? 0) > 0).map(idOf);
  if (coalescing.length > 0) topics.push(...(await absorbOlder(tx, coalescing)));
  const lost = [...ids.values()].filter((need) => need.verdict && need.verdict !== 'passed').map((need) => need.id);
  if (lost.length > 0) await skipDependents(tx, lost);
  return topics;
}
