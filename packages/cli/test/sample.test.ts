// The sample repository: its history is really there, the same everywhere, and survives a repeat.
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { git } from '../src/git.ts';
import { hasPush, makeSample, pushSample } from '../src/sample.ts';

test('the sample has four pushes on main and one on a branch, by different authors', async () => {
  const sample = await makeSample(await temporaryDirectory('sample'));
  expect(sample.pushes.map((push) => push.branch)).toEqual(['main', 'main', 'main', 'main', 'main', 'mend-windows']);
  const authors = await git(sample.tree, ['log', '--all', '--format=%an']);
  expect(new Set(authors.split('\n')).size).toBe(4);
  expect(await git(sample.tree, ['status', '--porcelain'])).toBe('');
});

test('the sample has the same commits on every machine', async () => {
  const [one, other] = await Promise.all(
    ['one', 'other'].map(async (name) => makeSample(await temporaryDirectory(name))),
  );
  expect(one?.pushes).toEqual(other?.pushes);
});

test('the history is pushed push by push, and goes on where it was interrupted', async () => {
  const data = await temporaryDirectory('sample');
  const sample = await makeSample(data);
  const [first, second] = sample.pushes;
  await pushSample(sample, first!);
  expect(await git(sample.bare, ['rev-parse', 'main'])).toBe(first!.revision);

  const again = await makeSample(data);
  expect(again).toEqual(sample);
  expect(await hasPush(again, first!)).toBe(true);
  expect(await hasPush(again, second!)).toBe(false);
});

test('a push that the person has gone on from is not made again', async () => {
  const sample = await makeSample(await temporaryDirectory('sample'));
  for (const push of sample.pushes) await pushSample(sample, push);
  await git(sample.tree, ['commit', '--quiet', '--allow-empty', '-m', 'mine']);
  await git(sample.tree, ['push', '--quiet', 'origin', 'main']);
  for (const push of sample.pushes) expect(await hasPush(sample, push)).toBe(true);
});
