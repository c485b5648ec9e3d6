// `signalbox import` in real work trees: what it finds, what it writes, and that `signalbox plan` takes it.
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { signalbox } from './kit.ts';

const ci = `on: push
jobs:
  test:
    runs-on: linux
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@v4
      - run: make test
`;
const release = ci.replace('make test', 'make release');

async function tree(files: Record<string, string>) {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.commit({ files });
  return made.path;
}

test('the workflows of a tree become a configuration that has a plan, and the gaps are listed', async () => {
  const top = await tree({ '.github/workflows/ci.yml': ci, '.github/workflows/release.yaml': release, 'src/a.c': '' });
  const ran = await signalbox(['import'], { directory: join(top, 'src') });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain(`Written: ${join(top, '.signalbox.yml')}, with 2 jobs of 2 files`);
  expect(ran.stdout).toContain('2 points without an equal here');
  expect(ran.stdout).toContain('.github/workflows/ci.yml:5:5  `permissions`');
  const planned = await signalbox(['plan', '--json'], { directory: top });
  expect(JSON.parse(planned.stdout)).toMatchObject({
    jobs: [{ name: 'ci-test' }, { name: 'release-test' }],
    warnings: [],
  });
  const text = await readFile(join(top, '.signalbox.yml'), 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.signalbox\.schema\.json\n/);
  expect(JSON.parse(await readFile(join(top, '.signalbox.schema.json'), 'utf8'))).toHaveProperty('properties.jobs');

  // Never over one that is there, unless it is said.
  expect(await signalbox(['import'], { directory: top })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('--force'),
  });
  expect(await signalbox(['import', '--force', '.github/workflows/ci.yml'], { directory: top })).toMatchObject({
    code: 0,
  });
  expect(await readFile(join(top, '.signalbox.yml'), 'utf8')).not.toContain('make release');
});

test('it can be looked at only, written elsewhere, and told to programs', async () => {
  const top = await tree({ '.github/workflows/ci.yml': ci });
  const seen = await signalbox(['import', '--stdout'], { directory: top });
  expect(seen.stdout).toContain('      - make test');
  expect(seen.stderr).toContain('1 point without an equal here');
  expect(seen.stderr).toContain('.github/workflows/ci.yml:5:5');
  const gaps = [
    { file: '.github/workflows/ci.yml', line: 5, column: 5, what: '`permissions`', instead: expect.any(String) },
  ];
  const told = await signalbox(['import', '--stdout', '--json'], { directory: top });
  expect(JSON.parse(told.stdout)).toEqual({
    file: null,
    from: ['.github/workflows/ci.yml'],
    jobs: ['test'],
    gaps,
    text: seen.stdout,
  });
  const elsewhere = await signalbox(['import', '--json', '--out', 'made.yml'], { directory: top });
  expect(JSON.parse(elsewhere.stdout)).toMatchObject({ file: join(top, 'made.yml'), jobs: ['test'], gaps });
  expect(await readFile(join(top, 'made.yml'), 'utf8')).toBe(seen.stdout);
  await expect(readFile(join(top, '.signalbox.yml'))).rejects.toThrow('ENOENT');
});

test('a broken workflow is refused with its line, and nothing is written', async () => {
  const top = await tree({ '.github/workflows/ci.yml': ci, '.github/workflows/bad.yml': 'on: push\njobs:\n  a: [\n' });
  const ran = await signalbox(['import'], { directory: top });
  expect(ran.code).toBe(2);
  expect(ran.stdout).toMatch(/^\.github\/workflows\/bad\.yml:\d:\d+: this is not YAML/);
  expect(JSON.parse((await signalbox(['import', '--json'], { directory: top })).stdout)).toMatchObject({
    mistakes: [{ file: '.github/workflows/bad.yml' }],
  });
  await expect(readFile(join(top, '.signalbox.yml'))).rejects.toThrow('ENOENT');
});

