// Who comes next, and who must wait: jobs of one's own, priorities, gates, pauses, groups, pools, holds. Each act is in the audit,
// but for jobs that are added to a pipeline: they may come by the thousand, and whose pipeline it is, its submission says.
import { audit } from '../../access/index.ts';
import type { Db, Live } from '../../base/index.ts';
import type { SettlePipelines } from '../../flow/settle-pipelines.ts';
import type { SubmitJobs } from '../../flow/submit-jobs.ts';
import {
  answerGate,
  closePipeline,
  holdWorker,
  letWorkerGo,
  listGroups,
  listPauses,
  pause,
  type QueueLimits,
  raiseJob,
  readGroup,
  readPool,
  readWorker,
  resume,
  setGroup,
  setPool,
} from '../../queue/index.ts';
import { getRepo } from '../../source/index.ts';
import type { Handlers } from '../handler.ts';
import { readBrief } from '../views/lists.ts';

type Ids =
  | 'list-pauses'
  | 'list-groups'
  | 'submit-pipeline'
  | 'add-jobs'
  | 'close-pipeline'
  | 'raise-job'
  | 'answer-gate'
  | 'pause'
  | 'resume'
  | 'set-group'
  | 'set-pool'
  | 'hold-worker'
  | 'let-worker-go';

export type OrderingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly queueLimits: QueueLimits;
  readonly submitJobs: SubmitJobs;
  readonly settlePipelines: SettlePipelines;
};

export function orderingHandlers(parts: OrderingParts): Handlers<Ids> {
  const { db, live, queueLimits, submitJobs, settlePipelines } = parts;
  const { leaseSeconds } = queueLimits;
  return {
    'list-pauses': async () => ({ items: await listPauses(db) }),
    async 'list-groups'({ params }) {
      return { items: await listGroups(db, (await getRepo(db, params.repo)).id) };
    },
    'submit-pipeline': ({ params, body, caller }) =>
      submitJobs.submit(params.push, body, (tx, pipelineId) =>
        audit(tx, caller.name, 'pipeline.submit', `pipeline ${pipelineId}`, {
          push: params.push,
          jobs: body.jobs.length,
        }),
      ),
    'add-jobs': ({ params, body }) => submitJobs.add(params.pipeline, body.jobs),
    async 'close-pipeline'({ params, caller }) {
      await db.transaction(async (tx) => {
        const closed = await closePipeline(tx, params.pipeline);
        if (closed) await audit(tx, caller.name, 'pipeline.close', `pipeline ${params.pipeline}`, {});
      });
      settlePipelines([params.pipeline]);
      return {};
    },
    async 'raise-job'({ params, body, caller }) {
      const topics = await db.transaction(async (tx) => {
        const raised = await raiseJob(tx, params.job, body.priority, queueLimits);
        await audit(tx, caller.name, 'job.raise', `job ${params.job}`, { priority: body.priority });
        return raised;
      });
      live.hint(...topics);
      return readBrief(db, params.job);
    },
    async 'answer-gate'({ params, body, caller }) {
      const answered = await db.transaction(async (tx) => {
        const done = await answerGate(tx, params.job, { ...body, by: caller.name });
        if (done.topics.length > 0) {
          await audit(tx, caller.name, `gate.${body.answer}`, `job ${params.job}`, { comment: body.comment ?? null });
        }
        return done;
      });
      live.hint(...answered.topics);
      settlePipelines([answered.pipelineId]);
      return readBrief(db, params.job);
    },
    async pause({ body, caller }) {
      const paused = await db.transaction(async (tx) => {
        const made = await pause(tx, body, caller.name);
        await audit(tx, caller.name, 'order.pause', targetOf(made), { reason: body.reason });
        return made;
      });
      live.hint('order-changed', 'pauses');
      return paused;
    },
    async resume({ params, caller }) {
      await db.transaction(async (tx) => {
        const resumed = await resume(tx, params.pause);
        if (resumed) await audit(tx, caller.name, 'order.resume', targetOf(resumed), { reason: resumed.reason });
      });
      live.hint('order-changed', 'pauses');
      return {};
    },
    async 'set-group'({ params, body, caller }) {
      const repo = await getRepo(db, params.repo);
      const topics = await db.transaction(async (tx) => {
        const set = await setGroup(tx, { repoId: repo.id, name: params.group, slots: body.slots, by: caller.name });
        await audit(tx, caller.name, 'group.set', `${params.repo} ${params.group}`, { slots: body.slots });
        return set;
      });
      live.hint('groups', ...topics);
      return readGroup(db, repo.id, params.group);
    },
    async 'set-pool'({ params, body, caller }) {
      await db.transaction(async (tx) => {
        await setPool(tx, params.pool, body.waitBudgetSeconds);
        await audit(tx, caller.name, 'pool.set', `pool ${params.pool}`, { ...body });
      });
      live.hint('order-changed', 'workers');
      return readPool(db, params.pool, leaseSeconds);
    },
    async 'hold-worker'({ params, body, caller }) {
      await db.transaction(async (tx) => {
        await holdWorker(tx, params.worker, body, caller.name);
        await audit(tx, caller.name, `worker.${body.kind}`, `worker ${params.worker}`, { reason: body.reason });
      });
      live.hint('workers', `worker-changed:${params.worker}`);
      return readWorker(db, params.worker, leaseSeconds);
    },
    async 'let-worker-go'({ params, caller }) {
      await db.transaction(async (tx) => {
        await letWorkerGo(tx, params.worker);
        await audit(tx, caller.name, 'worker.let-go', `worker ${params.worker}`, {});
      });
      live.hint('workers', `worker-changed:${params.worker}`);
      return readWorker(db, params.worker, leaseSeconds);
    },
  };
}

const targetOf = ({ kind, pool, repo, branch, lane }: Awaited<ReturnType<typeof listPauses>>[number]): string =>
  [kind, pool, repo, branch, lane].filter(Boolean).join(' ');
