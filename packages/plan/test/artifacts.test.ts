// Artifacts that a job needs of another, and the job beside whose files its own lie.
import { expect, test } from 'vitest';
import { lint, readConfiguration } from '../src/index.ts';
import { fileOf, mistakesOf, onMain, planOf } from './kit/compile-text.ts';

const text = `
jobs:
  build:
    matrix: { platform: [linux, mac], variant: [opt] }
    artifacts: ["dist/**"]
    steps: [x]
  docs: { if-changed: ["docs/**"], artifacts: [site], steps: [x] }
  one:
    needs: [{ job: build-linux-opt, artifacts: ["dist/*.tgz"], into: built/ }]
    beside: build-linux-opt
    steps: [x]
  all: { needs: [{ job: build, artifacts: [dist] }], steps: [x] }
  maybe: { needs: [build, { job: docs, optional: true, artifacts: [site] }], steps: [x] }
`;

test('a plan says which artifacts of which lane lie where; of several lanes each in its own directory', () => {
  const { jobs } = planOf(text);
  const downloads = (name: string) => jobs.find((job) => job.name === name)?.spec.downloads;
  expect(downloads('one')).toEqual([{ job: 'build-linux-opt', artifacts: ['dist/*.tgz'], into: 'built' }]);
  expect(downloads('all')).toEqual([
    { job: 'build-linux-opt', artifacts: ['dist'], into: 'build-linux-opt' },
    { job: 'build-mac-opt', artifacts: ['dist'], into: 'build-mac-opt' },
  ]);
});

test('what is left out brings nothing', () => {
  const downloads = (files: string[]) =>
    planOf(text, { push: { ...onMain.push, files } }).jobs.find((job) => job.name === 'maybe')?.spec.downloads;
  expect(downloads(['src/a.ts'])).toBeUndefined();
  expect(downloads(['docs/a.md'])).toEqual([{ job: 'docs', artifacts: ['site'], into: '' }]);
});

test('a job lies beside one other, with its attributes', () => {
  const { jobs } = planOf(text);
  expect(jobs.find(({ name }) => name === 'one')?.attributes).toMatchObject({
    platform: null,
    beside: { lane: 'build-linux-opt', platform: 'linux', variant: 'opt' },
  });
  expect(mistakesOf(text.replace('beside: build-linux-opt', 'beside: build'))).toMatchObject([
    { at: '10:13', message: '`beside` names one job, and `build` makes 2' },
  ]);
  expect(mistakesOf(text.replace('beside: build-linux-opt', 'beside: build-linux-op'))).toMatchObject([
    { message: 'there is no job `build-linux-op` to lie beside', hint: 'did you mean `build-linux-opt`?' },
  ]);
});

test.each(['/abs', '../up', 'a/../b', './a', 'a//b', 'a\\b', 'C:', ''])('the directory %j is refused', (into) => {
  const told = mistakesOf(text.replace('into: built/', `into: '${into}'`));
  expect(told[0]?.message).toContain('a directory such as');
});

test('artifacts of a job that keeps none are a mistake', () => {
  const read = readConfiguration({
    files: fileOf('jobs:\n  a: { steps: [x] }\n  b: { needs: [{ job: a, artifacts: [x] }], steps: [x] }\n'),
  });
  if (read.kind !== 'configuration') throw new Error('a configuration was expected');
  expect(lint(read.configuration, {}).mistakes).toMatchObject([
    { line: 3, column: 23, message: '`b` needs artifacts of `a`, which keeps none' },
  ]);
});
