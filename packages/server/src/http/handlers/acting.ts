// What people and hooks do: register repositories, report pushes, start, cancel and rerun. Each act is in the audit.
import { Refused } from '@signalbox/protocol';
import { audit } from '../../access/index.ts';
import type { Db, Live, Tell } from '../../base/index.ts';
import type { SettlePipelines } from '../../flow/settle-pipelines.ts';
import { cancelJob, cancelPipeline, rerunJob } from '../../queue/index.ts';
import { addRepo, checkReport, getRepo, removeRepo } from '../../source/index.ts';
import type { Handlers } from '../handler.ts';
import { readBrief, readPush } from '../views/lists.ts';

type Ids =
  | 'add-repo'
  | 'remove-repo'
  | 'report-push'
  | 'start-pipeline'
  | 'cancel-pipeline'
  | 'cancel-job'
  | 'rerun-job';

export type ActingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly tell: Tell;
  readonly settlePipelines: SettlePipelines;
};

export function actingHandlers({ db, live, tell, settlePipelines }: ActingParts): Handlers<Ids> {
  return {
    async 'add-repo'({ params, body, caller }) {
      const repo = await db.transaction(async (tx) => {
        const { url, pollSeconds = 60, branchLevels } = body;
        const added = await addRepo(tx, { name: params.repo, url, pollSeconds, branchLevels });
        await tell(tx, 'look-asked', { repoId: added.id }, { line: `repo-${added.id}` });
        await audit(tx, caller.name, 'repo.add', params.repo, {
          url: added.url,
          pollSeconds: added.pollSeconds,
          branchLevels: added.branchLevels.map(({ pattern, level }) => `${pattern}=${level}`),
        });
        return added;
      });
      live.hint('repos');
      return repo;
    },
    async 'remove-repo'({ params, caller }) {
      await db.transaction(async (tx) => {
        await removeRepo(tx, params.repo);
        await audit(tx, caller.name, 'repo.remove', params.repo, {});
      });
      live.hint('repos');
      return {};
    },
    async 'report-push'({ params, body }) {
      const repo = await getRepo(db, params.repo);
      // Whoever says it hears of the mistake now; later nobody would.
      checkReport(body);
      await db.transaction((tx) =>
        tell(tx, 'look-asked', { repoId: repo.id, report: body }, { line: `repo-${repo.id}` }),
      );
      return {};
    },
    async 'start-pipeline'({ params, body, caller }) {
      const { push } = await readPush(db, params.push);
      if (push.revision === null)
        throw new Refused('bad-request', `Push ${push.id} deleted its branch: there is nothing to build.`);
      await db.transaction(async (tx) => {
        await tell(tx, 'plan-asked', { pushId: push.id, cause: 'manual', requestKey: body.requestId });
        await audit(tx, caller.name, 'pipeline.start', `push ${push.id}`, { requestId: body.requestId });
      });
      return {};
    },
    async 'cancel-pipeline'({ params, caller }) {
      const cancelled = await db.transaction(async (tx) => {
        const done = await cancelPipeline(tx, params.pipeline, caller.name);
        await audit(tx, caller.name, 'pipeline.cancel', `pipeline ${params.pipeline}`, { jobs: done.count });
        return done;
      });
      live.hint(...cancelled.topics);
      settlePipelines(cancelled.pipelineIds);
      return { cancelled: cancelled.count };
    },
    async 'cancel-job'({ params, caller }) {
      const cancelled = await db.transaction(async (tx) => {
        const done = await cancelJob(tx, params.job, caller.name);
        await audit(tx, caller.name, 'job.cancel', `job ${params.job}`, {});
        return done;
      });
      live.hint(...cancelled.topics);
      settlePipelines(cancelled.pipelineIds);
      return readBrief(db, params.job);
    },
    async 'rerun-job'({ params, caller }) {
      const again = await db.transaction(async (tx) => {
        const done = await rerunJob(tx, params.job);
        await audit(tx, caller.name, 'job.rerun', `job ${params.job}`, {});
        return done;
      });
      live.hint(...again.topics);
      return readBrief(db, params.job);
    },
  };
}
