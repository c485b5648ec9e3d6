// One look at what is watched, whatever it is: its jobs, whether it is done, and what the exit code then is.
import type { Client, JobBrief, Mistake, PipelineWithJobs } from '@signalbox/protocol/browser';
import { exitCode, exitCodeOfVerdict } from './exit-codes.ts';
import { clean } from './output.ts';

export type Watched = { readonly kind: 'job' | 'pipeline' | 'push'; readonly id: number };

export type Look = {
  readonly title: string;
  readonly jobs: readonly JobBrief[];
  readonly done: boolean;
  /** Of a pipeline that could not be planned. */
  readonly problems: readonly string[];
  /** Of a pipeline whose plan was warned. */
  readonly warnings: readonly string[];
  /** Meaningful once it is done. */
  readonly code: number;
  /** What to listen to. */
  readonly topics: readonly string[];
  readonly value: unknown;
};

export async function look(client: Client, watched: Watched): Promise<Look> {
  switch (watched.kind) {
    case 'job': {
      const detail = await client.call('get-job', { params: { job: watched.id } });
      const { job, push } = detail;
      const title = `${push.repo} ${push.branch}: ${clean(push.title)}`;
      const code = job.verdict ? exitCodeOfVerdict(job.verdict, job.reason) : exitCode('other');
      const topics = [`job:${job.id}`, `pipeline:${job.pipelineId}`];
      return { title, jobs: [job], done: job.verdict !== null, problems: [], warnings: [], code, topics, value: job };
    }
    case 'pipeline': {
      const found = await client.call('get-pipeline', { params: { pipeline: watched.id } });
      const title = `pipeline ${found.pipeline.id}, build ${found.pipeline.buildId}`;
      return { title, ...sum([found]), topics: [`pipeline:${watched.id}`], value: found };
    }
    case 'push': {
      const found = await client.call('get-push', { params: { push: watched.id } });
      const { push, pipelines } = found;
      const repo = await client.call('get-repo', { params: { repo: push.repo } });
      const topics = [`repo:${repo.id}`, ...pipelines.map(({ pipeline }) => `pipeline:${pipeline.id}`)];
      return { title: `${push.repo} ${push.branch}: ${clean(push.title)}`, ...sum(pipelines), topics, value: found };
    }
    default:
      return watched.kind satisfies never;
  }
}

function sum(pipelines: readonly PipelineWithJobs[]): Pick<Look, 'jobs' | 'done' | 'problems' | 'warnings' | 'code'> {
  const jobs = pipelines.flatMap((one) => one.jobs);
  // A push without a pipeline has not been planned yet.
  const done = pipelines.length > 0 && pipelines.every(({ pipeline }) => pipeline.finishedAt !== null);
  // A server of the version before tells no warnings.
  const warnings = pipelines.flatMap(({ pipeline }) => (pipeline.warnings ?? []).map((one) => `warning: ${told(one)}`));
  const code = Math.max(0, ...pipelines.map(codeOf));
  return { jobs, done, problems: pipelines.flatMap(problemsOf), warnings: [...new Set(warnings)], code };
}

/** The verdict of a pipeline has no reason of its own: it timed out when every job that failed did. */
function codeOf({ pipeline, jobs }: PipelineWithJobs): number {
  if (pipeline.problem) return exitCode('failed');
  if (!pipeline.verdict) return exitCode('other');
  const codes = jobs
    .filter((job) => job.verdict === 'failed' || job.verdict === 'errored')
    .map((job) => exitCodeOfVerdict(job.verdict!, job.reason));
  const timedOut = exitCode('timed-out');
  if (codes.length > 0 && codes.every((code) => code === timedOut)) return timedOut;
  return exitCodeOfVerdict(pipeline.verdict, null);
}

function problemsOf({ pipeline: { problem } }: PipelineWithJobs): string[] {
  switch (problem?.kind) {
    case undefined:
      return [];
    case 'no-configuration':
      return ['There is no .signalbox.yml at this commit: `signalbox init` writes one.'];
    case 'mistakes':
      return problem.mistakes.map(told);
    default:
      return problem satisfies never;
  }
}

const told = ({ file, line, column, message, hint }: Mistake): string =>
  `${file}:${line}:${column}: ${message}${hint ? ` ${hint}` : ''}`;
