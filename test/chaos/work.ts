// What people do while chaos reigns: they push, start, cancel and run again. Each act is repeated until a server has taken it,
// and what was taken is what must be there in the end.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '@signalbox/protocol';
import { sql } from '../../packages/server/src/base/index.ts';
import { sampleRepository } from '../kit/git.ts';
import { until } from '../kit/wait.ts';
import { configOf, type JobPlan, printScript } from './jobs.ts';
import type { Asked } from './judge.ts';
import type { PlannedWork } from './schedule.ts';
import type { World } from './world.ts';

export type Work = {
  readonly asked: Asked;
  /** Starts servers and workers, and makes the repository known. */
  begin(): Promise<void>;
  add(item: PlannedWork, say: (line: string) => void): Promise<void>;
  /** Pushes these jobs on a branch of their own; gives the revision. */
  push(jobs: readonly JobPlan[]): Promise<string>;
  close(): Promise<void>;
};

const repo = 'chaos';

export async function workOf(world: World, seed: number): Promise<Work> {
  const { db, directory } = world;
  const repository = await sampleRepository();
  const asked = {
    plans: new Map<string, readonly JobPlan[]>(),
    started: new Set<string>(),
    cancelled: new Set<number>(),
  };
  let branches = 0;
  let starts = 0;

  const push = async (jobs: readonly JobPlan[]) => {
    const branch = `chaos-${++branches}`;
    await repository.branch(branch);
    const files = { '.signalbox.yml': configOf(jobs, directory) };
    const revision = await repository.commit({ files, message: `Chaos number ${branches}` });
    await repository.push(branch);
    asked.plans.set(revision, jobs);
    const body = { branch, revision, before: '0'.repeat(40) };
    await world.ask((client) => client.call('report-push', { params: { repo }, body }));
    return revision;
  };
  const start = async (which: number, isRepeated: boolean) => {
    const pushes = await db.query<{ id: number }>(sql`
      select id from push where revision = any (${[...asked.plans.keys()]}::text[]) order by id`);
    const one = pushes[Math.floor(which * pushes.length)];
    if (!one) return;
    const requestId = uuidOf(`${seed}/start ${++starts}`);
    const call = { params: { push: one.id }, body: { requestId } };
    asked.started.add(requestId);
    for (let times = isRepeated ? 2 : 1; times > 0; times -= 1) {
      await world.ask((client) => client.call('start-pipeline', call));
    }
  };
  const cancel = async (which: number) => {
    const open = await db.query<{ id: number }>(sql`select id from pipeline where finished_at is null order by id`);
    const one = open[Math.floor(which * open.length)];
    if (!one) return;
    asked.cancelled.add(one.id);
    await world.ask((client) => client.call('cancel-pipeline', { params: { pipeline: one.id } }));
  };
  const rerun = async (which: number) => {
    const done = await db.query<{ id: number }>(sql`
      select id from job where state = 'done' and verdict in ('passed', 'failed', 'cancelled') order by id`);
    const one = done[Math.floor(which * done.length)];
    if (!one) return;
    await world.ask((client) => client.call('rerun-job', { params: { job: one.id } })).catch(unlessRefused);
  };

  return {
    asked,
    push,
    async begin() {
      await mkdir(join(directory, 'journal'), { recursive: true });
      await writeFile(join(directory, 'print.sh'), printScript);
      const bare = await repository.bare();
      await repository.push('main');
      await Promise.all(world.servers.map(({ station }) => station.start()));
      await Promise.all(world.workers.map(({ station }) => station.start()));
      // No polling: what a hook told must be enough.
      await world.person(0).call('add-repo', { params: { repo }, body: { url: bare, pollSeconds: 0 } });
      const looked = async () => (await world.person(0).call('get-repo', { params: { repo } })).lastLookAt;
      await until('the first look', looked, { seconds: 60 });
    },
    async add(item, say) {
      say(item.kind === 'push' ? `push of ${item.jobs.length} jobs` : item.kind);
      // While the kit's own look at the database breaks with PostgreSQL, it waits, too.
      const act = () => {
        switch (item.kind) {
          case 'push':
            return push(item.jobs);
          case 'start':
            return start(item.which, item.isRepeated);
          case 'cancel':
            return cancel(item.which);
          case 'rerun':
            return rerun(item.which);
          default:
            return item satisfies never;
        }
      };
      await act();
    },
    close: () => repository.remove(),
  };
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}

/** The same for the same text. */
function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
