// Files of GitLab CI become configurations that mean the same, where something here means the same.
import { expect, test } from 'vitest';
import { importConfiguration } from '../../src/index.ts';
import { namesOf, planOf } from '../kit/compile-text.ts';
import { fixture, gapsOf, importOne, importText } from './import-text.ts';

const ci = '.gitlab-ci.yml';
const push = (branch: string, files = ['a']) => ({ push: { branch, message: '', files } });
const byHand = { ...push('main'), cause: 'manual' as const };
const trees = (files: Record<string, string>) => ({
  tree: { read: (path: string) => files[path] ?? null, paths: () => Object.keys(files) },
});

test('a web service: stages, templates, references, chunks, matrices, gates, and who waits for whom', () => {
  const { text, jobs, gaps } = importOne('gitlab', ci, fixture('gitlab/service.yml'));
  expect(jobs).toEqual([
    ...['lint', 'unit-tests', 'integration', 'audit', 'package', 'deploy-staging', 'ask-deploy-production'],
    ...['deploy-production', 'child', 'release-notes'],
  ]);
  const plan = planOf(text, push('main', ['package-lock.json']));
  const job = (name: string) => plan.jobs.find((one) => one.name === name);
  expect(namesOf(plan)).toEqual([
    ...['lint', 'unit-tests-1', 'unit-tests-2', 'unit-tests-3'],
    ...['integration-native-fast', 'integration-pure-fast', 'integration-native-slow', 'integration-native-strict'],
    ...['audit', 'package', 'deploy-staging', 'ask-deploy-production', 'deploy-production', 'child'],
  ]);
  // What the file says for all jobs; the first job has no other to wait for.
  expect(job('lint')).toMatchObject({
    pool: 'docker-linux',
    needs: [],
    spec: { env: { NODE_ENV: 'test', POSTGRES_DB: 'app_test' } },
  });
  expect(job('lint')?.spec.steps.map((step) => step.script)).toEqual([
    'npm ci --cache .npm',
    'npm run lint\n# Types take a while.\nnpm run types\n',
  ]);
  // What it extends, in chunks, with its reports.
  expect(job('unit-tests-2')).toMatchObject({
    needs: ['lint'],
    spec: { timeoutSeconds: 5400, results: [{ files: 'reports/*.xml' }] },
  });
  expect(job('unit-tests-2')?.spec.steps[1]?.script).toBe('npm test -- --shard=$MATRIX_CHUNK/$MATRIX_CHUNKS');
  // Each combination; one shell, as its first lines set what the others need; it may fail.
  expect(job('integration-pure-fast')?.spec).toMatchObject({
    env: { DRIVER: 'pure', MODE: 'fast', DATABASE_URL: 'postgres://app@postgres/app_test' },
    steps: [
      {
        script:
          'npm ci\nnpm run migrate\nexport PGHOST=postgres\nnpm run integration -- --driver "$DRIVER" --mode "$MODE"\n',
        mayFail: true,
      },
      { script: 'cat integration.log', always: true, mayFail: true },
    ],
  });
  expect(job('package')).toMatchObject({
    attempts: 3,
    needs: expect.arrayContaining(['audit', 'unit-tests-1', 'integration-pure-fast']),
  });
  expect(job('package')?.spec.artifacts).toEqual(['dist/**', 'build-info', 'build-info/**']);
  expect(job('package')?.spec.secrets).toEqual(['REGISTRY_PASSWORD']);
  expect(job('package')?.spec.steps[0]?.script).toMatch(
    /^export CI_COMMIT_SHORT_SHA="\$\(git rev-parse --short=8 HEAD\)"\n/,
  );
  expect(job('deploy-staging')).toMatchObject({ needs: ['package'], order: { concurrencyGroup: 'staging' } });
  expect(job('deploy-staging')?.spec.steps[1]?.script).toBe('./deploy.sh staging "$CI_COMMIT_BRANCH"');
  expect(job('ask-deploy-production')).toMatchObject({
    order: { gate: 'Run deploy:production?' },
    needs: ['package', 'audit'],
  });
  expect(job('deploy-production')?.needs).toEqual(['package', 'audit', 'ask-deploy-production']);
  expect(job('child')?.spec.steps).toMatchObject([{ name: 'Not imported yet' }]);
  // On a branch of somebody, without the files of the audit: what waits for it does not go with it.
  expect(namesOf(planOf(text, push('topic'))).slice(-2)).toEqual(['package', 'child']);
  expect(namesOf(planOf(text, byHand))).toContain('release-notes');
  expect(text).toContain('  # Nothing else begins before this has passed.\n  lint:');
  expect(gapsOf(gaps)).toEqual([
    '17:3 `image: node:20`',
    '18:3 several `tags`',
    '21:3 `cache`',
    '36:5 `expire_in: 1 week`',
    '54:3 `services`',
    '90:7 `$CI_REGISTRY`',
    '90:7 `$CI_REGISTRY_IMAGE`',
    '93:3 `artifacts` that later jobs may use',
    '103:3 `environment`',
    '116:3 `trigger`',
    '119:1 the job `release notes`',
  ]);
});

