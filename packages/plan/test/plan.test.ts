// What the words of a configuration mean in the plan.
import { expect, test } from 'vitest';
import { jobTable } from '../src/schema/job.ts';
import type { Schema } from '../src/schema/shape.ts';
import { stepTable } from '../src/schema/step.ts';
import { namesOf, planOf } from './kit/compile-text.ts';

test('a job with one command has every default that a worker needs', () => {
  const [job] = planOf('jobs:\n  unit-tests:\n    steps: [npm test]\n').jobs;
  expect(job).toEqual({
    name: 'unit-tests',
    because: ['a push to `main` starts it'],
    pool: 'default',
    attributes: { template: 'unit-tests', platform: null, variant: null, group: null, symbol: 'UT' },
    spec: {
      steps: [
        {
          name: 'npm test',
          script: 'npm test',
          shell: 'sh',
          always: false,
          mayFail: false,
          timeoutSeconds: 7200,
          silentSeconds: 1200,
        },
      ],
      env: {},
      checkout: true,
      artifacts: [],
      secrets: [],
      timeoutSeconds: 7200,
    },
    order: { priority: 0, coalesce: 0, concurrencyGroup: null, gate: null, delaySeconds: 0, notBefore: null },
    needs: [],
    attempts: 3,
    origin: { file: '.signalbox.yml', line: 2, column: 3 },
  });
});

test('everything that a job says reaches the plan', () => {
  const [job] = planOf(`
env: { A: file, B: file }
jobs:
  build:
    pool: big
    platform: linux
    variant: opt
    group: Builds
    symbol: B
    env: { B: job }
    checkout: false
    secrets: [TOKEN]
    attempts: 5
    priority: -7
    coalesce: 4
    concurrency: big-disk
    delay: 1m30s
    timeout: 1h30m
    silent-timeout: 90s
    artifacts: ['dist/**']
    steps:
      - name: Build
        script: |
          make
          make check
        shell: bash
        timeout: 10m
        silent-timeout: 30s
        always: true
        may-fail: true
`).jobs;
  expect(job?.attributes).toEqual({
    template: 'build',
    platform: 'linux',
    variant: 'opt',
    group: 'Builds',
    symbol: 'B',
  });
  expect(job?.spec).toEqual({
    steps: [
      {
        name: 'Build',
        script: 'make\nmake check\n',
        shell: 'bash',
        always: true,
        mayFail: true,
        timeoutSeconds: 600,
        silentSeconds: 30,
      },
    ],
    env: { A: 'file', B: 'job' },
    checkout: false,
    artifacts: ['dist/**'],
    secrets: ['TOKEN'],
    timeoutSeconds: 5400,
  });
  expect(job?.attempts).toBe(5);
  expect(job?.order).toEqual({
    priority: -7,
    coalesce: 4,
    concurrencyGroup: 'big-disk',
    gate: null,
    delaySeconds: 90,
    notBefore: null,
  });
  expect(job?.pool).toBe('big');
});

test('a gate asks its question after what it needs, and has nothing of a run', () => {
  const plan = planOf(`
env: { A: 1 }
jobs:
  build: { steps: [make] }
  ask:
    gate: Ship \${{ matrix.platform }}?
    matrix: { platform: [linux, mac] }
    needs: [build]
    on: { push: { branches: [main] } }
    if-changed: ['src/**']
    group: Release
    symbol: '?'
  ship: { needs: [ask-mac], steps: [make ship] }
`);
  expect(namesOf(plan)).toEqual(['build', 'ask-linux', 'ask-mac', 'ship']);
  expect(plan.jobs[2]).toEqual({
    name: 'ask-mac',
    because: [
      'a push to `main` starts it',
      'the branch `main` matches `main`',
      '`src/a.ts` changed, which matches `src/**`',
    ],
    pool: '',
    attributes: { template: 'ask', platform: 'mac', variant: null, group: 'Release', symbol: '?' },
    spec: { steps: [], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 1 },
    order: {
      priority: 0,
      coalesce: 0,
      concurrencyGroup: null,
      gate: 'Ship mac?',
      delaySeconds: 0,
      notBefore: null,
    },
    needs: ['build'],
    attempts: 1,
    origin: { file: '.signalbox.yml', line: 5, column: 3 },
  });
  const elsewhere = planOf('jobs: { a: { gate: Ship it?, on: { push: { branches: [release] } } } }');
  expect(elsewhere.leftOut).toMatchObject([{ name: 'a', kind: 'branch' }]);
});

test('groups and delays may differ by matrix', () => {
  const plan = planOf(`
jobs:
  deploy:
    matrix: { site: [east, west], minutes: [5] }
    concurrency: deploy-\${{ matrix.site }}
    delay: '\${{ matrix.minutes }}m'
    steps: [x]
`);
  expect(plan.jobs.map(({ order }) => [order.concurrencyGroup, order.delaySeconds])).toEqual([
    ['deploy-east', 300],
    ['deploy-west', 300],
  ]);
});

