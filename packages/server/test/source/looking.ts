// A database, a real repository and a mirror directory of its own, and a look at them: what every test of this room needs.
import { onTestFinished } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.ts';
import { type SampleRepository, sampleRepository } from '../../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import type { Db, Tell } from '../../src/base/index.ts';
import { openMirrors } from '../../src/forges/index.ts';
import { addRepo, listPushes, look, type Report } from '../../src/source/index.ts';

export type Looking = Awaited<ReturnType<typeof looking>>;

/** The repository is registered as `app`. */
export async function looking(options: { readonly empty?: boolean; readonly pollSeconds?: number } = {}) {
  const { db, drop } = await testDatabase();
  onTestFinished(drop);
  const sample = await sampleRepository({ empty: options.empty ?? false });
  onTestFinished(sample.remove);
  const repo = await addRepo(db, { name: 'app', url: sample.path, pollSeconds: options.pollSeconds ?? 60 });
  const told: number[] = [];
  const hints: string[] = [];
  const tell: Tell = async (_tx, topic, body) => {
    if (topic === 'push-received') told.push((body as { pushId: number }).pushId);
  };
  const live = { hint: (...topics: string[]) => void hints.push(...topics) };
  const server = await openServer(db, tell, live);
  return {
    db,
    sample,
    repo,
    mirrors: server.mirrors,
    /** Ids of pushes that were told, in order. */
    told,
    hints,
    look: (report?: Report) => server.look(repo.id, report),
    /** Another server: the same database, a disk of its own. */
    anotherServer: () => openServer(db, tell, live),
    openServer: (through: Db) => openServer(through, tell, live),
    pushes: () => pushesOf(db, repo.id),
    /** Commits as a person would, and says what a hook would say of it. */
    commitAndReport: (change?: Parameters<SampleRepository['commit']>[0]) => commitAndReport(sample, change),
  };
}

async function openServer(db: Db, tell: Tell, live: { hint(...topics: string[]): void }) {
  const mirrors = await openMirrors(await temporaryDirectory('mirrors'), { timeoutSeconds: 20 });
  onTestFinished(() => mirrors.close());
  return { mirrors, look: (repoId: number, report?: Report) => look({ db, tell, live, mirrors }, repoId, report) };
}

async function commitAndReport(sample: SampleRepository, change?: Parameters<SampleRepository['commit']>[0]) {
  const branch = await sample.git('symbolic-ref', '--short', 'HEAD');
  const before = await sample.git('rev-parse', 'HEAD');
  const revision = await sample.commit(change);
  return { branch, before, revision };
}

/** Oldest first, in few words. */
async function pushesOf(db: Db, repoId: number) {
  const { items } = await listPushes(db, repoId, { branch: null, before: null, limit: 200 });
  return items
    .map(({ branch, kind, before, revision, commitCount }) => ({ branch, kind, before, revision, commitCount }))
    .reverse();
}
