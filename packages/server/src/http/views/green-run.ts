// Which run a failed one is best compared with: the last of its lane that passed before its push, else another that passed.
import { type ComparedRun, type LogComparison, Refused } from '@signalbox/protocol';
import { type Db, sql } from '../../base/index.ts';
import type { RunSteps } from '../../record/index.ts';

export type RunToCompare = { readonly run: ComparedRun; readonly steps: RunSteps['steps'] };
export type Green = { readonly runId: number; readonly chosen: NonNullable<LogComparison['chosen']> };

/** @throws Refused run-not-found */
export async function readToCompare(db: Db, runId: number): Promise<RunToCompare> {
  const [found] = await db.query<ComparedRun & Pick<RunToCompare, 'steps'>>(sql`
    select run.id as "runId", run.job_id as "jobId", run.attempt, job.name as lane, push.branch, push.id as "pushId",
           push.revision, run.verdict, run.ended_at as "endedAt", run.steps
    from run
    join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id
    join push on push.id = pipeline.push_id
    where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  const { steps, ...run } = found;
  return { run, steps };
}

/** How many jobs of a lane, and of its name elsewhere, are looked through. */
const mostJobs = 2000;

/** Only runs that still have a log. Null: none has passed. */
export async function findGreen(db: Db, runId: number): Promise<Green | null> {
  return (await onItsBranch(db, runId)) ?? (await elsewhere(db, runId));
}

/** The nearest push before, else the nearest after. A lane is a row, but for jobs of a time before there were lanes. */
async function onItsBranch(db: Db, runId: number): Promise<Green | undefined> {
  const [green] = await db.query<Green>(sql`
    with mine as materialized (
      select job.id as job_id, job.lane_id, pipeline.push_id
      from run join job on job.id = run.job_id join pipeline on pipeline.id = job.pipeline_id
      where run.id = ${runId}
    ), lane as materialized (
      select job.id, job.pipeline_id, job.verdict
      from mine cross join lateral (
        select id, pipeline_id, verdict from job where job.lane_id = mine.lane_id order by id desc limit ${mostJobs}
      ) as job
    )
    select run.id as "runId", case when pipeline.push_id < mine.push_id then 'before' else 'branch' end as chosen
    from mine
    join lane on lane.verdict = 'passed' and lane.id <> mine.job_id
    join pipeline on pipeline.id = lane.pipeline_id
    cross join lateral (
      select id from run where run.job_id = lane.id and run.verdict = 'passed' order by id desc limit 1
    ) as run
    where exists (select from log where log.run_id = run.id)
    order by pipeline.push_id < mine.push_id desc, abs(pipeline.push_id - mine.push_id), lane.id desc
    limit 1`);
  return green;
}

async function elsewhere(db: Db, runId: number): Promise<Green | null> {
  const [green] = await db.query<{ runId: number }>(sql`
    with mine as materialized (
      select job.id as job_id, job.name, push.repo_id
      from run
      join job on job.id = run.job_id
      join pipeline on pipeline.id = job.pipeline_id
      join push on push.id = pipeline.push_id
      where run.id = ${runId}
    ), named as materialized (
      select job.id, job.pipeline_id, job.verdict
      from mine cross join lateral (
        select id, pipeline_id, verdict from job where job.name = mine.name order by id desc limit ${mostJobs}
      ) as job
    )
    select run.id as "runId"
    from mine
    join named on named.verdict = 'passed' and named.id <> mine.job_id
    join pipeline on pipeline.id = named.pipeline_id
    join push on push.id = pipeline.push_id and push.repo_id = mine.repo_id
    cross join lateral (
      select id from run where run.job_id = named.id and run.verdict = 'passed' order by id desc limit 1
    ) as run
    where exists (select from log where log.run_id = run.id)
    order by named.id desc
    limit 1`);
  return green ? { runId: green.runId, chosen: 'elsewhere' } : null;
}