test('files of the tree that are included are read, what lies elsewhere is a gap', () => {
  const files = { 'ci/shared.yml': fixture('gitlab/ci/shared.yml'), 'ci/tests.yml': fixture('gitlab/ci/tests.yml') };
  const given = [{ file: ci, text: fixture('gitlab/monorepo.yml') }];
  const { text, jobs, gaps } = importText('gitlab', given, trees(files));
  expect(jobs).toEqual(['api-build', 'web-build', 'test-all']);
  const [api] = planOf(text).jobs;
  expect(api?.spec).toMatchObject({ env: { COMPONENT: 'api' }, artifacts: ['api/out', 'api/out/**'] });
  expect(text).toContain('  # From ci/tests.yml\n  # Tests of all components.\n  test-all:');
  const runs = (branch: string, file: string) => namesOf(planOf(text, push(branch, [file])));
  expect(runs('main', 'web/a/b')).toEqual(['api-build', 'web-build', 'test-all']);
  expect(runs('feature/x', 'web/a')).toEqual(['api-build', 'test-all']);
  expect(runs('release-12', 'web/a')).toEqual(['web-build', 'test-all']);
  expect(gaps.map(({ file, line, what }) => `${file}:${line} ${what}`)).toEqual([
    '.gitlab-ci.yml:4 `include project: group/templates, file: /base.yml`',
    '.gitlab-ci.yml:6 `include template: Security/SAST.gitlab-ci.yml`',
    '.gitlab-ci.yml:20 `api:build` extends `.from-elsewhere`',
    '.gitlab-ci.yml:22 `changes` in some of the rules',
    'ci/shared.yml:3 `image: builder:3`',
    'ci/shared.yml:7 `artifacts` that later jobs may use',
    'ci/tests.yml:4 `interruptible: true`',
  ]);
  const missing = importConfiguration({ from: 'gitlab', files: given, ...trees({ 'ci/tests.yml': '' }) });
  expect(missing).toMatchObject({ kind: 'mistakes' });
});

const everywhere = ['main', 'topic', 'release/1', 'v1.2'];

test.each([
  ['rules: [{ if: $CI_COMMIT_BRANCH == "main" }]', ['main']],
  [
    'rules: [{ if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" }, { if: $CI_PIPELINE_SOURCE == "merge_request_event" }]',
    everywhere,
  ],
  ['rules: [{ if: $CI_COMMIT_BRANCH == "main", when: never }, { when: on_success }]', ['topic', 'release/1', 'v1.2']],
  [
    'rules: [{ if: "$CI_COMMIT_BRANCH =~ /^release\\\\//" }, { if: "$CI_COMMIT_REF_NAME =~ /^v\\\\d+\\\\.\\\\d+$/" }]',
    ['release/1', 'v1.2'],
  ],
  ['rules: [{ if: $CI_COMMIT_TAG }]', []],
  ['rules: [{ if: "$CI_COMMIT_TAG == null && $CI_COMMIT_BRANCH != \'main\'" }]', ['topic', 'release/1', 'v1.2']],
  ['rules: [{ if: $CI_PIPELINE_SOURCE == "schedule" }]', []],
  [
    "rules: [{ if: \"$LEVEL == '3' && ($CI_COMMIT_BRANCH == 'main' || $CI_COMMIT_BRANCH == 'topic')\" }]",
    ['main', 'topic'],
  ],
  ['rules: [{ if: $SOMETHING_OF_THE_PROJECT }]', everywhere],
  ['only: [main, /^release\\/.*$/]', ['main', 'release/1']],
  ['only: [branches]\nexcept: [main]', ['topic', 'release/1', 'v1.2']],
  ['only: [merge_requests]', ['topic', 'release/1', 'v1.2']],
  ['only: [tags, schedules]', []],
  ['only: { refs: [main, topic], variables: [$LEVEL == "4"] }', []],
  ['when: on_success', everywhere],
])('a job with %s runs by itself on %o, and by hand', (lines, branches) => {
  const { text } = importOne(
    'gitlab',
    ci,
    `variables: { LEVEL: 3 }\na:\n  script: make\n${lines.replace(/^(?=.)/gm, '  ')}\n`,
  );
  expect(everywhere.filter((branch) => planOf(text, push(branch)).jobs.length > 0)).toEqual(branches);
  expect(planOf(text, { ...push(branches[0] ?? 'main'), cause: 'manual' }).jobs).toHaveLength(1);
});

