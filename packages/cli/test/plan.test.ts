// `plan` and `init` in real work trees, without any server.
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '@signalbox/plan';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { makeSample } from '../src/sample.ts';
import { listener, signalbox } from './kit.ts';

const config = `jobs:
  always: { steps: [make] }
  docs: { if-changed: ['docs/**'], steps: [make docs] }
  ship: { on: { push: { branches: [main] } }, needs: [always], steps: [make ship] }
`;

async function repository(files: Record<string, string> = { '.signalbox.yml': config, 'src/a.c': '1' }) {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.commit({ files });
  return made;
}

const plan = async (directory: string, ...args: string[]): Promise<Plan> => {
  const ran = await signalbox(['plan', '--json', ...args], { directory });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout) as Plan;
};
const names = (found: Plan) => found.jobs.map((job) => job.name);

test('the plan of a work tree says what would run, and why the rest would not', async () => {
  const { path } = await repository();
  const ran = await signalbox(['plan'], { directory: path });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^always +default/m);
  expect(ran.stdout).toMatch(/^docs +unchanged/m);
});

test('what is changed and not committed yet counts, from any folder of the tree', async () => {
  const made = await repository();
  await mkdir(join(made.path, 'docs'));
  await writeFile(join(made.path, 'docs', 'new.md'), 'x');
  expect(names(await plan(join(made.path, 'docs')))).toEqual(['always', 'docs', 'ship']);
});

test('what is not pushed yet counts as one push', async () => {
  const made = await repository();
  await made.bare();
  await made.push('-u', 'main');
  await made.commit({ files: { 'docs/a.md': 'x' } });
  await made.commit({ files: { 'src/a.c': '2' } });
  expect(names(await plan(made.path))).toContain('docs');
  expect(names(await plan(made.path, '--rev', 'HEAD'))).not.toContain('docs');
  expect(names(await plan(made.path, '--rev', 'HEAD~1'))).toContain('docs');
});

test('another branch is another plan', async () => {
  const { path } = await repository();
  const found = await plan(path, '--branch', 'topic');
  expect(names(found)).toEqual(['always']);
  expect(found.leftOut.map((one) => one.kind).sort()).toEqual(['branch', 'unchanged']);
});

test('a commit that is the first one, and a configuration that is only in the past, can be planned', async () => {
  const made = await sampleRepository({ empty: true });
  onTestFinished(() => made.remove());
  await made.commit({ files: { '.signalbox.yml': config, 'docs/a.md': 'x' } });
  await made.commit({ files: { '.signalbox.yml': null } });
  expect(names(await plan(made.path, '--rev', 'HEAD^'))).toContain('docs');
  expect(await signalbox(['plan'], { directory: made.path })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('signalbox init'),
  });
});

test('every cause can be asked for, and a job that runs says why', async () => {
  const text = `jobs:
  always: { steps: [make] }
  night: { when: { cause: [nightly] }, steps: [make all] }
`;
  const { path } = await repository({ '.signalbox.yml': text });
  expect(names(await plan(path))).toEqual(['always']);
  const nightly = await plan(path, '--cause', 'nightly');
  expect(nightly.jobs.map(({ name, because }) => [name, because])).toEqual([
    ['always', ['the cause `nightly` starts it']],
    ['night', ['the cause `nightly` starts it', 'the cause `nightly` is among `nightly`']],
  ]);
});

test('one can stop after any stage', async () => {
  const text = 'templates: { t: { pool: linux } }\njobs:\n  a: { template: t, steps: [make] }\n';
  const { path } = await repository({ '.signalbox.yml': text });
  const until = (stage: string) => signalbox(['plan', '--until', stage], { directory: path });
  const applied = await until('apply');
  expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('    pool: linux\n') });
  const flat = await repository({ '.signalbox.yml': applied.stdout });
  expect((await plan(flat.path)).jobs[0]).toMatchObject({ name: 'a', pool: 'linux' });
  expect((await until('expand')).stdout).toMatch(/^a +a +linux +\.signalbox\.yml:3$/m);
  expect((await until('select')).stdout).toMatch(/^a +runs +a push to `main` starts it$/m);
  expect(await until('weave')).toMatchObject({ code: 2 });
});

