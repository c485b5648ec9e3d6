// Templates: applied by name, one level, flat afterwards.
import { expect, test } from 'vitest';
import { mistakesOf, planOf } from './kit/compile-text.ts';

const jobOf = (text: string, name: string) => planOf(text).jobs.find((job) => job.name === name);

test('a job takes over what its template has; its own keys win, and environments are joined', () => {
  const job = jobOf(
    `
templates:
  linux: { pool: linux, timeout: 30m, env: { A: template, B: template }, steps: [build] }
jobs:
  a: { template: linux, timeout: 5m, env: { B: job } }
`,
    'a',
  );
  expect(job).toMatchObject({ pool: 'linux', spec: { timeoutSeconds: 300, env: { A: 'template', B: 'job' } } });
  expect(job?.spec.steps.map(({ script }) => script)).toEqual(['build']);
});

test('of several templates the last wins', () => {
  const text = `
templates:
  one: { pool: one, priority: 1, env: { A: one, B: one }, steps: [one] }
  two: { pool: two, env: { B: two } }
jobs:
  a: { template: [one, two] }
`;
  expect(jobOf(text, 'a')).toMatchObject({
    pool: 'two',
    order: { priority: 1 },
    spec: { env: { A: 'one', B: 'two' } },
  });
});

test('expressions of a template are filled in by the matrix of each job', () => {
  const text = `
templates:
  built: { pool: "\${{ matrix.os }}", steps: ["make \${{ matrix.os }}"] }
jobs:
  a: { template: built, matrix: { os: [linux, mac] } }
`;
  expect(planOf(text).jobs.map(({ name, pool, spec }) => [name, pool, spec.steps[0]?.script])).toEqual([
    ['a-linux', 'linux', 'make linux'],
    ['a-mac', 'mac', 'make mac'],
  ]);
});

test('a template that is not there is named with the nearest one, and a template cannot apply another', () => {
  const text = `
templates:
  linux: { pool: linux }
  other: { template: linux, steps: [x] }
jobs:
  a: { template: lunix, steps: [x] }
  b: { template: [linux, other] }
`;
  expect(mistakesOf(text)).toEqual([
    {
      at: '4:12',
      message: 'a template has no key `template`',
      hint: 'templates are one level: a template cannot apply another',
    },
    { at: '6:18', message: 'there is no template `lunix`', hint: 'did you mean `linux`?' },
  ]);
});

test('a mistake in a template is told once, at its place, however many jobs apply it', () => {
  const text = `
templates:
  slow: { timeout: 1 hour, steps: [x] }
jobs:
  a: { template: slow }
  b: { template: slow }
`;
  expect(mistakesOf(text)).toMatchObject([
    { at: '3:20', message: expect.stringContaining('`timeout` must be a duration') },
  ]);
});

test('what is missing is told at the job, and a template that nobody applies is a warning', () => {
  expect(mistakesOf('templates: { t: { pool: x } }\njobs:\n  a: { template: t }\n')).toMatchObject([
    { at: '3:3', message: expect.stringContaining('steps') },
  ]);
  expect(planOf('templates:\n  t: { pool: x }\njobs:\n  a: { steps: [x] }\n').warnings).toMatchObject([
    { line: 2, message: 'no job applies the template `t`' },
  ]);
});