test.each([
  ['script: [make]', [{ script: 'make', shell: 'sh' }]],
  [
    'before_script: [npm ci]\n  script: [npm test, npm run lint]',
    [{ script: 'npm ci' }, { script: 'npm test\nnpm run lint\n' }],
  ],
  ['before_script: [cd sub]\n  script: [make]', [{ script: 'cd sub\nmake\n' }]],
  ['script: ["a | b"]', [{ shell: 'bash', script: 'a | b' }]],
  ['script: make\n  allow_failure: true', [{ script: 'make', mayFail: true }]],
  ['script: echo "$CI_PROJECT_DIR" $CI_PIPELINE_IID', [{ script: 'echo "$CI_WORKSPACE" $CI_PIPELINE_NUMBER' }]],
  ['script: echo \\$CI_PROJECT_DIR', [{ script: 'echo \\$CI_PROJECT_DIR' }]],
  ['script: [!reference [.lib, script], [b, [c]]]', [{ script: 'x\ny\nb\nc\n' }]],
  [
    'script: make\n  variables: { A: $LEVEL-x, B: $CI_COMMIT_SHA-x }',
    [{ script: 'export B="$CI_COMMIT_SHA-x"\nmake\n' }],
  ],
])('%s becomes the steps %o', (lines, steps) => {
  const { text } = importOne('gitlab', ci, `variables: { LEVEL: 3 }\n.lib: { script: [x, y] }\na:\n  ${lines}\n`);
  const spec = planOf(text).jobs[0]?.spec;
  expect(spec?.steps).toMatchObject(steps);
  if (lines.includes('variables')) expect(spec?.env).toMatchObject({ A: '3-x' });
});

test('stages become needs: each job waits for those before it, through others where it can; not for what a person may start', () => {
  const text = `stages: [a, b, c]
one: { stage: a, script: x }
two: { stage: a, script: x }
three: { stage: b, script: x }
four: { stage: b, script: x, needs: [one] }
five: { stage: b, script: x, when: manual }
six: { stage: c, script: x }
last: { stage: .post, script: x }
`;
  const plan = planOf(importOne('gitlab', ci, text).text);
  expect(Object.fromEntries(plan.jobs.map(({ name, needs }) => [name, needs]))).toEqual({
    one: [],
    two: [],
    three: ['one', 'two'],
    four: ['one'],
    'ask-five': ['one', 'two'],
    five: ['one', 'two', 'ask-five'],
    six: ['three', 'four'],
    last: ['six'],
  });
});

test.each([
  ['a: [', /ci\.yml:\d+:\d+: this is not YAML/],
  ['a: { script: x, stage: bild }\n', /ci\.yml:1:17: there is no stage `bild`/],
  ['a: { script: x, needs: [b] }\n', /ci\.yml:1:25: there is no job `b` to need/],
  ['a: { script: x, needs: [b] }\nb: { script: x, needs: [a] }\n', /ci\.yml:1:1: these needs form a circle: a → b → a/],
  ['a: { script: x, extends: .b }\n.b: { extends: a }\n', /extends itself/],
  ['a: { script: x, extends: .b }\n', /ci\.yml:1:17: `a` extends `.b`, which is none/],
  ['a: { script: !reference [.b, script] }\n', /`!reference \[.b, script\]` names nothing/],
  ['a: { needs: [] }\n', /ci\.yml:1:1: the job `a` has no `script`/],
  ['varables: x\na: { script: x }\n', /ci\.yml:1:1: `varables` is no job and no key of GitLab CI/],
  ['include: gone.yml\na: { script: x }\n', /ci\.yml:1:1: there is no file `gone.yml`/],
  ['include: ../up.yml\na: { script: x }\n', /leads out of the tree/],
  ['stages: [a]\n', /ci\.yml:1:1: the file has no job/],
  [
    `.b0: { script: x }\n${Array.from({ length: 25 }, (_, i) => `.b${i + 1}: { extends: [.b${i}, .b${i}] }\n`).join('')}a: { extends: .b25 }\n`,
    /which is none/,
  ],
])('a broken file is refused with its place: %#', (text, says) => {
  const result = importConfiguration({ from: 'gitlab', files: [{ file: 'ci.yml', text }], ...trees({}) });
  const told =
    result.kind === 'mistakes'
      ? result.mistakes.map((one) => `${one.file}:${one.line}:${one.column}: ${one.message}`)
      : [];
  expect(told.join('\n')).toMatch(says);
});

test('a file that begins with a document of its own keeps its lines', () => {
  const { gaps } = importOne('gitlab', ci, 'spec:\n  inputs:\n    x:\n---\na:\n  script: make\n  coverage: /x/\n');
  expect(gapsOf(gaps)).toEqual(['7:3 `coverage: /x/`']);
});