test.each([
  [[], 3, 'There is no .github/workflows/*.yml and no .gitlab-ci.yml'],
  [['--from', 'gitlab'], 3, 'There is no .gitlab-ci.yml'],
  [['nowhere.yml'], 3, 'nowhere.yml'],
  [['.'], 2, 'is no file'],
  [['--from', 'jenkins'], 2, 'Allowed choices are github, gitlab'],
  [['--stdout', '--out', 'x'], 2, 'cannot be used with'],
])('import %s in an empty tree ends with %i', async (args, code, says) => {
  const ran = await signalbox(['import', ...args], { directory: await tree({ 'a.c': '' }) });
  expect(ran).toMatchObject({ code, stderr: expect.stringContaining(says) });
});

test('a tree that has both says which is meant; a folder that is in no work tree is taken as it is', async () => {
  const top = await tree({ '.github/workflows/ci.yml': ci, '.gitlab-ci.yml': 'test: { script: make }\n' });
  expect(await signalbox(['import'], { directory: top })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--from gitlab'),
  });
  expect(await signalbox(['import', '--from', 'github', '--stdout'], { directory: top })).toMatchObject({ code: 0 });
  const bare = await temporaryDirectory('bare');
  await mkdir(join(bare, '.github', 'workflows'), { recursive: true });
  await writeFile(join(bare, '.github', 'workflows', 'ci.yml'), ci);
  expect(await signalbox(['import'], { directory: bare })).toMatchObject({ code: 0 });
});

test('a tree whose configuration is a directory keeps it', async () => {
  const top = await tree({ '.github/workflows/ci.yml': ci, '.signalbox/a.yml': 'jobs: { a: { steps: [x] } }\n' });
  expect(await signalbox(['import', '--force'], { directory: top })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('holds a configuration already'),
  });
  expect(await signalbox(['import', '--stdout'], { directory: top })).toMatchObject({ code: 0 });
});

test('a file that is too large is not read', async () => {
  const top = await tree({ 'a.c': '' });
  await mkdir(join(top, '.github', 'workflows'), { recursive: true });
  await writeFile(join(top, '.github/workflows/large.yml'), 'x'.repeat(9_000_000));
  await symlink('/dev/zero', join(top, '.github/workflows/endless.yml'));
  const ran = await signalbox(['import', '.github/workflows/large.yml'], { directory: top });
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('8000000 are the limit') });
  const endless = await signalbox(['import', '.github/workflows/endless.yml'], { directory: top });
  expect(endless).toMatchObject({ code: 2, stderr: expect.stringContaining('is no file') });
});

test('the pipeline of GitLab is read with the files of the tree that it includes, and with the name of its default branch', async () => {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.commit({
    files: {
      '.gitlab-ci.yml': `include: ['ci/*.yml', { remote: 'https://ci.example.org/all.yml' }]
deploy:
  extends: .deploy
  rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual }]
`,
      'ci/deploy.yml': '.deploy: { stage: deploy, script: make deploy }\n',
      'ci/test.yml': 'test: { script: make test, image: node }\n',
    },
  });
  await made.git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
  await made.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
  const ran = await signalbox(['import', '--json'], { directory: made.path });
  expect(JSON.parse(ran.stdout)).toMatchObject({
    from: ['.gitlab-ci.yml', 'ci/deploy.yml', 'ci/test.yml'],
    jobs: ['ask-deploy', 'deploy', 'test'],
    gaps: [
      { file: '.gitlab-ci.yml', line: 1, what: '`include remote: https://ci.example.org/all.yml`' },
      { file: 'ci/test.yml', line: 1, what: '`image: node`' },
    ],
  });
  const planned = JSON.parse(
    (await signalbox(['plan', '--json', '--branch', 'trunk'], { directory: made.path })).stdout,
  );
  expect(planned).toMatchObject({
    jobs: [{ name: 'test' }, { name: 'ask-deploy' }, { name: 'deploy', needs: ['test', 'ask-deploy'] }],
  });
  const elsewhere = JSON.parse(
    (await signalbox(['plan', '--json', '--branch', 'topic'], { directory: made.path })).stdout,
  );
  expect(elsewhere).toMatchObject({ jobs: [{ name: 'test' }] });
});