test('a push of a server is planned by its own branch, message and files, with its commit from the clone', async () => {
  const made = await repository();
  const revision = await made.commit({ files: { 'docs/a.md': 'x' } });
  const push = { repo: 'app', revision, branch: 'topic', message: 'x', files: ['docs/a.md'] };
  const far = await listener(({ path }) => {
    if (path === '/api/v1/pushes/7') return [200, { push, pipelines: [] }];
    return [200, { push: { ...push, revision: 'f'.repeat(40) }, pipelines: [] }];
  });
  expect(names(await plan(made.path, '--push', '7', '--server', far.url))).toEqual(['always', 'docs']);
  const unknown = await signalbox(['plan', '--push', '8', '--server', far.url], { directory: made.path });
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('git fetch') });
  const both = await signalbox(['plan', '--push', '7', '--rev', 'HEAD'], { directory: made.path });
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('Leave --rev') });
});

test('mistakes come with file, line and column, and exit code 2', async () => {
  const { path } = await repository({ '.signalbox.yml': 'jobs:\n  test:\n    stpes: [make]\n' });
  const ran = await signalbox(['plan'], { directory: path });
  expect(ran.code).toBe(2);
  expect(ran.stdout).toContain('.signalbox.yml:3:5:');
  expect(ran.stdout).toContain('steps');
  const forPrograms = await signalbox(['plan', '--json'], { directory: path });
  expect(forPrograms.code).toBe(2);
  expect(JSON.parse(forPrograms.stdout)).toMatchObject({ mistakes: [{ line: 3, column: 5 }] });
});

test.each([
  [['--rev', 'nowhere'], 'has no commit "nowhere"'],
  [['--rev', '--output=/tmp/x'], 'has no commit "--output=/tmp/x"'],
])('plan %s is refused as not found', async (args, says) => {
  const { path } = await repository();
  const ran = await signalbox(['plan', ...args], { directory: path });
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain(says);
});

test('plan outside of any repository says so', async () => {
  const ran = await signalbox(['plan'], { directory: await temporaryDirectory('nowhere') });
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain('is in no git work tree');
});

test('every configuration of the sample has a plan without warnings', async () => {
  const sample = await makeSample(await temporaryDirectory('sample'));
  const plans = await Promise.all(
    sample.pushes.map(({ branch, revision }) => plan(sample.tree, '--rev', revision, '--branch', branch)),
  );
  expect(plans.map((one) => one.warnings)).toEqual(plans.map(() => []));
  expect(plans.map((one) => one.jobs.length)).toEqual([2, 6, 7, 7, 7, 7]);
});

test('init writes a configuration that has a plan, made for what is there, and never over one', async () => {
  const made = await repository({ 'package.json': '{}', 'src/a.js': '1' });
  const ran = await signalbox(['init'], { directory: join(made.path, 'src') });
  expect(ran.stdout).toContain('for npm');
  const file = join(made.path, '.signalbox.yml');
  expect(await readFile(file, 'utf8')).toContain('npm');
  expect(names(await plan(made.path)).length).toBeGreaterThan(0);

  await writeFile(file, 'mine');
  expect(await signalbox(['init'], { directory: made.path })).toMatchObject({ code: 5 });
  expect(await readFile(file, 'utf8')).toBe('mine');
  expect(await signalbox(['init', '--force'], { directory: made.path })).toMatchObject({ code: 0 });
  expect(await readFile(file, 'utf8')).not.toBe('mine');
});

