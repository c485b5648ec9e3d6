// Which jobs a push starts, and why the others are left out.
import { expect, test } from 'vitest';
import { namesOf, planOf } from './kit/compile-text.ts';

const text = `
jobs:
  lint: { steps: [x] }
  build:
    if-changed: ['src/**', '!**/*.md']
    steps: [x]
  test: { needs: [lint, build], steps: [x] }
  publish:
    on: { push: { branches: [main, 'release/*', '!release/old'] } }
    needs: [test]
    steps: [x]
`;
const push = { branch: 'main', message: 'Change', files: ['src/a.ts'] };

test('a push that changes what matters, on a branch that matches, starts everything', () => {
  const plan = planOf(text, { push });
  expect(namesOf(plan)).toEqual(['lint', 'build', 'test', 'publish']);
  expect(plan.leftOut).toEqual([]);
});

test('without a changed file that matches, a job and all that need it are left out, with the reason and its line', () => {
  const plan = planOf(text, { push: { ...push, files: ['README.md', 'src/notes.md'] } });
  expect(namesOf(plan)).toEqual(['lint']);
  expect(plan.leftOut).toEqual([
    {
      name: 'build',
      kind: 'unchanged',
      reason: 'no changed file (of 2) matches `src/**`, `!**/*.md`',
      file: '.signalbox.yml',
      line: 5,
    },
    {
      name: 'test',
      kind: 'need-left-out',
      reason: 'it needs `build`, which is left out',
      file: '.signalbox.yml',
      line: 7,
    },
    {
      name: 'publish',
      kind: 'need-left-out',
      reason: 'it needs `test`, which is left out',
      file: '.signalbox.yml',
      line: 10,
    },
  ]);
});

test('a list of files too long to know counts as everything, an empty one as nothing', () => {
  expect(planOf(text, { push: { ...push, files: null } }).leftOut).toEqual([]);
  expect(planOf(text, { push: { ...push, files: [] } }).leftOut[0]?.reason).toBe('the push changed no file');
});

test('branches hold for what matches a pattern and none with !', () => {
  const started = (branch: string) => namesOf(planOf(text, { push: { ...push, branch } })).includes('publish');
  expect(['main', 'release/1', 'release/old', 'release/1/fix', 'other', 'mainline'].filter(started)).toEqual([
    'main',
    'release/1',
  ]);
  expect(planOf(text, { push: { ...push, branch: 'other' } }).leftOut).toEqual([
    {
      name: 'publish',
      kind: 'branch',
      reason: 'the branch `other` does not match `main`, `release/*`, `!release/old`',
      file: '.signalbox.yml',
      line: 9,
    },
  ]);
});

test('a list of only ! patterns means everything else', () => {
  const wip = "jobs:\n  a: { on: { push: { branches: ['!wip/**'] } }, steps: [x] }\n";
  expect(namesOf(planOf(wip, { push }))).toEqual(['a']);
  expect(namesOf(planOf(wip, { push: { ...push, branch: 'wip/x' } }))).toEqual([]);
});

test('DONTBUILD anywhere in the message leaves everything out, and says so', () => {
  const plan = planOf(text, { push: { ...push, message: 'Typo\n\nDONTBUILD please' } });
  expect(plan.jobs).toEqual([]);
  expect(plan.leftOut.map(({ name, kind, line }) => [name, kind, line])).toEqual([
    ['lint', 'dontbuild', 3],
    ['build', 'dontbuild', 4],
    ['test', 'dontbuild', 7],
    ['publish', 'dontbuild', 8],
  ]);
});

test('a person who starts a push gets its jobs despite DONTBUILD and if-changed, but not those of other branches', () => {
  const plan = planOf(text, { push: { branch: 'x', message: 'DONTBUILD', files: [] }, cause: 'manual' });
  expect(namesOf(plan)).toEqual(['lint', 'build', 'test']);
  expect(plan.leftOut.map(({ kind }) => kind)).toEqual(['branch']);
});

test('conditions may differ between the cells of a matrix', () => {
  const cells = `
jobs:
  t:
    matrix: { part: [api, web] }
    if-changed: ['\${{ matrix.part }}/**']
    steps: [x]
`;
  expect(namesOf(planOf(cells, { push: { ...push, files: ['web/a.ts'] } }))).toEqual(['t-web']);
});

test('mistakes do not depend on the push', () => {
  expect(() => planOf('jobs:\n  a: { stepz: [x] }\n', { push: { ...push, message: 'DONTBUILD' } })).toThrow(/stepz/);
});

test('patterns that would take too long to compare count as matching, with a warning', () => {
  const stars = `jobs:\n  a:\n    if-changed: ['${'*a'.repeat(60)}*b*']\n    steps: [x]\n`;
  const files = Array.from({ length: 3000 }, (_, i) => 'a'.repeat(500) + i);
  const plan = planOf(stars, { push: { ...push, files } });
  expect(namesOf(plan)).toEqual(['a']);
  expect(plan.warnings[0]).toMatchObject({ line: 3, message: expect.stringContaining('too many patterns and files') });
});
