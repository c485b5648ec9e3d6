// What hooks report: each push its own row, the same push once, whatever the order, the delay and the nonsense.
import { Refused } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import { checkReport } from '../../src/source/index.ts';
import { looking } from './looking.ts';

const zeros = '0'.repeat(40);
type Pushes = Awaited<ReturnType<Awaited<ReturnType<typeof looking>>['pushes']>>;
const steps = (pushes: Pushes) => pushes.map(({ before, revision }) => [before, revision]);

test('pushes that follow each other faster than they are looked at are pushes of their own', async () => {
  const { sample, look, pushes, commitAndReport } = await looking();
  const a = await sample.git('rev-parse', 'HEAD');
  await look();
  const toB = await commitAndReport();
  const toC = await commitAndReport();
  await look(toB);
  await look(toC);
  expect(steps(await pushes()).slice(1)).toEqual([
    [a, toB.revision],
    [toB.revision, toC.revision],
  ]);
  expect((await pushes()).map(({ commitCount }) => commitCount)).toEqual([1, 1, 1]);
});

test('reports that come in the wrong order give the same pushes', async () => {
  const { sample, look, pushes, commitAndReport } = await looking();
  const a = await sample.git('rev-parse', 'HEAD');
  await look();
  const toB = await commitAndReport();
  const toC = await commitAndReport();
  expect((await look(toC)).pushIds).toHaveLength(2);
  expect(await look(toB)).toEqual({ pushIds: [], ignored: expect.stringContaining('already') });
  expect(steps(await pushes()).slice(1)).toEqual([
    [a, toB.revision],
    [toB.revision, toC.revision],
  ]);
});

test('the same push twice is one row, at once or much later', async () => {
  const { look, pushes, commitAndReport } = await looking();
  await look();
  const toB = await commitAndReport();
  await look(toB);
  expect(await look(toB)).toEqual({ pushIds: [], ignored: expect.stringContaining('recorded already') });
  const toC = await commitAndReport();
  expect(await look(toB)).toMatchObject({ pushIds: [] });
  await look(toC);
  expect(await look(toB)).toMatchObject({ pushIds: [] });
  expect(await pushes()).toHaveLength(3);
});

test('a report of what a poll recorded already is no news', async () => {
  const { look, pushes, commitAndReport } = await looking();
  await look();
  const toB = await commitAndReport();
  const toC = await commitAndReport();
  await look();
  expect(await look(toB)).toMatchObject({ pushIds: [] });
  expect(await look(toC)).toMatchObject({ pushIds: [] });
  expect(await pushes()).toHaveLength(2);
});

test('a branch that goes there, back, and there again is pushed three times', async () => {
  const { sample, look, pushes, commitAndReport } = await looking();
  const a = await sample.git('rev-parse', 'HEAD');
  await look();
  const there = await commitAndReport();
  await look(there);
  await sample.git('reset', '--quiet', '--hard', a);
  await look({ branch: 'main', before: there.revision, revision: a });
  // The first report once more, late: the branch is not there now.
  expect(await look(there)).toMatchObject({ pushIds: [] });
  await sample.git('reset', '--quiet', '--hard', there.revision);
  await look(there);
  expect((await pushes()).slice(1).map(({ kind, revision }) => [kind, revision])).toEqual([
    ['forward', there.revision],
    ['rewritten', a],
    ['forward', there.revision],
  ]);
});

test('a push that was rewritten away before anybody looked leaves what is there now', async () => {
  const { sample, look, pushes, commitAndReport } = await looking();
  const a = await sample.git('rev-parse', 'HEAD');
  await look();
  const gone = await commitAndReport();
  await sample.git('reset', '--quiet', '--hard', a);
  const kept = await commitAndReport({ files: { 'other.txt': 'x' } });
  expect((await look(gone)).ignored).toMatch(/is not in the repository/);
  expect((await look({ branch: 'main', before: gone.revision, revision: kept.revision })).pushIds).toEqual([]);
  expect(steps(await pushes()).slice(1)).toEqual([[a, kept.revision]]);
});

test('a revision that is not there is ignored with a reason', async () => {
  const { look, pushes } = await looking();
  await look();
  const nowhere = 'd'.repeat(40);
  expect(await look({ branch: 'main', revision: nowhere })).toEqual({
    pushIds: [],
    ignored: `${nowhere} is not in the repository`,
  });
  expect(await look({ branch: 'none', revision: nowhere })).toMatchObject({ pushIds: [] });
  expect(await look({ branch: 'main', revision: zeros })).toEqual({
    pushIds: [],
    ignored: 'main was said to be deleted, and is there',
  });
  expect(await pushes()).toHaveLength(1);
});

test('a commit of another branch is not taken for a push of this one', async () => {
  const { sample, look, pushes } = await looking();
  await look();
  await sample.branch('feature');
  const revision = await sample.commit();
  expect(await look({ branch: 'main', revision })).toMatchObject({ pushIds: [], ignored: expect.any(String) });
  expect(await pushes()).toHaveLength(1);
});

test('a report of one branch leaves the others to their own reports', async () => {
  const { sample, look, pushes, commitAndReport } = await looking();
  await look();
  const main = await commitAndReport();
  await sample.branch('feature');
  const feature = await sample.git('rev-parse', 'HEAD');
  await look(main);
  expect(await pushes()).toHaveLength(2);
  await look({ branch: 'refs/heads/feature', before: zeros, revision: feature });
  expect((await pushes())[2]).toMatchObject({ branch: 'feature', kind: 'created' });
});

test('the branch that a hook reports at the first look gets its push, too', async () => {
  const { sample, look, pushes } = await looking();
  await sample.branch('feature');
  const revision = await sample.commit();
  await sample.branch('main');
  await look({ branch: 'feature', before: zeros, revision });
  expect((await pushes()).map(({ branch }) => branch)).toEqual(['main', 'feature']);
});

test.each([
  { branch: '--upload-pack=touch /tmp/owned' },
  { branch: '-c' },
  { branch: 'a..b' },
  { branch: 'main\nother' },
  { branch: '' },
  { branch: 'main', revision: 'HEAD' },
  { branch: 'main', revision: '--all' },
  { branch: 'main', revision: `${'a'.repeat(40)}\n` },
  { branch: 'main', revision: 'a'.repeat(40), before: '$(touch owned)' },
])('the hostile report %j is refused, and the look goes on without it', async (report) => {
  expect(() => checkReport(report)).toThrow(Refused);
  const { look, pushes } = await looking();
  expect(await look(report)).toMatchObject({ ignored: expect.stringMatching(/cannot be|is no commit id/) });
  expect(await pushes()).toHaveLength(1);
});
