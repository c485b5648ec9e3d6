// Workflows of GitHub become configurations that mean the same, where something here means the same.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflows.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importConfiguration } from '../../src/index.ts';
import { namesOf, planOf } from '../kit/compile-text.ts';
import { fixture, gapsOf, importOne, importText } from './import-text.ts';

const ci = '.github/workflows/ci.yml';
const workflow = (jobs: string, more = 'on: push\n') => `${more}jobs:\n${jobs.replace(/^(?=.)/gm, '  ')}`;
const oneJob = (lines: string, more?: string) =>
  workflow(`build:\n  runs-on: linux\n${lines.replace(/^(?=.)/gm, '  ')}\n`, more);
const steps = (lines: string, more?: string) =>
  oneJob(`steps:\n  - uses: actions/checkout@v4\n${lines.replace(/^(?=.)/gm, '  ')}`, more);

test('a library for node: its jobs, in its order, with its matrix, limits, patterns and commands', () => {
  const { text, gaps } = importOne('github', ci, fixture('github/node-library.yml'));
  const plan = planOf(text);
  expect(namesOf(plan)).toEqual([
    'lint',
    'test-ubuntu-latest-18',
    'test-ubuntu-latest-20',
    'test-windows-latest-18',
    'test-windows-latest-20',
    'test-macos-latest-20',
    'publish',
  ]);
  const [lint, linux] = plan.jobs;
  expect(lint).toMatchObject({ pool: 'ubuntu-latest', needs: [], order: { coalesce: 100 } });
  expect(lint?.spec).toMatchObject({ checkout: true, env: { FORCE_COLOR: '1' } });
  expect(lint?.spec.steps.map((step) => step.script)).toEqual(['npm ci', 'npm run lint -- --max-warnings 0']);
  expect(linux).toMatchObject({ pool: 'ubuntu-latest', needs: ['lint'] });
  expect(linux?.spec).toMatchObject({ timeoutSeconds: 900, artifacts: ['coverage/**', 'reports/*.xml'] });
  expect(linux?.spec.steps.map((step) => step.script)).toEqual([
    'git submodule update --init --recursive',
    'npm ci',
    'export SEED="$CI_PIPELINE_NUMBER"\nexport REPORT="coverage/ubuntu-latest.xml"\nnpm test -- --coverage\n',
    '[ "$MATRIX_OS" = ubuntu-latest ] && [ "$MATRIX_NODE" = 20 ] || exit 0\nnpm run size >> $TMPDIR/summary.md\n',
  ]);
  const publish = plan.jobs.at(-1);
  expect(publish).toMatchObject({ pool: 'linux-x64', order: { concurrencyGroup: 'publish' } });
  expect(publish?.spec.secrets).toEqual(['NPM_TOKEN']);
  expect(publish?.spec.steps[1]?.script).toContain('export NODE_AUTH_TOKEN="$NPM_TOKEN"\ncd packages/core\n');
  expect(publish?.spec.steps[1]?.script).toContain('--tag "$CI_COMMIT_BRANCH"');
  // Its condition: only on main. Its workflow's: never for documents alone.
  const onTopic = planOf(text, { push: { branch: 'topic', message: '', files: ['src/a.js'] } });
  expect(onTopic.leftOut).toMatchObject([{ name: 'publish', kind: 'branch' }]);
  const ofDocuments = planOf(text, {
    push: { branch: 'main', message: '', files: ['docs/a.txt', 'packages/core/a.md'] },
  });
  expect(ofDocuments.jobs).toEqual([]);
  // Comments of the source are kept, and each point without an equal is listed and said in its place.
  expect(text).toContain('  # Fast, so that a slip is told at once.\n  lint:');
  expect(text).toContain('      # The whole tree, also what has not changed.\n      - npm run lint');
  expect(gapsOf(gaps)).toEqual([
    '8:3 `on: pull_request`',
    '11:5 `inputs`',
    '16:1 `permissions`',
    '19:1 `concurrency`',
    '33:15 `uses: actions/setup-node@v4`',
    '59:15 `uses: actions/setup-node@v4`',
    '70:15 `uses: codecov/codecov-action@v4`',
    '75:14 `$GITHUB_STEP_SUMMARY`',
    '87:5 `runs-on` with several labels',
    '88:5 `environment: npm`',
    '89:5 `permissions`',
  ]);
  for (const { line, instead } of gaps) {
    expect(text.replace(/\n +# {2,}/g, ' ')).toMatch(`(${ci}:${line}). ${instead.slice(0, 30)}`);
  }
});

test('a matrix of mappings is written out as GitHub would, with keys of their own', () => {
  const { text } = importOne('github', ci, fixture('github/cpp-matrix.yml'));
  const plan = planOf(text);
  expect(
    plan.jobs.map(({ pool, spec }) => [
      pool,
      spec.env['MATRIX_CONFIG_NAME'],
      spec.env['MATRIX_BUILD_TYPE'],
      spec.env['MATRIX_CHECKS'],
    ]),
  ).toEqual([
    ['ubuntu-22.04', 'gcc', 'Debug', 'true'],
    ['ubuntu-22.04', 'gcc', 'Release', undefined],
    ['ubuntu-22.04', 'clang', 'Debug', 'true'],
    ['ubuntu-22.04', 'clang', 'Release', undefined],
    ['windows-2022', 'msvc', 'Debug', 'true'],
    ['windows-2022', 'msvc', 'Release', undefined],
    ['windows-2022', 'mingw', 'Release', undefined],
  ]);
  const steps = plan.jobs[0]?.spec.steps ?? [];
  expect(steps[1]).toMatchObject({ name: 'Configure', shell: 'bash' });
  expect(steps[3]).toMatchObject({ name: 'Sanitize', mayFail: true });
  expect(steps[4]?.script).toBe('export CC="$MATRIX_CONFIG_CC"\ncd build\nctest --output-on-failure -C Debug\n');
  expect(steps.at(-1)).toMatchObject({ name: 'Show', always: true });
});

test('jobs of several workflows have the name of their file only where names collide, and what pushes do not start is by hand', () => {
  const files = ['cpp-matrix', 'release'].map((name) => ({ file: `${name}.yml`, text: fixture(`github/${name}.yml`) }));
  const { text, jobs } = importText('github', files);
  expect(jobs).toEqual(['cpp-matrix-build', 'release-build', 'image', 'notify', 'docs']);
  expect(namesOf(planOf(text)).every((name) => name.startsWith('cpp-matrix-build-'))).toBe(true);
  const byHand = planOf(text, { cause: 'manual' });
  expect(byHand.jobs.find(({ name }) => name === 'image')?.needs).toEqual(['release-build']);
  // Of a job that only used actions, nothing is left: it must not pass.
  expect(byHand.jobs.find(({ name }) => name === 'image')?.spec.steps).toMatchObject([
    { name: 'Not imported yet', script: expect.stringContaining('exit 1') },
  ]);
});

const push = (branch: string) => ({ push: { branch, message: '', files: ['a'] } });
const everywhere = ['main', 'topic', 'rel/1', 'v12.x'];

test.each([
  ['on: push', everywhere],
  ['on: [push, pull_request]', everywhere],
  ['on: { push: { branches: [main, "v[0-9]+.x", "rel/**"] }, workflow_dispatch: }', ['main', 'rel/1', 'v12.x']],
  ['on: { push: { branches-ignore: [topic] } }', ['main', 'rel/1', 'v12.x']],
  ['on: { push: { branches: ["**", "!rel/*"] } }', ['main', 'topic', 'v12.x']],
  ['on: { push: { branches: [main] }, pull_request: { branches: [main] } }', everywhere],
  ['on: { push: { tags: [v1] } }', []],
  ['on: { push: { tags: [v1], branches: [main] } }', ['main']],
  ['on: { workflow_dispatch: }', []],
  ['on: { schedule: [{ cron: "0 0 * * *" }] }', []],
])('%s starts jobs by pushes of %o, and by hand', (on, branches) => {
  const { text } = importOne('github', ci, steps('- run: make', `${on}\n`));
  expect(everywhere.filter((branch) => planOf(text, push(branch)).jobs.length > 0)).toEqual(branches);
  const byHand = { ...push(branches[0] ?? 'main'), cause: 'manual' as const };
  expect(planOf(text, byHand).jobs).toHaveLength(1);
});

test.each([
  ['{ push: { paths: ["**.js", "src/"] } }', ['a/b.js', 'c.js', 'src/x/y'], ['a.jsx', 'docs/a']],
  ['{ push: { paths-ignore: ["**.md", docs/**] } }', ['src/x', 'a.mdx'], ['a.md', 'b/c.md', 'docs/x/y']],
  ['{ push: { paths: [a] }, pull_request: { paths: [a] } }', ['a'], ['b']],
  ['{ push: { paths: [a] }, pull_request: { paths: [b] } }', ['a', 'b', 'c'], []],
])('on: %s starts jobs when %o change, and not for %o', (on, yes, no) => {
  const { text } = importOne('github', ci, steps('- run: make', `on: ${on}\n`));
  const starts = (file: string) =>
    planOf(text, { push: { branch: 'main', message: '', files: [file] } }).jobs.length > 0;
  expect(yes.filter(starts)).toEqual(yes);
  expect(no.filter(starts)).toEqual([]);
});

test.each([
  ["github.ref == 'refs/heads/main'", ['main']],
  ["github.ref_name != 'main' && github.repository == 'me/it'", ['topic', 'rel/1']],
  ["startsWith(github.ref, 'refs/heads/rel/')", ['rel/1']],
  ["github.ref == 'refs/heads/main' || startsWith(github.ref_name, 'rel')", ['main', 'rel/1']],
  ["startsWith(github.ref, 'refs/tags/')", []],
  ["github.event_name == 'pull_request'", ['topic']],
  ["github.event_name != 'pull_request'", ['main', 'rel/1']],
  ["github.event_name == 'schedule' || github.event_name == 'release'", []],
  ["contains(github.event.head_commit.author.name, 'me')", ['main', 'topic', 'rel/1']],
  ['false', []],
  ["inputs.deploy == 'true'", []],
  ['success()', ['main', 'topic', 'rel/1']],
])('a job with if: %s runs on %o', (condition, branches) => {
  const on =
    'on: { push: { branches: [main, "rel/*"] }, pull_request: , workflow_dispatch: { inputs: { deploy: { default: no } } } }\n';
  const { text } = importOne('github', ci, oneJob(`if: ${JSON.stringify(condition)}\nsteps:\n  - run: make`, on));
  expect(['main', 'topic', 'rel/1'].filter((branch) => planOf(text, push(branch)).jobs.length > 0)).toEqual(branches);
});

test.each([
  ["!contains(github.event.head_commit.message, '[skip it]')", ['Do [full]', 'Do']],
  [
    "!contains(github.event.head_commit.message, '[skip it]') && !contains(github.event.head_commit.message, '[full]')",
    ['Do'],
  ],
  ["github.ref == 'refs/heads/main' && contains(github.event.head_commit.message, '[full]')", ['Do [full]']],
  [
    "contains(github.event.head_commit.message, '[full]') && contains(github.event.head_commit.message, 'Do')",
    ['Do [full]', 'Do', 'Do [skip it]'],
  ],
])('a job with if: %s runs for the messages %o', (condition, wanted) => {
  const { text } = importOne('github', ci, oneJob(`if: ${JSON.stringify(condition)}\nsteps:\n  - run: make`));
  const runs = (message: string) => planOf(text, { push: { branch: 'main', message, files: ['a'] } }).jobs.length > 0;
  expect(['Do [full]', 'Do', 'Do [skip it]'].filter(runs)).toEqual(wanted);
});

test.each([
  ['run: make', { shell: 'sh', script: 'make' }],
  ['run: "[[ -f x ]] && source x"', { shell: 'bash' }],
  ['run: "echo ${{ github.sha }}-x"', { script: 'echo "$CI_COMMIT_SHA"-x' }],
  ['run: "echo \\"${{ github.ref_name }}_x\\""', { script: 'echo "${CI_COMMIT_BRANCH}_x"' }],
  ["run: echo '${{ secrets.MY_TOKEN }}'", { script: 'echo "$MY_TOKEN"' }],
  ["run: echo 'a ${{ secrets.my_token }} b'", { script: `echo 'a '"$MY_TOKEN"' b'` }],
  ['run: echo "$GITHUB_SHA" "${GITHUB_REF_NAME}"', { script: 'echo "$CI_COMMIT_SHA" "${CI_COMMIT_BRANCH}"' }],
  ['run: build ${{ env.LEVEL }}', { script: 'build "$LEVEL"' }],
  ["run: echo ${{ format('{0}-{1}', 'a', github.sha) }}", { script: 'echo a-"$CI_COMMIT_SHA"' }],
  ["run: echo ${{ inputs.nothing || 'usual' }}", { script: 'echo "$EXPRESSION"' }],
  ['{ run: make, working-directory: sub }', { script: 'cd sub\nmake\n' }],
  ['{ run: make, timeout-minutes: 1.5, continue-on-error: true }', { timeoutSeconds: 90, mayFail: true }],
  ['{ run: "Get-Item ${{ github.sha }}", shell: pwsh }', { shell: 'pwsh', script: 'Get-Item $env:CI_COMMIT_SHA' }],
  [
    '{ run: print(1), shell: python }',
    { shell: 'sh', script: "python - <<'END_OF_SCRIPT'\nprint(1)\nEND_OF_SCRIPT\n" },
  ],
  [
    '{ run: make, if: "github.ref == \'refs/heads/main\'" }',
    { script: '[ "$CI_COMMIT_REF" = refs/heads/main ] || exit 0\nmake\n' },
  ],
  ['{ run: make, if: "!cancelled()" }', { always: true, script: 'make' }],
  [
    '{ run: make, if: "always() && runner.os == \'Linux\'" }',
    { always: true, script: '[ "$(uname -s)" = Linux ] || exit 0\nmake\n' },
  ],
  [
    '{ run: make, env: { A: "x ${{ github.sha }}", B: plain } }',
    { script: 'export A="x ${CI_COMMIT_SHA}"\nexport B=plain\nmake\n' },
  ],
])('the step %s becomes %o', (step, meant) => {
  const { text } = importOne('github', ci, steps(`- ${step}`, 'on: push\nenv: { LEVEL: 3 }\n'));
  expect(planOf(text).jobs[0]?.spec.steps[0]).toMatchObject(meant);
});

test('what was written by hand in shell still means the same: quotes, comments and here-documents are seen', () => {
  const script = [
    "# it's ${{ github.sha }}",
    'cat <<EOF',
    "don't ${{ github.sha }}",
    'EOF',
    "cat <<'EOF'",
    '${{ github.sha }}',
    'EOF',
    'echo "${{ github.sha }}"',
  ];
  const { text, gaps } = importOne('github', ci, steps(`- run: |\n${script.map((line) => `    ${line}\n`).join('')}`));
  expect(planOf(text).jobs[0]?.spec.steps[0]?.script.split('\n').slice(1)).toEqual([
    'cat <<EOF',
    "don't $CI_COMMIT_SHA",
    'EOF',
    "cat <<'EOF'",
    '',
    'EOF',
    'echo "$CI_COMMIT_SHA"',
    '',
  ]);
  expect(gapsOf(gaps)).toEqual(['7:14 `${{ github.sha }}`']);
});

test('comments stay where they say something: above jobs, keys, steps and what stands in a step', () => {
  const source = `on: push
# About the jobs.
jobs:
  # About it.
  a:
    # First of all.
    runs-on: linux
    # Not long.
    timeout-minutes: 5
    steps:
      # About the step.
      - name: One
        # About its script.
        run: |
          # Of the script.
          make
      # About what is next.
      - run: make more
`;
  const { text } = importOne('github', ci, source);
  for (const comment of [
    '# About the jobs.\n',
    '  # About it.\n  a:',
    '    # First of all.\n    # Not long.\n',
    '      # About the step.\n      # About its script.\n      - name: One',
    '          # Of the script.\n          make\n',
    '      # About what is next.\n      - make more',
  ]) {
    expect(text).toContain(comment);
  }
});

test('a secret under its own name is named and not set again; without a checkout there is none', () => {
  const lines = 'env: { NPM_TOKEN: "${{ secrets.NPM_TOKEN }}", MODE: ci }\nsteps:\n  - run: npm publish';
  const { text } = importOne('github', ci, oneJob(lines));
  expect(planOf(text).jobs[0]?.spec).toMatchObject({
    secrets: ['NPM_TOKEN'],
    env: { MODE: 'ci' },
    checkout: false,
    steps: [{ script: 'npm publish' }],
  });
});

test.each([
  ['jobs:\n  a: [\n', /a\.yml:\d+:\d+: this is not YAML/],
  ['on: push\n', /a\.yml:1:1: a workflow has `jobs:`/],
  ['- a\n', /a\.yml:1:1: the file must be a mapping/],
  ['', /a\.yml:1:1: the file is empty|the file must be/],
  ['on: push\njobs:\n  a: { needs: b, steps: [{ run: x }] }\n', /a\.yml:3:3: the job needs `b`, which is none/],
  [
    'on: push\njobs:\n  a: { needs: b, steps: [{ run: x }] }\n  b: { needs: a, steps: [{ run: x }] }\n',
    /a\.yml:3:3: these needs form a circle: a → b → a/,
  ],
  ['on: push\njobs: { a: 1, a: 2 }\n', /a\.yml:2:15: `a` is here twice/],
  ['on: push\n__proto__: { x: 1 }\n', /`__proto__` cannot be a key/],
  [
    `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`},*${i === 0 ? 'a' : `b${i - 1}`}]\n`).join('')}`,
    /more than 5,000,000 values/,
  ],
  [`a: ${'['.repeat(200)}`, /values lie more than 50 deep/],
  [`a: "${'x'.repeat(1_100_000)}"`, /the file has 1,100,\d+ characters/],
  ['a: b\0', /a NUL byte/],
])('a broken file is refused with its place: %#', (text, says) => {
  const result = importConfiguration({ from: 'github', files: [{ file: 'a.yml', text }] });
  expect(result.kind).toBe('mistakes');
  const told =
    result.kind === 'mistakes'
      ? result.mistakes.map((one) => `${one.file}:${one.line}:${one.column}: ${one.message}`)
      : [];
  expect(told.join('\n')).toMatch(says);
});

test('the same files make the same text', () => {
  const text = readFileSync(new URL('github/cpp-matrix.yml', import.meta.url), 'utf8');
  expect(importOne('github', ci, text)).toEqual(importOne('github', ci, text));
});
