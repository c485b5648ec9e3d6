// Puts what an answer told into what the pages hold, so that an action is seen at once wherever its job is shown.
import type { Grid, JobBrief, JobDetail, PipelineWithJobs, PushDetail, RunDetail } from '@signalbox/protocol/browser';
import { withJob, withPipeline } from '../grid/rows.ts';
import { client } from './client.ts';
import { queries } from './queries.ts';

export function jobChanged(job: JobBrief): void {
  queries.setQueriesData<Grid>({ queryKey: ['grid'] }, (grid) => grid && withJob(grid, job));
  queries.setQueriesData<PushDetail>({ queryKey: ['push'] }, (detail) => detail && ofPush(detail, job));
  queries.setQueryData<JobDetail>(['job', job.id], (detail) => detail && { ...detail, job });
}

/** One pipeline is read again, instead of the whole grid that it stands in. */
export async function lookAtPipeline(pipeline: number): Promise<void> {
  const fresh = await client.call('get-pipeline', { params: { pipeline } });
  pipelineChanged(fresh);
}

export async function lookAtRun(jobId: number, run: number): Promise<void> {
  const fresh = await client.call('get-run', { params: { run } });
  queries.setQueryData<JobDetail>(
    ['job', jobId],
    (detail) => detail && { ...detail, runs: withRun(detail.runs, fresh) },
  );
}

function pipelineChanged(fresh: PipelineWithJobs): void {
  queries.setQueriesData<Grid>({ queryKey: ['grid'] }, (grid) => grid && withPipeline(grid, fresh));
}

function ofPush(detail: PushDetail, job: JobBrief): PushDetail {
  return {
    ...detail,
    pipelines: detail.pipelines.map((one) =>
      one.pipeline.id === job.pipelineId
        ? { ...one, jobs: one.jobs.map((old) => (old.id === job.id ? job : old)) }
        : one,
    ),
  };
}

function withRun(runs: RunDetail[], fresh: RunDetail): RunDetail[] {
  return runs.map((run) => (run.run.id === fresh.run.id ? fresh : run));
}
