// Forgets pipelines that ended long ago, with all below them, a few hundred jobs at a time: nobody waits for its locks, and a history
// of years costs no more than one of a day. Rows of other rooms (logs, artifacts) go with the runs; files are theirs.
import { type Db, sql, type Tx } from '../base/index.ts';

/** Jobs in one transaction: some 100 ms, in which nothing is locked but what goes. */
const mostJobs = 300;
const mostPipelines = 100;

export type Forgotten = { readonly pipelines: number; readonly jobs: number };

/**
 * One batch of what ended more than so many seconds ago; nothing forgotten: there is no more. What the last push of a branch has
 * started by itself stays, however old: it says how the branch is. So does what a rule or a pin of the archive holds. `stillWriting` names those jobs of which something is to come.
 */
export async function forgetPipelines(
  db: Db,
  seconds: number,
  stillWriting: (tx: Tx, jobIds: readonly number[]) => Promise<readonly number[]>,
): Promise<Forgotten> {
  const { lanes, ...forgotten } = await db.transaction(async (tx) => {
    // Nobody pins what is about to be forgotten.
    await tx.query(sql`select take_archive_turn()`);
    const pipelineIds = (await lockOld(tx, seconds)).map((pipeline) => pipeline.id);
    const jobIds = (await firstJobs(tx, pipelineIds)).map((job) => job.id);
    const busy = new Set(await stillWriting(tx, jobIds));
    return forget(
      tx,
      pipelineIds,
      jobIds.filter((id) => !busy.has(id)),
    );
  });
  if (lanes.length > 0) await db.transaction((tx) => forgetLanes(tx, lanes));
  return forgotten;
}

/** Whoever reruns a job of it at this moment was first, or will find nothing. Pushes are looked up by their keys ("offset 0" says so). */
function lockOld(tx: Tx, seconds: number): Promise<{ id: number }[]> {
  return tx.query(sql`
    select pipeline.id
    from pipeline cross join lateral (
      select id, repo_id, branch from push where push.id = pipeline.push_id offset 0
    ) as push
    where pipeline.finished_at < now() - make_interval(secs => ${seconds})
      and not is_held(pipeline.id, pipeline.cause, push.branch)
      and (pipeline.cause <> 'push' or exists (
        select from push as newer where newer.repo_id = push.repo_id and newer.branch = push.branch and newer.id > push.id offset 0))
    order by pipeline.finished_at
    limit ${mostPipelines}
    for update of pipeline skip locked`);
}

function firstJobs(tx: Tx, pipelineIds: readonly number[]): Promise<{ id: number }[]> {
  return tx.query(sql`
    select job.id from unnest(${pipelineIds}::bigint[]) as old (id) cross join lateral (
      select job.id from job where job.pipeline_id = old.id limit ${mostJobs}
    ) as job
    limit ${mostJobs}`);
}

/** Of a large pipeline only a part goes at once: the rest goes with the next batches, and the pipeline with the last. */
async function forget(
  tx: Tx,
  pipelineIds: readonly number[],
  jobIds: readonly number[],
): Promise<Forgotten & { lanes: readonly number[] }> {
  const jobs = await tx.query<{ laneId: number | null }>(sql`
    delete from job where id = any (${jobIds}::bigint[]) returning lane_id as "laneId"`);
  const pipelines = await tx.query(sql`
    delete from pipeline
    where id = any (${pipelineIds}::bigint[]) and not exists (select from job where job.pipeline_id = pipeline.id offset 0)
    returning id`);
  const lanes = [...new Set(jobs.flatMap(({ laneId }) => (laneId === null ? [] : [laneId])))];
  return { pipelines: pipelines.length, jobs: jobs.length, lanes };
}

/** Those that have no job any more. Locked first and looked at after: whoever brings a job of one at this moment keeps it. */
async function forgetLanes(tx: Tx, laneIds: readonly number[]): Promise<void> {
  const locked = await tx.query<{ id: number }>(sql`
    select id from lane where id = any (${laneIds}::bigint[]) and not exists (select from job where job.lane_id = lane.id offset 0)
    order by id
    for update skip locked`);
  if (locked.length === 0) return;
  await tx.query(sql`
    delete from lane
    where id = any (${locked.map((lane) => lane.id)}::bigint[]) and not exists (select from job where job.lane_id = lane.id offset 0)`);
}
