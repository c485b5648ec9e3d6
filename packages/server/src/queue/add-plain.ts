// Adds jobs that need nothing and that nothing holds: most of what comes through the API, in one statement for all callers.
import type { Db } from '../base/index.ts';
import type { AddAsked, Added } from './add-jobs.ts';
import type { OrderPolicy } from './decide/rank.ts';
import { insertRows, laneKey, type PipelineFacts, readPipelines, rowOf } from './job-rows.ts';
import { findLanes } from './lanes.ts';

/** What was read before and never changes: of pipelines that take jobs, and the ids of lanes. */
export type AddMemory = { readonly pipelines: Map<number, PipelineFacts>; readonly lanes: Map<string, number> };
export const addMemory = (): AddMemory => ({ pipelines: new Map(), lanes: new Map() });

const mostPipelines = 10_000;
const mostLanes = 100_000;

export function isPlain({ jobs }: AddAsked): boolean {
  return (
    jobs.every(
      ({ needs, order }) => needs.length === 0 && !order?.gate && !order?.concurrencyGroup && !order?.coalesce,
    ) && new Set(jobs.map((job) => job.name)).size === jobs.length
  );
}

/** undefined: not for this one, or not so plain after all (a lane is new, a job was there before, the pipeline is closed). */
export async function addPlain(
  db: Db,
  asked: readonly (AddAsked | null)[],
  policy: OrderPolicy,
  memory: AddMemory,
): Promise<(Added | undefined)[]> {
  await remember(db, asked, memory);
  const good = asked.map((one) => (one && isKnown(one, memory) ? one : undefined));
  const rows = new Map(
    good.flatMap((one) => {
      if (!one) return [];
      const pipeline = memory.pipelines.get(one.pipelineId)!;
      return one.jobs.map((job) => {
        const laneId = memory.lanes.get(laneKey(pipeline, job.name))!;
        const row = rowOf(job, pipeline, policy, { missing: 0, laneId, groupId: null, needed: false });
        return [`${pipeline.id} ${job.name}`, row] as const;
      });
    }),
  );
  if (rows.size === 0) return asked.map(() => undefined);
  const inserted = await insertRows(db, [...rows.values()], 'open').catch((error: unknown) => forgetAll(memory, error));
  const made = new Map(inserted.map((row) => [`${row.pipelineId} ${row.name}`, row]));
  return good.map((one) => {
    const jobs = one?.jobs.map((job) => made.get(`${one.pipelineId} ${job.name}`));
    if (!one || !jobs?.every((job) => job !== undefined)) return undefined;
    const pools = new Set(jobs.map((job) => `ready:${job.pool}`));
    return { jobs, topics: [`pipeline:${one.pipelineId}`, ...pools] };
  });
}

const foreignKeyViolation = '23503';

/** A lane without jobs is forgotten in the end, and so is a pipeline: then the longer way makes it anew, or refuses. */
function forgetAll(memory: AddMemory, error: unknown): never[] {
  if ((error as { code?: string }).code !== foreignKeyViolation) throw error;
  memory.lanes.clear();
  memory.pipelines.clear();
  return [];
}

function isKnown({ pipelineId, jobs }: AddAsked, memory: AddMemory): boolean {
  const pipeline = memory.pipelines.get(pipelineId);
  return pipeline !== undefined && jobs.every((job) => memory.lanes.has(laneKey(pipeline, job.name)));
}

/** Reads what is not in memory yet. A lane that is not there is made by the longer way, and known the next time. */
async function remember(db: Db, asked: readonly (AddAsked | null)[], memory: AddMemory): Promise<void> {
  const { pipelines, lanes } = memory;
  const plain = asked.filter((one) => one !== null);
  const strange = plain.map((one) => one.pipelineId).filter((id) => !pipelines.has(id));
  if (strange.length > 0) {
    if (pipelines.size > mostPipelines) pipelines.clear();
    for (const [id, pipeline] of await readPipelines(db, strange)) pipelines.set(id, pipeline);
  }
  const missing = plain.flatMap(({ pipelineId, jobs }) => {
    const pipeline = pipelines.get(pipelineId);
    if (!pipeline) return [];
    const { repoId, branch } = pipeline;
    return jobs.flatMap(({ name }) => (lanes.has(laneKey(pipeline, name)) ? [] : [{ repoId, branch, name }]));
  });
  if (missing.length === 0) return;
  if (lanes.size > mostLanes) lanes.clear();
  for (const [key, id] of await findLanes(db, missing)) lanes.set(key, id);
}
