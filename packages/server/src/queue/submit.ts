// Turns a planned push into rows: one pipeline with its jobs and edges; what needs nothing is ready at once.
import type { Cause, JobAttributes, JobSpec, LeftOut, PipelineProblem, Verdict } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { nextBuildId } from './build-id.ts';

export type SubmittedJob = {
  readonly name: string;
  readonly pool: string;
  readonly attributes: JobAttributes;
  readonly spec: JobSpec;
  readonly needs: readonly string[];
  readonly attempts: number;
};
export type Submission = {
  readonly pushId: number;
  readonly cause: Cause;
  /** What asked for it: a repeat with the same key finds the same pipeline. */
  readonly requestKey: string;
  readonly jobs: readonly SubmittedJob[];
  readonly leftOut: readonly LeftOut[];
  readonly problem: PipelineProblem | null;
};

/** Returns the pipeline, whether this call made it, and the topics to hint after the commit. */
export async function submit(
  tx: Tx,
  submission: Submission,
): Promise<{ pipelineId: number; created: boolean; topics: string[] }> {
  const existing = await tx.query<{ id: number }>(sql`
    select id from pipeline where push_id = ${submission.pushId} and request_key = ${submission.requestKey}`);
  if (existing[0]) return { pipelineId: existing[0].id, created: false, topics: [] };

  const verdict = submission.jobs.length > 0 ? null : verdictWithoutJobs(submission.problem);
  const buildId = await nextBuildId(tx);
  const [pipeline] = await tx.query<{ id: number }>(sql`
    insert into pipeline (push_id, cause, request_key, build_id, problem, left_out, verdict, finished_at)
    values (${submission.pushId}, ${submission.cause}, ${submission.requestKey}, ${buildId},
            ${submission.problem && JSON.stringify(submission.problem)}::jsonb, ${JSON.stringify(submission.leftOut)}::jsonb,
            ${verdict}, case when ${verdict}::text is null then null else now() end)
    on conflict (push_id, request_key) do nothing
    returning id`);
  if (!pipeline) return submit(tx, submission);

  const pools = await insertJobs(tx, pipeline.id, submission.jobs);
  return {
    pipelineId: pipeline.id,
    created: true,
    topics: [`pipeline:${pipeline.id}`, ...pools.map((pool) => `ready:${pool}`), 'workers'],
  };
}

function verdictWithoutJobs(problem: PipelineProblem | null): Verdict {
  return problem?.kind === 'mistakes' ? 'failed' : 'skipped';
}

async function insertJobs(tx: Tx, pipelineId: number, jobs: readonly SubmittedJob[]): Promise<string[]> {
  if (jobs.length === 0) return [];
  const made = await tx.query<{ id: number; name: string; pool: string; state: string }>(sql`
    insert into job (pipeline_id, name, pool, attributes, spec, attempts, missing, state, ready_at)
    select ${pipelineId}, name, pool, attributes, spec, attempts, missing,
           case when missing = 0 then 'ready' else 'waiting' end, case when missing = 0 then now() end
    from unnest(${jobs.map((job) => job.name)}::text[], ${jobs.map((job) => job.pool)}::text[],
                ${jobs.map((job) => JSON.stringify(job.attributes))}::jsonb[], ${jobs.map((job) => JSON.stringify(job.spec))}::jsonb[],
                ${jobs.map((job) => job.attempts)}::int[], ${jobs.map((job) => job.needs.length)}::int[])
      as t (name, pool, attributes, spec, attempts, missing)
    returning id, name, pool, state`);
  const idOf = new Map(made.map((job) => [job.name, job.id]));
  const edges = jobs.flatMap((job) => job.needs.map((need) => [idOf.get(need)!, idOf.get(job.name)!] as const));
  if (edges.length > 0) {
    await tx.query(sql`
      insert into edge (from_job, to_job)
      select * from unnest(${edges.map(([from]) => from)}::bigint[], ${edges.map(([, to]) => to)}::bigint[])`);
  }
  const pools = [...new Set(made.map((job) => job.pool))].sort();
  await tx.query(sql`insert into pool (name) select unnest(${pools}::text[]) on conflict do nothing`);
  await tx.query(sql`
    insert into ready (job_id, pool, since)
    select id, pool, ready_at from job where pipeline_id = ${pipelineId} and state = 'ready'`);
  return [...new Set(made.filter((job) => job.state === 'ready').map((job) => job.pool))];
}
