// Several servers look at the same repository at once, each with a mirror of its own: one row for each push.
import { expect, test } from 'vitest';
import { looking } from './looking.ts';

test('servers that race for the first look make one push', async () => {
  const { look, repo, pushes, told, anotherServer } = await looking();
  const others = await Promise.all([anotherServer(), anotherServer(), anotherServer()]);
  const looked = await Promise.all([look(), ...others.map((server) => server.look(repo.id))]);
  expect(looked.flatMap(({ pushIds }) => pushIds)).toHaveLength(1);
  expect(await pushes()).toHaveLength(1);
  expect(told).toHaveLength(1);
});

test('servers that race for pushes of several branches record each once', async () => {
  const { sample, look, repo, pushes, told, anotherServer } = await looking();
  await look();
  const others = await Promise.all([anotherServer(), anotherServer(), anotherServer()]);
  for (let round = 0; round < 4; round += 1) {
    await sample.commit();
    await sample.git('branch', `branch-${round}`);
    await Promise.all([look(), look({ branch: 'main' }), ...others.map((server) => server.look(repo.id))]);
  }
  const made = (await pushes()).map(({ branch, revision }) => `${branch} ${revision}`);
  expect(made).toHaveLength(1 + 4 + 4);
  expect(new Set(made).size).toBe(made.length);
  expect(new Set(told).size).toBe(made.length);
});

test('reports that race with each other and with polls keep the line unbroken', async () => {
  const { sample, look, repo, pushes, anotherServer, commitAndReport } = await looking();
  await look();
  const other = await anotherServer();
  const reports = [];
  for (let count = 0; count < 5; count += 1) reports.push(await commitAndReport());
  await Promise.all(reports.flatMap((report) => [look(report), other.look(repo.id, report)]));
  await look();
  const made = await pushes();
  const head = await sample.git('rev-parse', 'HEAD');
  expect(made.at(-1)?.revision).toBe(head);
  for (const [index, push] of made.entries()) expect(push.before).toBe(made[index - 1]?.revision ?? null);
  expect(new Set(made.map(({ revision }) => revision)).size).toBe(made.length);
});

test('a look that was overtaken does not take its old news for a rewrite', async () => {
  const { db, sample, repo, look, told, pushes, openServer } = await looking();
  await look();
  await sample.commit();
  let overtaken = false;
  const slow = await openServer({
    ...db,
    // Between what it saw and what it writes, the branch moves on, and another server records that.
    async transaction(work) {
      if (!overtaken) {
        overtaken = true;
        await sample.commit();
        await look();
      }
      return db.transaction(work);
    },
  });
  expect(await slow.look(repo.id)).toMatchObject({ pushIds: [] });
  expect((await pushes()).map(({ kind, commitCount }) => [kind, commitCount])).toEqual([
    ['created', 1],
    ['forward', 2],
  ]);
  expect(told).toHaveLength(2);
});

test('a first look that was overtaken does not take its old news for a rewrite', async () => {
  const { db, sample, repo, look, pushes, openServer } = await looking();
  let overtaken = false;
  const slow = await openServer({
    ...db,
    async transaction(work) {
      if (!overtaken) {
        overtaken = true;
        await sample.commit();
        await look();
      }
      return db.transaction(work);
    },
  });
  expect(await slow.look(repo.id)).toMatchObject({ pushIds: [] });
  expect((await pushes()).map(({ kind, commitCount }) => [kind, commitCount])).toEqual([['created', 2]]);
});

test('a server whose mirror never saw what was rewritten away records the rewrite', async () => {
  const { sample, look, repo, pushes, anotherServer } = await looking();
  const before = await sample.commit();
  await look();
  await sample.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'Better');
  const other = await anotherServer();
  await other.look(repo.id);
  expect((await pushes())[1]).toMatchObject({ kind: 'rewritten', before });

  // Now the remote has forgotten it altogether.
  const kept = await sample.git('rev-parse', 'HEAD');
  await sample.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'Best');
  await sample.git('reflog', 'expire', '--expire=now', '--all');
  await sample.git('gc', '--quiet', '--prune=now');
  await (await anotherServer()).look(repo.id);
  expect((await pushes())[2]).toMatchObject({ kind: 'rewritten', before: kept });
});

for (const when of ['askRemote', 'fetch'] as const) {
  test(`the first push of all that comes just before the first look's ${when} is recorded`, async () => {
    const { sample, repo, mirrors, look, pushes } = await looking({ empty: true });
    const mirror = mirrors.of('app', repo.url);
    const asked = mirror[when].bind(mirror) as (signal?: AbortSignal) => Promise<never>;
    let committed: Promise<string> | undefined;
    mirror[when] = async (signal?: AbortSignal) => {
      committed ??= sample.commit({ message: 'The very first' });
      await committed;
      return asked(signal);
    };
    await look();
    await look();
    expect(await pushes()).toMatchObject([{ branch: 'main', revision: await committed }]);
  });
}
