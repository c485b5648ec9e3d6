// What a repository counts as error lines goes with each of its jobs, and every mistake in it is found before a run.
import { expect, test } from 'vitest';
import { limits } from '../src/index.ts';
import { mistakesOf, planOf } from './kit/compile-text.ts';

const job = 'jobs:\n  a: { steps: [x] }\n  b: { gate: Ship it? }\n';

test('they are read, a single text as a list of one, and go with every job that runs something', () => {
  const text = `error-patterns:
  - name: our-lint
    contains: LINT-FAILED
  - name: slow
    contains: [query took, statement took]
    matches: 'took [0-9]{5,} ms'
  - { name: noise, contains: known, ignore: true }
${job}`;
  const [a, b] = planOf(text).jobs;
  expect(a!.spec.errorPatterns).toEqual([
    { name: 'our-lint', contains: ['LINT-FAILED'], matches: null, ignore: false },
    { name: 'slow', contains: ['query took', 'statement took'], matches: 'took [0-9]{5,} ms', ignore: false },
    { name: 'noise', contains: ['known'], matches: null, ignore: true },
  ]);
  expect(b!.spec).not.toHaveProperty('errorPatterns');
});

test('a file without any makes the same jobs as before', () => {
  expect(planOf(job).jobs[0]!.spec).not.toHaveProperty('errorPatterns');
});

test('mistakes are told with their places', () => {
  const told = mistakesOf(`error-patterns:
  - name: a
    contains: xy
  - name: b
  - name: c
    contains: fine
    matches: '(?=x)'
  - name: d
    contains: fine
    matches: '[a-z]{1,500}'
  - name: e
    contains: fine
    match: x
${job}`);
  expect(told.map(({ at }) => at)).toEqual(['3:15', '4:5', '7:14', '10:14', '13:5']);
  expect(told[2]!.message).toMatch(/^it is no regular expression of RE2: /);
  expect(told[3]!.message).toMatch(/^the expression is too big: \d+ steps, 100 are allowed$/);
  expect(told[4]!.hint).toContain('matches');
});

test('their number is limited', () => {
  const many = Array.from(
    { length: limits.errorPatterns.most + 1 },
    (_, at) => `  - { name: a${at}, contains: abc }\n`,
  );
  expect(mistakesOf(`error-patterns:\n${many.join('')}${job}`)).toHaveLength(1);
});
