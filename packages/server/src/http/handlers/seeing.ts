// What people look at: repositories, the grid, pushes, jobs, artifacts, workers, and the hints that keep pages live.
import type { Db, Live } from '../../base/index.ts';
import type { DiskRoom } from '../../flow/disk-room.ts';
import { explainJob, listPools, listWorkers, type QueueLimits } from '../../queue/index.ts';
import { type ArchiveStore, openArtifact, type RecordLimits } from '../../record/index.ts';
import { getRepo, listPushes, listRepos } from '../../source/index.ts';
import { cursorOf } from '../cursor.ts';
import type { Handlers } from '../handler.ts';
import { parseTopics, streamHints } from '../live/stream.ts';
import { sayWatched, type Watched } from '../live/watched.ts';
import { sendFile } from '../send-file.ts';
import { readGrid } from '../views/grid.ts';
import { readJob, readRun } from '../views/job.ts';
import { listJobs, readPipeline, readPush } from '../views/lists.ts';

type Ids =
  | 'list-repos'
  | 'get-repo'
  | 'get-grid'
  | 'list-pushes'
  | 'get-push'
  | 'get-pipeline'
  | 'list-jobs'
  | 'get-job'
  | 'get-run'
  | 'get-artifact'
  | 'list-workers'
  | 'list-pools'
  | 'explain-job'
  | 'live';

export type SeeingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly store: ArchiveStore;
  readonly watched: Watched;
  readonly disk: DiskRoom;
  readonly queueLimits: QueueLimits;
  readonly recordLimits: RecordLimits;
};

export function seeingHandlers(parts: SeeingParts): Handlers<Ids> {
  const { db, live, store, watched, disk, queueLimits, recordLimits } = parts;
  const { leaseSeconds } = queueLimits;
  return {
    'explain-job': ({ params }) => explainJob(db, params.job, queueLimits, disk.blockers()),
    'list-repos': async () => ({ items: await listRepos(db) }),
    'get-repo': ({ params }) => getRepo(db, params.repo),
    async 'get-grid'({ params, query }) {
      const repo = await getRepo(db, params.repo);
      return readGrid(db, repo, {
        branch: query.branch ?? null,
        before: cursorOf(query.cursor),
        limit: query.limit ?? 20,
      });
    },
    async 'list-pushes'({ params, query }) {
      const repo = await getRepo(db, params.repo);
      return listPushes(db, repo.id, {
        branch: query.branch ?? null,
        before: cursorOf(query.cursor),
        limit: query.limit ?? 50,
      });
    },
    'get-push': ({ params }) => readPush(db, params.push),
    'get-pipeline': ({ params }) => readPipeline(db, params.pipeline),
    'list-jobs': ({ query }) => listJobs(db, { ...query, before: cursorOf(query.cursor), limit: query.limit ?? 50 }),
    'get-job': ({ params }) => readJob(db, params.job, queueLimits, recordLimits.historySeconds, disk.blockers()),
    'get-run': ({ params }) => readRun(db, params.run, recordLimits.historySeconds),
    async 'get-artifact'({ params, reply, request }) {
      return sendFile(request, reply, await openArtifact(db, store, params.run, params['*']));
    },
    'list-workers': async () => ({ items: await listWorkers(db, leaseSeconds) }),
    'list-pools': async () => ({ items: await listPools(db, leaseSeconds) }),
    live({ query, reply }) {
      const topics = parseTopics(query.topics);
      const runIds = topics.filter((topic) => topic.startsWith('run:')).map((topic) => Number(topic.slice(4)));
      return streamHints(reply, live, topics, () => {
        if (runIds.length > 0) sayWatched(db, watched, runIds).catch(() => undefined);
      });
    },
  };
}