test('numbers and true/false are taken as they are written: 3.10 is not 3.1', () => {
  const plan = planOf(`
env: { PYTHON: 3.10, OCTAL: 0o17, BIG: 12345678901234567890, YES: true, EXP: 1e3, QUOTED: '1.0' }
jobs:
  test:
    matrix: { python: [3.9, 3.10], fast: [true] }
    steps: ['run \${{ matrix.python }}', true, false]
`);
  expect(namesOf(plan)).toEqual(['test-3.9-true', 'test-3.10-true']);
  expect(plan.jobs[1]?.spec.env).toEqual({
    PYTHON: '3.10',
    OCTAL: '0o17',
    BIG: '12345678901234567890',
    YES: 'true',
    EXP: '1e3',
    QUOTED: '1.0',
    MATRIX_PYTHON: '3.10',
    MATRIX_FAST: 'true',
  });
  expect(plan.jobs[1]?.spec.steps.map((step) => step.script)).toEqual(['run 3.10', 'true', 'false']);
});

test('a step without a name is called by the first line of its script', () => {
  const [job] = planOf(
    `jobs:\n  a:\n    steps:\n      - |\n        \n        make   all\n        make more\n      - ${'x'.repeat(100)}\n`,
  ).jobs;
  expect(job?.spec.steps.map((step) => step.name)).toEqual(['make   all', `${'x'.repeat(79)}…`]);
});

test('every job comes after what it needs, and otherwise in the order of the file', () => {
  const plan = planOf(`
jobs:
  deploy: { needs: [test, lint], steps: [x] }
  test: { needs: [build], steps: [x] }
  build: { steps: [x] }
  lint: { steps: [x] }
`);
  expect(namesOf(plan)).toEqual(['build', 'test', 'lint', 'deploy']);
  expect(plan.jobs.at(-1)?.needs).toEqual(['test', 'lint']);
});

test('anchors, aliases and merges share values, and a key of the mapping itself wins', () => {
  const plan = planOf(`
x-base: &base
  pool: linux
  env: &env { A: 1 }
x-more: &more { pool: mac, timeout: 5m }
jobs:
  a: { <<: *base, steps: &steps [one, two] }
  b: { <<: [*base, *more], pool: windows, steps: *steps, env: { <<: *env, B: 2 } }
`);
  expect(plan.jobs.map(({ pool, spec }) => [pool, spec.env, spec.timeoutSeconds, spec.steps.length])).toEqual([
    ['linux', { A: '1' }, 7200, 2],
    ['windows', { B: '2', A: '1' }, 300, 2],
  ]);
});

test('a file from Windows, with a byte-order mark and CRLF, means the same', () => {
  const text = 'jobs:\n  a:\n    steps:\n      - name: T\n        script: |\n          one\n          two\n';
  expect(planOf(`\ufeff${text.replaceAll('\n', '\r\n')}`)).toEqual(planOf(text));
});

test('the same input gives the same plan', () => {
  const text = 'jobs:\n  a: { matrix: { x: [1, 2], y: [3, 4] }, steps: [x] }\n  b: { needs: [a], steps: [x] }\n';
  expect(planOf(text)).toEqual(planOf(text));
});

test('a limit of a step beyond that of its job is a warning', () => {
  const plan = planOf('jobs:\n  a:\n    timeout: 10m\n    steps: [{ script: x, timeout: 20m }]\n');
  expect(plan.warnings).toEqual([
    {
      file: '.signalbox.yml',
      line: 4,
      column: 35,
      rule: 'never-reached',
      message: 'this limit of a step is never reached: the whole job ends after 10m',
      hint: "raise the job's `timeout`",
      excerpt: '    steps: [{ script: x, timeout: 20m }]',
    },
  ]);
});

test('the defaults that editors and the reference tell are those of the plan', () => {
  const [job] = planOf('jobs:\n  a: { steps: [x] }\n').jobs;
  const told = planOf(`
jobs:
  a:
    on: ${usual(jobKeys, 'on')}
    pool: ${usual(jobKeys, 'pool')}
    checkout: ${usual(jobKeys, 'checkout')}
    attempts: ${usual(jobKeys, 'attempts')}
    priority: ${usual(jobKeys, 'priority')}
    coalesce: ${usual(jobKeys, 'coalesce')}
    timeout: ${usual(jobKeys, 'timeout')}
    silent-timeout: ${usual(jobKeys, 'silent-timeout')}
    steps:
      - script: x
        shell: ${usual(stepKeys, 'shell')}
        always: ${usual(stepKeys, 'always')}
        may-fail: ${usual(stepKeys, 'may-fail')}
`).jobs[0];
  expect({ ...told, origin: job?.origin }).toEqual(job);
});

const jobKeys = jobTable.properties ?? {};
const stepKeys = stepTable.properties ?? {};

function usual(keys: Readonly<Record<string, Schema>>, key: string): string {
  expect(keys[key]?.default, key).toBeDefined();
  return String(keys[key]?.default);
}
