// One job with all that a person wants to know of it: runs, logs, artifacts, needs, history, and why it waits.
import {
  type Artifact,
  type Blocker,
  type JobBrief,
  type JobDetail,
  type JobSpec,
  type Pipeline,
  type Push,
  pathOf,
  Refused,
  type Run,
  type RunDetail,
} from '@signalbox/protocol';
import { type Db, sql } from '../../base/index.ts';
import { explainJob, type QueueLimits } from '../../queue/index.ts';
import { keepingOf, listArtifacts, logSizes } from '../../record/index.ts';
import { getPush } from '../../source/index.ts';

const historyShown = 20;

/** @throws Refused job-not-found */
export async function readJob(
  db: Db,
  jobId: number,
  limits: QueueLimits,
  historySeconds: number,
  serverHolds: readonly Blocker[],
): Promise<JobDetail> {
  const [job] = await db.query<JobBrief>(sql`select * from job_brief where id = ${jobId}`);
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  const [[found], [pipeline], needs, neededBy, runs, { blockers }] = await Promise.all([
    db.query<{ spec: JobSpec }>(sql`select spec from job where id = ${jobId}`),
    db.query<Pipeline>(sql`select * from pipeline_shape where id = ${job.pipelineId}`),
    db.query<JobBrief>(sql`
      select * from job_brief where id in (select from_job from edge where to_job = ${jobId}) order by id`),
    db.query<JobBrief>(sql`
      select * from job_brief where id in (select to_job from edge where from_job = ${jobId}) order by id`),
    db.query<Run>(sql`select * from run_shape where "jobId" = ${jobId} order by id desc limit 50`),
    explainJob(db, jobId, limits, serverHolds),
  ]);
  const push = await getPush(db, pipeline!.pushId);
  return {
    job,
    spec: found!.spec,
    pipeline: pipeline!,
    push,
    needs,
    neededBy,
    runs: await Promise.all(runs.map((run) => detail(db, run, historySeconds))),
    blockers,
    history: await readHistory(db, job, push),
  };
}

/** @throws Refused run-not-found */
export async function readRun(db: Db, runId: number, historySeconds: number): Promise<RunDetail> {
  const [run] = await db.query<Run>(sql`select * from run_shape where id = ${runId}`);
  if (!run) throw new Refused('run-not-found', `There is no run ${runId}.`);
  return detail(db, run, historySeconds);
}

async function detail(db: Db, run: Run, historySeconds: number): Promise<RunDetail> {
  const [sizes, stored, keeping] = await Promise.all([
    logSizes(db, run.id),
    listArtifacts(db, run.id),
    keepingOf(db, run.id, historySeconds),
  ]);
  const artifacts: Artifact[] = stored.map(({ path, sizeBytes, sha256 }) => ({
    path,
    sizeBytes,
    sha256,
    href: pathOf('get-artifact', { run: run.id, '*': path }),
  }));
  const directory = sizes.archivePath?.replace(/[^/]*$/, '');
  return {
    run,
    logs: sizes.logs,
    logState: sizes.logState,
    artifacts,
    archiveHref: directory === undefined ? null : `/archive/${directory.split('/').map(encodeURIComponent).join('/')}`,
    keeping,
  };
}

/** The same lane at earlier pushes: same repository, branch and name. */
function readHistory(db: Db, job: JobBrief, push: Push): Promise<JobDetail['history']> {
  return db.query(sql`
    select job.id as "jobId", push.id as "pushId", job.state, job.verdict
    from job
    join pipeline on pipeline.id = job.pipeline_id
    join push on push.id = pipeline.push_id
    join repo on repo.id = push.repo_id
    where job.name = ${job.name} and job.id < ${job.id} and repo.name = ${push.repo} and push.branch = ${push.branch}
    order by job.id desc
    limit ${historyShown}`);
}
