// The home page's data: pushes with their pipelines and jobs, in three statements however many there are.
import type { Branch, Grid, JobBrief, Pipeline, Push, PushDetail, Repo } from '@signalbox/protocol';
import { type Queryable, sql } from '../../base/index.ts';
import { listPushes, type PushFilter } from '../../source/index.ts';

const branchesShown = 200;

export async function readGrid(db: Queryable, repo: Repo, filter: PushFilter): Promise<Grid> {
  const [pushes, branches] = await Promise.all([
    listPushes(db, repo.id, filter),
    db.query<Branch>(sql`
      select name, head, updated_at as "updatedAt" from branch
      where repo_id = ${repo.id} and head is not null
      order by updated_at desc
      limit ${branchesShown}`),
  ]);
  return { repo, branches, rows: await withPipelines(db, pushes.items), next: pushes.next };
}

/** Each push with all that came of it, in the order given. */
export async function withPipelines(db: Queryable, pushes: readonly Push[]): Promise<PushDetail[]> {
  const pipelines = await db.query<Pipeline>(sql`
    select * from pipeline_shape where "pushId" = any (${pushes.map((push) => push.id)}::bigint[]) order by id desc`);
  const jobs = await db.query<JobBrief>(sql`
    select * from job_brief where "pipelineId" = any (${pipelines.map((pipeline) => pipeline.id)}::bigint[]) order by id`);
  const jobsOf = groupBy(jobs, (job) => job.pipelineId);
  const pipelinesOf = groupBy(pipelines, (pipeline) => pipeline.pushId);
  return pushes.map((push) => ({
    push,
    pipelines: (pipelinesOf.get(push.id) ?? []).map((pipeline) => ({ pipeline, jobs: jobsOf.get(pipeline.id) ?? [] })),
  }));
}

/** Map.groupBy, which Node 20 does not have. */
function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
