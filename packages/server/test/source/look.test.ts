// A push to a real repository becomes a row, once, and says what kind of push it was.
import { expect, test } from 'vitest';
import { addRepo, getPush, getRepo, listBranches } from '../../src/source/index.ts';
import { looking } from './looking.ts';

const zeros = '0'.repeat(40);

test('the first look takes the branches as they are, and makes one push: of the default branch', async () => {
  const { sample, db, repo, look, pushes, told, hints } = await looking();
  const main = await sample.commit();
  for (const branch of ['old-1', 'old-2']) await sample.git('branch', branch, 'HEAD~1');
  const { pushIds } = await look();
  expect(await pushes()).toEqual([{ branch: 'main', kind: 'created', before: null, revision: main, commitCount: 2 }]);
  expect(told).toEqual(pushIds);
  expect(hints).toEqual([`repo:${repo.id}`]);
  expect((await listBranches(db, repo.id, 10)).map(({ name }) => name).sort()).toEqual(['main', 'old-1', 'old-2']);
  expect(await getRepo(db, 'app')).toMatchObject({
    defaultBranch: 'main',
    problem: null,
    lastLookAt: expect.any(String),
  });
});

test('a look that finds nothing new records nothing', async () => {
  const { look, pushes, told, hints } = await looking();
  await look();
  hints.length = 0;
  expect(await look()).toEqual({ pushIds: [], ignored: undefined });
  expect(await look({ branch: 'main' })).toEqual({ pushIds: [], ignored: undefined });
  expect(await pushes()).toHaveLength(1);
  expect(told).toHaveLength(1);
  expect(hints).toEqual([]);
});

test('a push shows its commits, its files and the newest message', async () => {
  const { sample, db, look } = await looking();
  await look();
  await sample.commit({ files: { 'a.txt': 'a' }, message: 'Add a' });
  const head = await sample.commit({ files: { 'b.txt': 'b' }, message: 'Add b\n\nAt last.', author: 'Grace' });
  const { pushIds } = await look();
  expect(await getPush(db, pushIds[0] ?? 0)).toMatchObject({
    repo: 'app',
    branch: 'main',
    kind: 'forward',
    revision: head,
    author: 'Grace',
    title: 'Add b',
    message: 'Add b\n\nAt last.',
    commits: [{ revision: head, author: 'Grace', title: 'Add b' }, { title: 'Add a' }],
    commitCount: 2,
    files: ['a.txt', 'b.txt'],
    receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
  });
});

test('what a poll finds in one look is one push of all its commits', async () => {
  const { sample, look, pushes } = await looking();
  const first = await sample.git('rev-parse', 'HEAD');
  await look();
  await sample.commit();
  await sample.commit();
  const head = await sample.commit();
  await look();
  expect((await pushes())[1]).toEqual({
    branch: 'main',
    kind: 'forward',
    before: first,
    revision: head,
    commitCount: 3,
  });
});

test('a rewritten branch is said so', async () => {
  const { sample, look, pushes } = await looking();
  const before = await sample.commit();
  await look();
  await sample.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'Better');
  const revision = await sample.git('rev-parse', 'HEAD');
  await look({ branch: 'main', before, revision });
  expect((await pushes())[1]).toEqual({ branch: 'main', kind: 'rewritten', before, revision, commitCount: 1 });
});

test('a deleted branch is said so, starts nothing, and may come back', async () => {
  const { sample, db, repo, look, pushes, told } = await looking();
  await look();
  await sample.git('branch', 'feature');
  const head = await sample.git('rev-parse', 'HEAD');
  await look({ branch: 'feature', before: zeros, revision: head });
  await sample.git('branch', '-D', 'feature');
  await look({ branch: 'feature', before: head, revision: zeros });
  await look({ branch: 'feature', before: head, revision: zeros });
  await look();
  expect((await listBranches(db, repo.id, 10)).find(({ name }) => name === 'feature')?.head).toBeNull();
  await sample.git('branch', 'feature');
  await look();
  const made = await pushes();
  expect(made.slice(1).map(({ kind, before, revision }) => [kind, before, revision])).toEqual([
    ['created', null, head],
    ['deleted', head, null],
    ['created', null, head],
  ]);
  expect(told).toHaveLength(3);
});

test('a branch that is new after the first look is a push of its own commits', async () => {
  const { sample, db, look } = await looking();
  await look();
  await sample.branch('feature');
  await sample.commit({ files: { 'feature.txt': 'x' } });
  await sample.branch('main');
  const { pushIds } = await look();
  expect(await getPush(db, pushIds[0] ?? 0)).toMatchObject({
    branch: 'feature',
    kind: 'created',
    commitCount: 1,
    files: ['feature.txt'],
  });
});

test('an empty repository is looked at; its first push comes later', async () => {
  const { sample, look, pushes } = await looking({ empty: true });
  expect(await look()).toMatchObject({ pushIds: [] });
  const revision = await sample.commit();
  await look({ branch: 'main', before: zeros, revision });
  expect(await pushes()).toEqual([{ branch: 'main', kind: 'created', before: null, revision, commitCount: 1 }]);
});

test('a remote whose HEAD names no branch still has a default branch', async () => {
  const { sample, db, look, pushes } = await looking();
  await sample.git('branch', 'aaa');
  await sample.git('symbolic-ref', 'HEAD', 'refs/heads/not-there');
  await look();
  expect((await getRepo(db, 'app')).defaultBranch).toBe('main');
  expect(await pushes()).toHaveLength(1);
});

test('the default branch of a work tree does not follow what somebody works on; that of a bare repository is its HEAD', async () => {
  const { sample, db, look, pushes } = await looking();
  await sample.branch('feature');
  await sample.commit();
  await look();
  expect((await pushes()).map(({ branch }) => branch)).toEqual(['main', 'feature']);
  await sample.branch('another');
  await sample.commit();
  await look();
  expect(await getRepo(db, 'app')).toMatchObject({ defaultBranch: 'main' });

  await sample.push('main', 'another');
  await addRepo(db, { name: 'app', url: sample.barePath, pollSeconds: 60 });
  await look();
  expect(await getRepo(db, 'app')).toMatchObject({ defaultBranch: 'main' });
  await sample.git('--git-dir', sample.barePath, 'symbolic-ref', 'HEAD', 'refs/heads/another');
  await look();
  expect(await getRepo(db, 'app')).toMatchObject({ defaultBranch: 'another' });
});
