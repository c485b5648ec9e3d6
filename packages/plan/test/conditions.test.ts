// `when`, optional needs, chunks: what they start, and why they leave out.
import { expect, test } from 'vitest';
import { mistakesOf, namesOf, onMain, planOf } from './kit/compile-text.ts';

const text = `
jobs:
  main-only: { when: { branch: [main] }, steps: [x] }
  nightly: { when: { cause: [nightly] }, steps: [x] }
  asked: { when: { message: ["[full]", "!not really"] }, steps: [x] }
  tests:
    matrix: { platform: [linux-64, linux-32, mac] }
    when: { platform: ["linux*"] }
    steps: [x]
  grouped: { group: G, when: { group: [H], branch: [main] }, steps: [x] }
  unsuited: { when: { suite: ["*"] }, steps: [x] }
`;
const { push } = onMain;

test('all conditions of a job must hold, and the first that does not is the reason', () => {
  const plan = planOf(text);
  expect(namesOf(plan)).toEqual(['main-only', 'tests-linux-64', 'tests-linux-32']);
  expect(plan.leftOut.map(({ name, kind, reason, line }) => [name, kind, reason, line])).toEqual([
    ['nightly', 'cause', 'the cause is `push`; the job is for `nightly`', 4],
    ['asked', 'condition', 'the message of the push does not match `[full]`, `!not really`', 5],
    ['tests-mac', 'condition', 'the platform `mac` does not match `linux*`', 8],
    ['grouped', 'condition', 'the group `G` does not match `H`', 10],
    ['unsuited', 'condition', 'the job has no suite, and `*` is asked for', 11],
  ]);
});

test('conditions on branch, cause and message follow the push', () => {
  const branch = planOf(text, { push: { ...push, branch: 'other' }, cause: 'nightly' });
  expect(namesOf(branch)).toEqual(['nightly', 'tests-linux-64', 'tests-linux-32']);
  const message = (words: string) => namesOf(planOf(text, { push: { ...push, message: words } }));
  expect(message('Land it [full]')).toContain('asked');
  expect(message('Land it [full], not really')).not.toContain('asked');
});

test('an optional need is waited for when it is there, and does not leave a job out', () => {
  const needs = `
jobs:
  docs: { if-changed: ["docs/**"], steps: [x] }
  test: { steps: [x] }
  strict: { needs: [docs], steps: [x] }
  ship: { needs: [test, { job: docs, optional: true }], steps: [x] }
`;
  const jobs = (files: string[]) =>
    planOf(needs, { push: { ...push, files } }).jobs.map((job) => [job.name, job.needs.join()]);
  expect(jobs(['docs/a.md'])).toEqual([
    ['docs', ''],
    ['test', ''],
    ['strict', 'docs'],
    ['ship', 'test,docs'],
  ]);
  expect(jobs(['src/a.ts'])).toEqual([
    ['test', ''],
    ['ship', 'test'],
  ]);
});

test('a job that is needed twice, once optionally, is needed', () => {
  const needs = `
jobs:
  a: { when: { branch: [none] }, steps: [x] }
  b: { needs: [{ job: a, optional: true }, a], steps: [x] }
`;
  expect(namesOf(planOf(needs))).toEqual([]);
  expect(mistakesOf('jobs: { b: { needs: [{ job: aa, optional: true }], steps: [x] } }')).toMatchObject([
    { message: 'there is no job `aa` to need' },
  ]);
});

test('chunks are parts of each cell, numbered from 1, and other jobs may need one of them or all', () => {
  const chunked = `
jobs:
  test:
    matrix: { platform: [linux, mac] }
    chunks: 2
    suite: mochitest
    steps: ["run \${{ matrix.chunk }}"]
  one: { needs: [test-mac-2], steps: [x] }
  all: { needs: [test], steps: [x] }
`;
  const { jobs } = planOf(chunked);
  expect(jobs.map(({ name }) => name)).toEqual([
    'test-linux-1',
    'test-linux-2',
    'test-mac-1',
    'test-mac-2',
    'one',
    'all',
  ]);
  expect(jobs[3]).toMatchObject({
    attributes: { platform: 'mac', suite: 'mochitest', chunk: { number: 2, of: 2 } },
    spec: { steps: [{ script: 'run 2' }], env: { MATRIX_CHUNK: '2', MATRIX_CHUNKS: '2', MATRIX_PLATFORM: 'mac' } },
  });
  expect(jobs[5]?.needs).toHaveLength(4);
});

test('tier and required are told of a job, when they are not what is usual', () => {
  const { jobs } = planOf('jobs: { a: { tier: 2, required: true, steps: [x] }, b: { tier: 1, steps: [x] } }');
  expect(jobs[0]?.attributes).toMatchObject({ tier: 2, required: true });
  expect(jobs[1]?.attributes).not.toHaveProperty('tier');
});

test('chunks beside a key of that name are refused', () => {
  expect(mistakesOf('jobs: { a: { chunks: 2, matrix: { chunk: [1] }, steps: [x] } }')).toMatchObject([
    { at: '1:14', message: 'the job has `chunks`, and its matrix has a key `chunk`' },
  ]);
});