test('init --typescript writes a script that has a plan, with its types; of one that is there the types alone', async () => {
  const made = await repository({ 'package.json': '{}' });
  const init = () => signalbox(['init', '--typescript', '--json'], { directory: made.path });
  expect(await init()).toMatchObject({ code: 0 });
  expect(names(await plan(made.path))).toEqual(['test-linux']);
  const [config, types] = ['config.ts', 'signalbox.d.ts'].map((name) => join(made.path, '.signalbox', name));
  await writeFile(config!, 'export default {};\n');
  await writeFile(types!, 'old');
  expect(await init()).toMatchObject({ code: 0 });
  expect([await readFile(config!, 'utf8'), await readFile(types!, 'utf8')]).toEqual([
    'export default {};\n',
    expect.stringContaining("declare module 'signalbox'"),
  ]);
});

const script = `import { defineConfig } from 'signalbox';
import { lane } from './lib/lane.ts';
import locales from '../locales.json' with { type: 'json' };
export default defineConfig(({ branch, push }) => ({
  jobs: Object.fromEntries(locales.map((locale: string) => [\`l10n-\${locale}\`, lane(branch, push.cause)])),
}));
`;
const scripted = {
  '.signalbox/config.ts': script,
  '.signalbox/lib/lane.ts': 'export const lane = (...words: string[]) => ({ steps: [words.join(" ")] });\n',
  'locales.json': '["de", "fr"]',
};

test('a configuration in TypeScript is planned, explained and told of by its lines, in the tree and at a commit', async () => {
  const made = await repository(scripted);
  const found = await plan(made.path, '--branch', 'topic', '--cause', 'manual');
  expect(found.jobs.map(({ name, spec }) => [name, spec.steps[0]?.script])).toEqual([
    ['l10n-de', 'topic manual'],
    ['l10n-fr', 'topic manual'],
  ]);
  expect(await signalbox(['check', '--offline', '--strict'], { directory: made.path })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2 lanes, no mistake.'),
  });
  const explained = await signalbox(['explain-config', 'l10n-fr.steps[0].script'], { directory: made.path });
  expect(explained.stdout).toMatch(/^ +\.signalbox\/lib\/lane\.ts:1:\d+ +written here$/m);
  expect(explained.stdout).toMatch(/^ +\.signalbox\/config\.ts:5:\d+ +made by this call$/m);

  await made.commit({ files: { '.signalbox/config.ts': script.replace('lib/lane.ts', 'lib/line.ts') } });
  expect(await signalbox(['plan'], { directory: made.path })).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(
      /^\.signalbox\/config\.ts:2:22: there is no file .*(.*\n)*.*did you mean `lane\.ts`\?/,
    ),
  });
  expect(names(await plan(made.path, '--rev', 'HEAD~1'))).toEqual(['l10n-de', 'l10n-fr']);
});

test('a link is followed nowhere, as no server follows it: neither a file nor a folder', async () => {
  const made = await repository(scripted);
  const elsewhere = await temporaryDirectory();
  await writeFile(join(elsewhere, 'lane.ts'), scripted['.signalbox/lib/lane.ts']);
  await rm(join(made.path, '.signalbox', 'lib'), { recursive: true });
  await symlink(elsewhere, join(made.path, '.signalbox', 'lib'));
  const told = {
    code: 2,
    stdout: expect.stringContaining('.signalbox/lib/lane.ts is a symbolic link, which is not followed'),
  };
  expect(await signalbox(['plan'], { directory: made.path })).toMatchObject(told);
  await rm(join(made.path, '.signalbox', 'lib'));
  await mkdir(join(made.path, '.signalbox', 'lib'));
  await symlink(join(elsewhere, 'lane.ts'), join(made.path, '.signalbox', 'lib', 'lane.ts'));
  expect(await signalbox(['plan'], { directory: made.path })).toMatchObject(told);
  await made.commit({});
  expect(await signalbox(['plan', '--rev', 'HEAD'], { directory: made.path })).toMatchObject(told);
});
