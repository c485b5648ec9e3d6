// Jobs that come through the API: what their caller left out is filled in, and they are submitted like those of a plan.
import type { JobSubmission, PipelineSubmission, SubmittedJobs } from '@signalbox/protocol';
import { Refused } from '@signalbox/protocol';
import { type Db, gather, type Live, sql, type Tx } from '../base/index.ts';
import {
  type AddAsked,
  type Added,
  addJobs,
  addMemory,
  checkNeeds,
  type QueueLimits,
  type SubmittedJob,
  submit,
} from '../queue/index.ts';
import { getPush } from '../source/index.ts';
import { branchLevel } from './branch-level.ts';

export type SubmitJobs = {
  /** Repeating a request id gives the same pipeline. @throws Refused not-found, bad-request */
  submit(
    pushId: number,
    asked: PipelineSubmission,
    also: (tx: Tx, pipelineId: number) => Promise<void>,
  ): Promise<SubmittedJobs>;
  /** @throws Refused not-found, cannot-add, bad-request */
  add(pipelineId: number, jobs: readonly JobSubmission[]): Promise<SubmittedJobs>;
};
export type SubmitJobsParts = { readonly db: Db; readonly live: Live; readonly limits: QueueLimits };

/** Calls whose jobs go in one transaction. */
const batch = 50;

export function createSubmitJobs({ db, live, limits }: SubmitJobsParts): SubmitJobs {
  const memory = addMemory();
  const adding = gather<AddAsked, Added>(batch, (asked) => addJobs(db, asked, limits, memory));
  return {
    async submit(pushId, asked, also) {
      const push = await getPush(db, pushId);
      if (push.revision === null)
        throw new Refused('bad-request', `Push ${pushId} deleted its branch: there is nothing to build.`);
      const jobs = asked.jobs.map(submittedJob);
      const wrong = checkNeeds(jobs, new Set());
      if (wrong) throw wrong;
      const { id: repoId } = await repoOf(db, pushId);
      const submission = {
        pushId,
        cause: asked.cause ?? 'api',
        requestKey: asked.requestId,
        level: await branchLevel(db, repoId, push.branch),
        person: asked.person ?? null,
        keepOpen: asked.keepOpen ?? false,
        leftOut: [],
        problem: null,
        jobs,
      } as const;
      const { pipelineId, topics } = await submit(db, submission, limits, also);
      live.hint(`repo:${repoId}`, ...topics);
      const made = await db.query<{ id: number; name: string }>(sql`
        select id, name from job where pipeline_id = ${pipelineId} order by id`);
      return { pipelineId, jobs: made };
    },
    async add(pipelineId, jobs) {
      const added = await adding({ pipelineId, jobs: jobs.map(submittedJob) });
      if ('refused' in added) throw added.refused;
      live.hint(...added.topics);
      return { pipelineId, jobs: added.jobs.map(({ id, name }) => ({ id, name })) };
    },
  };
}

async function repoOf(db: Db, pushId: number): Promise<{ id: number }> {
  const [row] = await db.query<{ id: number }>(sql`select repo_id as id from push where id = ${pushId}`);
  if (!row) throw new Refused('not-found', `There is no push ${pushId}.`);
  return row;
}

/** @throws Refused bad-request for a gate that would also run something, or a job that runs nothing */
export function submittedJob(job: JobSubmission): SubmittedJob {
  const { name, pool = 'default', needs = [], attempts = 3, order = {}, attributes = {} } = job;
  if (order.gate && job.steps.length > 0) {
    throw new Refused('bad-request', `Job "${name}" is a gate: it runs nothing, so it has no steps.`);
  }
  return {
    name,
    pool,
    needs,
    attempts,
    order,
    attributes: { template: name, platform: null, variant: null, group: null, symbol: name.slice(0, 4), ...attributes },
    spec: {
      steps: job.steps.map((step, index) => ({
        name: step.name ?? `Step ${index + 1}`,
        script: step.script,
        shell: step.shell ?? 'sh',
        always: step.always ?? false,
        mayFail: step.mayFail ?? false,
        timeoutSeconds: step.timeoutSeconds ?? job.timeoutSeconds ?? 3600,
        silentSeconds: step.silentSeconds ?? 1200,
      })),
      env: job.env ?? {},
      checkout: job.checkout ?? true,
      artifacts: job.artifacts ?? [],
      secrets: job.secrets ?? [],
      timeoutSeconds: job.timeoutSeconds ?? 3600,
    },
  };
}
