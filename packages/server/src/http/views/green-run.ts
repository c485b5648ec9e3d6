// Which run a failed one is best compared with: the last of its lane that passed before its push, else another that passed.
import { type ComparedRun, type LogComparison, Refused } from '@signalbox/protocol';
import { type Db, sql } from '../../base/index.ts';
import type { RunSteps } from '../../record/index.ts';

export type RunToCompare = { readonly run: ComparedRun; readonly steps: RunSteps['steps'] };
export type Green = { readonly runId: number; readonly chosen: NonNullable<LogComparison['chosen']> };

/** @throws Refused run-not-found, or not-found when its log has left the archive */
export async function readToCompare(db: Db, runId: number): Promise<RunToCompare> {
  const [found] = await db.query<ComparedRun & Pick<RunToCompare, 'steps'> & { hasLeft: boolean }>(sql`
    select run.id as "runId", run.job_id as "jobId", run.attempt, job.name as lane, push.branch, push.id as "pushId",
           push.revision, run.verdict, run.ended_at as "endedAt", run.steps,
           -- A log that has left the archive has lost its index.
           exists (select from sealed_log where run_id = run.id and pg_column_size(index) < 12) as "hasLeft"
    from run
    join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id
    join push on push.id = pipeline.push_id
    where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  const { steps, hasLeft, ...run } = found;
  if (hasLeft) throw new Refused('not-found', `The log of run ${runId} has left the archive.`);
  return { run, steps };
}

/** How many jobs of a lane, and of its name elsewhere, are looked through; and how many of those that passed, for one with a log. */
const mostJobs = 2000;
const mostPassed = 50;

/** Null: none has passed that still has its log. */
export async function findGreen(db: Db, runId: number): Promise<Green | null> {
  return (await onItsBranch(db, runId)) ?? (await elsewhere(db, runId));
}

/** The nearest push before, else the nearest after. */
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
    ), nearest as materialized (
      select lane.id, pipeline.push_id < mine.push_id as is_before,
             row_number() over (order by pipeline.push_id < mine.push_id desc, abs(pipeline.push_id - mine.push_id), lane.id desc) as rank
      from mine
      join lane on lane.verdict = 'passed' and lane.id <> mine.job_id
      join pipeline on pipeline.id = lane.pipeline_id
      order by rank
      limit ${mostPassed}
    )
    select run.id as "runId", case when nearest.is_before then 'before' else 'branch' end as chosen
    from nearest cross join lateral (
      select id from run where run.job_id = nearest.id and run.verdict = 'passed' order by id desc limit 1
    ) as run
    where exists (select from log where log.run_id = run.id)
      and not exists (select from sealed_log where run_id = run.id and pg_column_size(index) < 12)
    order by nearest.rank
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
    ), newest as materialized (
      select named.id
      from mine
      join named on named.verdict = 'passed' and named.id <> mine.job_id
      join pipeline on pipeline.id = named.pipeline_id
      join push on push.id = pipeline.push_id and push.repo_id = mine.repo_id
      order by named.id desc
      limit ${mostPassed}
    )
    select run.id as "runId"
    from newest cross join lateral (
      select id from run where run.job_id = newest.id and run.verdict = 'passed' order by id desc limit 1
    ) as run
    where exists (select from log where log.run_id = run.id)
      and not exists (select from sealed_log where run_id = run.id and pg_column_size(index) < 12)
    order by newest.id desc
    limit 1`);
  return green ? { runId: green.runId, chosen: 'elsewhere' } : null;
}
