// `check` in real work trees: all mistakes at once, of the branches that are asked for, against what is known.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { listener, signalbox } from './kit.ts';

const well = 'jobs:\n  a: { pool: linux, if-changed: ["src/**"], steps: [x] }\n  b: { needs: [a], steps: [x] }\n';

async function repository(text = well) {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.commit({ files: { '.signalbox.yml': text, 'src/a.c': '1' } });
  return made;
}
const check = (directory: string, ...args: string[]) => signalbox(['check', ...args], { directory });

test('a sound configuration ends well, and what could not be checked is said', async () => {
  const { path } = await repository();
  const ran = await check(path);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stdout).toBe('2 lanes, no mistake.\nNot checked: pools, secrets.\n');
  expect(ran.stderr).toContain('no server answers');
});

test('mistakes are told all at once, with their place, and end with their exit code', async () => {
  const { path } = await repository('jobs:\n  a: { needs: [bb], steps: [x] }\n  b: { pol: x, steps: [x] }\n');
  const ran = await check(path, '--offline');
  expect(ran.code).toBe(2);
  expect(ran.stdout).toContain('.signalbox.yml:2:16: there is no job `bb` to need');
  expect(ran.stdout).toContain('.signalbox.yml:3:8: a job has no key `pol`');
  expect(ran.stdout).toContain('2 mistakes');
});

test('the pools of a fleet, the branches and the files of the tree count', async () => {
  const made = await repository(
    'jobs:\n  a: { pool: sun, steps: [x] }\n  b: { when: { branch: [gone] }, if-changed: [lib/**], steps: [x] }\n',
  );
  const fleet = join(await temporaryDirectory('fleet'), 'fleet.json');
  await writeFile(fleet, JSON.stringify({ workers: [{ name: 'w1', pools: ['linux', 'default'] }] }));
  const ran = await check(made.path, '--offline', '--json', '--fleet', fleet);
  expect(ran.code).toBe(2);
  const [configuration] = JSON.parse(ran.stdout).configurations;
  expect(configuration.mistakes).toMatchObject([{ line: 2, rule: 'unserved-pool' }]);
  expect(configuration.warnings).toMatchObject([{ rule: 'branch-none' }, { rule: 'path-none' }]);
  expect(configuration.unchecked).toEqual(['secrets']);
});

test('warnings end well unless it is strict', async () => {
  const { path } = await repository('jobs:\n  a: { if-changed: [lib/**], steps: [x] }\n');
  expect(await check(path, '--offline')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 warning') });
  expect(await check(path, '--offline', '--strict')).toMatchObject({ code: 2 });
});

test('all branches are checked, those of one configuration together; one branch by its name', async () => {
  const made = await repository();
  await made.git('branch', 'same');
  await made.git('checkout', '--quiet', '-b', 'broken');
  await made.commit({ files: { '.signalbox.yml': 'jobs: []\n' } });
  await made.git('checkout', '--quiet', 'main');
  const ran = await check(made.path, '--offline', '--all-branches');
  expect(ran.code).toBe(2);
  expect(ran.stdout).toMatch(/^== broken\n\.signalbox\.yml:1:7: `jobs` must be/m);
  expect(ran.stdout).toMatch(/^== main, same\n2 lanes, no mistake/m);
  expect(await check(made.path, '--offline', '--branch', 'broken')).toMatchObject({ code: 2 });
  expect(await check(made.path, '--offline', '--branch', 'same')).toMatchObject({ code: 0 });
  expect(await check(made.path, '--offline', '--branch', 'none')).toMatchObject({ code: 3 });
});

test('SARIF names the rule, the file and the line of each', async () => {
  const { path } = await repository('jobs:\n  a: { needs: [bb], steps: [x] }\n');
  const ran = await check(path, '--offline', '--sarif');
  const [run] = JSON.parse(ran.stdout).runs;
  expect(run.results).toMatchObject([
    {
      ruleId: 'unknown-need',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: '.signalbox.yml' }, region: { startLine: 2 } } }],
    },
  ]);
});

test('a profile names the slowest line, and is written as events that browsers open', async () => {
  const slow = Array.from({ length: 40 }, (_, index) => `v${index}`).join(', ');
  const made = await repository(`jobs:
  quick: { steps: [x] }
  slow: { matrix: { a: [${slow}], b: [${slow}] }, steps: ["x \${{ matrix.a }}"] }
`);
  const file = join(await temporaryDirectory('profile'), 'trace.json');
  const ran = await check(made.path, '--offline', '--profile', file);
  expect(ran.stderr).toMatch(/^stage +parse/m);
  expect(ran.stderr).toContain('slowest: job slow, .signalbox.yml:3');
  const { traceEvents } = JSON.parse(await readFile(file, 'utf8'));
  expect(traceEvents.map((event: { name: string }) => event.name)).toEqual(
    expect.arrayContaining(['expand', 'slow', 'paths of the tree']),
  );
  for (const event of traceEvents)
    expect(event).toMatchObject({ ph: 'X', ts: expect.any(Number), dur: expect.any(Number) });
});

test('a server is asked for its pools, and for the secrets of the repository that lies here', async () => {
  const made = await repository('jobs:\n  a: { pool: linux, secrets: [TOKN], steps: [x] }\n');
  const { url, heard } = await listener(({ path }) => {
    if (path === '/api/v1/pools') return [200, { items: [{ name: 'linux', workers: 1 }] }];
    if (path === '/api/v1/repos') return [200, { items: [{ name: 'app', url: made.path }] }];
    return [200, { items: [{ name: 'TOKEN' }] }];
  });
  const ran = await check(made.path, '--server', url);
  expect(ran.stdout).toContain('the repository has no secret `TOKN`');
  expect(ran.stdout).toContain('did you mean `TOKEN`?');
  expect(heard.map(({ path }) => path)).toContain('/api/v1/repos/app/secrets');
});

test('a fleet that is none is refused with the shape that is meant', async () => {
  const { path } = await repository();
  const file = join(await temporaryDirectory('fleet'), 'fleet.json');
  await writeFile(file, '{"workers": [{"name": "w"}]}');
  expect(await check(path, '--offline', '--fleet', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is no fleet'),
  });
});
