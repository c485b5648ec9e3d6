// Registered repositories, problems with reaching them, and when they are looked at again.
import { rename } from 'node:fs/promises';
import { Refused } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import {
  addRepo,
  getRepo,
  listPushes,
  listRepos,
  lookAtDue,
  removeRepo,
  sweepMirrors,
  treeAtPush,
} from '../../src/source/index.ts';
import { looking } from './looking.ts';

test('adding the same repository again changes nothing', async () => {
  const { db, repo, sample, look, pushes } = await looking();
  await look();
  const before = await getRepo(db, 'app');
  expect(await addRepo(db, { name: 'app', url: sample.path, pollSeconds: 60 })).toEqual(before);
  expect(before.id).toBe(repo.id);
  await look();
  expect(await pushes()).toHaveLength(1);
});

test('a repository may move to another address; what it held already is no news', async () => {
  const { db, sample, look, pushes, mirrors } = await looking();
  await look();
  await sample.push();
  await addRepo(db, { name: 'app', url: sample.barePath, pollSeconds: 5 });
  expect(await getRepo(db, 'app')).toMatchObject({ url: sample.barePath, pollSeconds: 5, lastLookAt: null });
  await look();
  expect(await pushes()).toHaveLength(1);
  const revision = await sample.commit();
  await sample.push();
  await look();
  expect((await pushes())[1]).toMatchObject({ kind: 'forward', revision });
  expect(await mirrors.of('app', sample.path).exists()).toBe(false);
});

test('a repository is removed with its pushes, and its mirror with it', async () => {
  const { db, repo, sample, look, mirrors } = await looking();
  await look();
  await sweepMirrors(db, mirrors);
  expect(await mirrors.of('app', sample.path).exists()).toBe(true);
  await removeRepo(db, 'app');
  expect(await listRepos(db)).toEqual([]);
  expect(await look()).toEqual({ pushIds: [], ignored: `repository ${repo.id} was removed` });
  await sweepMirrors(db, mirrors);
  expect(await mirrors.of('app', sample.path).exists()).toBe(false);
  await expect(removeRepo(db, 'app')).rejects.toThrow(Refused);
  await expect(getRepo(db, 'app')).rejects.toMatchObject({ code: 'repo-not-found' });
});

test('a password in an address is never shown', async () => {
  const { db } = await looking();
  const added = await addRepo(db, { name: 'private', url: 'https://ci:s3cret@example.org/x.git', pollSeconds: 0 });
  expect(added.url).toBe('https://example.org/x.git');
  expect((await listRepos(db)).map(({ url }) => url)).not.toContain('s3cret');
  expect(JSON.stringify(await listRepos(db))).not.toContain('s3cret');
});

test.each(['ext::sh -c id', '--upload-pack=id', 'ssh://-oProxyCommand=id/x', '/a\nb'])(
  '%j cannot be added',
  async (url) => {
    const { db } = await looking();
    await expect(addRepo(db, { name: 'bad', url, pollSeconds: 60 })).rejects.toMatchObject({ code: 'bad-url' });
    expect(await listRepos(db)).toHaveLength(1);
  },
);

test('a repository that cannot be read says why, is asked less and less often, and recovers', async () => {
  const { db, repo, sample, look, hints, pushes } = await looking({ pollSeconds: 10 });
  await look();
  hints.length = 0;
  await rename(sample.path, `${sample.path}-away`);
  await expect(look()).rejects.toThrow(/git ls-remote/);
  await expect(look({ branch: 'main' })).rejects.toThrow(/git .*fetch/);
  expect((await getRepo(db, 'app')).problem).toMatch(/^Cannot read .*: there is no git repository there/);
  expect(hints).toContain(`repo:${repo.id}`);
  const wait = async () => {
    const [row] = await db.query<{ seconds: number }>(sql`
      select round(extract(epoch from next_look_at - now()))::int as seconds from repo where id = ${repo.id}`);
    return row?.seconds;
  };
  expect(await wait()).toBe(10);
  await db.query(sql`update repo set last_look_at = now() - interval '10 minutes' where id = ${repo.id}`);
  await expect(look()).rejects.toThrow();
  expect(await wait()).toBe(300);
  await db.query(sql`update repo set last_look_at = now() - interval '10 days' where id = ${repo.id}`);
  await expect(look()).rejects.toThrow();
  expect(await wait()).toBe(3600);

  await rename(`${sample.path}-away`, sample.path);
  await sample.commit();
  await look();
  expect((await getRepo(db, 'app')).problem).toBeNull();
  expect(await wait()).toBe(10);
  expect(await pushes()).toHaveLength(2);
});

test('each due repository is taken by one of the servers that ask', async () => {
  const { db } = await looking({ pollSeconds: 60 });
  for (let count = 0; count < 20; count += 1) {
    await addRepo(db, { name: `r${count}`, url: `/srv/${count}`, pollSeconds: count % 2 === 0 ? 60 : 0 });
  }
  const asked: number[] = [];
  const ask = async (repoId: number) => void asked.push(repoId);
  await Promise.all([lookAtDue(db, ask), lookAtDue(db, ask), lookAtDue(db, ask)]);
  await lookAtDue(db, ask);
  expect(asked).toHaveLength(11);
  expect(new Set(asked).size).toBe(11);
});

test('pushes are listed by page and by branch', async () => {
  const { db, repo, sample, look } = await looking();
  await look();
  for (let count = 0; count < 4; count += 1) {
    await sample.commit();
    await look();
  }
  await sample.git('branch', 'side');
  await look();
  const page = { branch: 'main', before: null, limit: 3 };
  const first = await listPushes(db, repo.id, page);
  const second = await listPushes(db, repo.id, { ...page, before: Number(first.next) });
  expect([first.items.length, second.items.length, second.next]).toEqual([3, 2, null]);
  const ids = [...first.items, ...second.items].map(({ id }) => id);
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
  expect((await listPushes(db, repo.id, { ...page, branch: 'side' })).items).toHaveLength(1);
  expect((await listPushes(db, repo.id, { ...page, branch: null, limit: 50 })).items).toHaveLength(6);
});

test('a file is read at the commit of a push, by a server that has never seen the repository, too', async () => {
  const { db, repo, sample, look, mirrors, anotherServer } = await looking();
  const revision = await sample.commit({
    files: { '.signalbox.yml': 'version: 1\n', 'big.txt': 'x'.repeat(2_000_000) },
  });
  await look();
  const other = await anotherServer();
  for (const parts of [
    { db, mirrors },
    { db, mirrors: other.mirrors },
  ]) {
    const read = (path: string) => treeAtPush(parts, repo.id, revision).read(path);
    expect(await read('.signalbox.yml')).toEqual({ kind: 'text', text: 'version: 1\n' });
    expect(await read('none.yml')).toEqual({ kind: 'absent' });
    expect(await read('big.txt')).toEqual({ kind: 'unreadable', says: expect.stringContaining('2000000 bytes') });
  }
  const gone = await treeAtPush({ db, mirrors }, repo.id, 'e'.repeat(40)).read('.signalbox.yml');
  expect(gone).toEqual({ kind: 'unreadable', says: `Commit ${'e'.repeat(40)} is no longer in the repository.` });
});
