// Revives what was skipped because of a job that is open again: asked for anew, or taken up by the worker that was given up.
import { sql, type Tx } from '../base/index.ts';

export type PipelineJobs = {
  readonly jobs: readonly {
    readonly id: number;
    readonly name: string;
    readonly state: string;
    readonly verdict: string | null;
    readonly reasonCode: string | null;
  }[];
  readonly edges: readonly { readonly from: number; readonly to: number }[];
};

/** All of them, in id order: no end of another job may slip in between the look and the write. The pipeline is locked before. */
export async function lockPipelineJobs(tx: Tx, pipelineId: number): Promise<PipelineJobs> {
  const jobs = await tx.query<PipelineJobs['jobs'][number]>(sql`
    select id, name, state, verdict, reason ->> 'code' as "reasonCode" from job
    where pipeline_id = ${pipelineId} order by id for update`);
  const edges = await tx.query<PipelineJobs['edges'][number]>(sql`
    select from_job as "from", to_job as "to" from edge join job on job.id = edge.to_job where job.pipeline_id = ${pipelineId}`);
  return { jobs, edges };
}

/** `found`: as it was before `jobId` was opened again; it is open now. Returns the jobs that wait again. */
export async function revive(tx: Tx, jobId: number, found: PipelineJobs): Promise<number[]> {
  const revived = revivedBy(jobId, found);
  await tx.query(sql`
    update job
    set state = 'waiting', verdict = null, reason = null, finished_at = null, errored_count = 0,
        missing = (select count(*) from edge join job as need on need.id = edge.from_job
                   where edge.to_job = job.id and need.verdict is distinct from 'passed')
    where id = any (${revived}::bigint[])`);
  // The jobs revived above count needs that this same statement sees as skipped still: both are `not passed`, so the count is right.
  // What still waits for this job had counted it as met if it had passed: it is missing again.
  await tx.query(sql`
    update job
    set missing = (select count(*) from edge join job as need on need.id = edge.from_job
                   where edge.to_job = job.id and need.verdict is distinct from 'passed')
    where state = 'waiting' and id in (select to_job from edge where from_job = ${jobId})`);
  return revived;
}

/** What was skipped for a failed need and can run after all once `jobId` passes: every need has passed, is open, or is revived too. */
function revivedBy(jobId: number, { jobs, edges }: PipelineJobs): number[] {
  const open = new Set(jobs.filter((job) => job.state !== 'done' || job.verdict === 'passed').map((job) => job.id)).add(
    jobId,
  );
  const revived: number[] = [];
  for (let grown = true; grown; ) {
    grown = false;
    for (const job of jobs) {
      const wasSkipped = job.verdict === 'skipped' && job.reasonCode === 'need-failed' && !open.has(job.id);
      if (wasSkipped && edges.every((edge) => edge.to !== job.id || open.has(edge.from))) {
        open.add(job.id);
        revived.push(job.id);
        grown = true;
      }
    }
  }
  return revived;
}
