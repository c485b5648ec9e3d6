// Lists and single rows that pages and commands read: jobs by filter, pushes, pipelines.
import { type JobBrief, type Pipeline, type PipelineWithJobs, type PushDetail, Refused } from '@signalbox/protocol';
import { type Db, type Queryable, sql, type Tx } from '../../base/index.ts';
import { getPush } from '../../source/index.ts';
import { withPipelines } from './grid.ts';

export type JobFilter = {
  readonly repo?: string | undefined;
  readonly branch?: string | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly verdict?: string | undefined;
  readonly pool?: string | undefined;
  readonly before: number | null;
  readonly limit: number;
};

export async function listJobs(db: Db, filter: JobFilter): Promise<{ items: JobBrief[]; next: string | null }> {
  const jobs = await db.transaction(async (tx) => {
    // Which index serves depends on what was asked for: the one statement that is planned each time (base/db.ts).
    await tx.query(sql`set local plan_cache_mode = force_custom_plan`);
    return findJobs(tx, filter);
  });
  const items = jobs.slice(0, filter.limit);
  return { items, next: jobs.length > filter.limit ? String(items.at(-1)!.id) : null };
}

function findJobs(tx: Tx, filter: JobFilter): Promise<JobBrief[]> {
  return tx.query<JobBrief>(sql`
    select job_brief.* from job_brief
    join pipeline on pipeline.id = job_brief."pipelineId"
    join push on push.id = pipeline.push_id
    join repo on repo.id = push.repo_id
    where (${filter.repo ?? null}::text is null or repo.name = ${filter.repo ?? null})
      and (${filter.branch ?? null}::text is null or push.branch = ${filter.branch ?? null})
      and (${filter.name ?? null}::text is null or job_brief.name = ${filter.name ?? null})
      and (${filter.state ?? null}::text is null or job_brief.state = ${filter.state ?? null})
      and (${filter.verdict ?? null}::text is null or job_brief.verdict = ${filter.verdict ?? null})
      and (${filter.pool ?? null}::text is null or job_brief.pool = ${filter.pool ?? null})
      and (${filter.before}::bigint is null or job_brief.id < ${filter.before})
    order by job_brief.id desc
    limit ${filter.limit + 1}`);
}

/** @throws Refused job-not-found */
export async function readBrief(db: Queryable, jobId: number): Promise<JobBrief> {
  const [job] = await db.query<JobBrief>(sql`select * from job_brief where id = ${jobId}`);
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  return job;
}

/** @throws Refused not-found */
export async function readPush(db: Queryable, pushId: number): Promise<PushDetail> {
  const [detail] = await withPipelines(db, [await getPush(db, pushId)]);
  return detail!;
}

/** @throws Refused not-found */
export async function readPipeline(db: Queryable, pipelineId: number): Promise<PipelineWithJobs> {
  const [pipeline] = await db.query<Pipeline>(sql`select * from pipeline_shape where id = ${pipelineId}`);
  if (!pipeline) throw new Refused('not-found', `There is no pipeline ${pipelineId}.`);
  const jobs = await db.query<JobBrief>(sql`select * from job_brief where "pipelineId" = ${pipelineId} order by id`);
  return { pipeline, jobs };
}
