// Files of test results: a pattern by itself or with its format, and every mistake in it is found before a run.
import { expect, test } from 'vitest';
import { mistakesOf, planOf } from './kit/compile-text.ts';

test('they are read, and go with the job', () => {
  const [a, b] = planOf(`jobs:
  a:
    results: ['reports/**/*.xml', { files: unit.json, format: go-test }, { files: x.tap }]
    steps: [x]
  b: { steps: [x] }
`).jobs;
  expect(a!.spec.results).toEqual([
    { files: 'reports/**/*.xml', format: null },
    { files: 'unit.json', format: 'go-test' },
    { files: 'x.tap', format: null },
  ]);
  expect(b!.spec).not.toHaveProperty('results');
});

test('mistakes are told', () => {
  const told = mistakesOf(`jobs:
  a: { results: ['../x.xml'], steps: [x] }
  b: { results: [{ files: x, format: junitt }], steps: [x] }
  c: { results: [{ format: tap }], steps: [x] }
  d: { results: ['!x.xml'], steps: [x] }
`);
  expect(told.length).toBe(4);
  expect(JSON.stringify(told)).toContain('junit');
});
