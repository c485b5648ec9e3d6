// A push whose configuration is TypeScript: planned by a real server, at the commit, in the sandbox, by its own rights alone.
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pipeline } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SampleRepository, sampleRepository } from '../../../../test/kit/git.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';

let house: TestServer;
let repository: SampleRepository;

const script = (steps: string) => `import { pool } from './pools.ts';
export default ({ branch, files }) => ({ jobs: { build: { pool, steps: [${steps}] } } });
`;

const pools = "export const pool: string = 'fast';\n";

beforeAll(async () => {
  house = await testServer();
  repository = await sampleRepository();
  await repository.commit({ message: 'Begin' });
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
  // What comes while a repository is looked at for the first time changed nobody knows what.
  await until('the first look', async () => {
    const grid = await house.person.call('get-grid', { params: { repo: 'app' } });
    return grid.rows.length === 1;
  });
});
afterAll(async () => {
  await house.stop();
  await repository.remove();
});

async function pushed(files?: Record<string, string | null>): Promise<Pipeline> {
  const revision = await repository.commit(files ? { files } : {});
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: {} });
  return until('the push is planned', async () => {
    const grid = await house.person.call('get-grid', { params: { repo: 'app' } });
    return grid.rows.find(({ push }) => push.revision === revision)?.pipelines[0]?.pipeline;
  });
}

const entry = '.signalbox/config.ts';

test('its function is called with the push, and its jobs are those of any configuration', async () => {
  const pipeline = await pushed({ [entry]: script("'make ' + branch + ' ' + files"), '.signalbox/pools.ts': pools });
  expect(pipeline).toMatchObject({ problem: null, leftOut: [] });
  const { jobs } = await house.person.call('get-pipeline', { params: { pipeline: pipeline.id } });
  const { job, spec } = await house.person.call('get-job', { params: { job: jobs[0]!.id } });
  expect(job).toMatchObject({ name: 'build', pool: 'fast' });
  expect(spec.steps[0]?.script).toBe('make main .signalbox/config.ts,.signalbox/pools.ts');
});

test('what it throws is told with the line of its file, on the page of the push', async () => {
  const { problem } = await pushed({
    '.signalbox/pools.ts': 'type A = string;\nexport const pool: A = process.env.POOL;\n',
  });
  expect(problem).toMatchObject({
    kind: 'mistakes',
    mistakes: [
      {
        file: '.signalbox/pools.ts',
        line: 2,
        message: 'the configuration ends with `ReferenceError: process is not defined`',
        excerpt: 'export const pool: A = process.env.POOL;',
      },
    ],
  });
});

test('one that never ends holds up nobody: other pushes are planned after it, and none is told of it', async () => {
  const endless = await pushed({
    '.signalbox/pools.ts': "export const pool = (() => { for (;;) Math.abs(1); })() ?? 'x';\n",
  });
  expect(endless.problem).toMatchObject({
    kind: 'mistakes',
    mistakes: [{ file: '.signalbox/pools.ts', line: 1, message: expect.stringContaining('does not end') }],
  });
  expect(await pushed({ '.signalbox/pools.ts': pools })).toMatchObject({ problem: null });
});

test('a link in the tree leads nowhere', async () => {
  await rm(join(repository.path, '.signalbox', 'pools.ts'));
  await symlink('/etc/passwd', join(repository.path, '.signalbox', 'pools.ts'));
  const { problem } = await pushed({ 'count.txt': '1' });
  expect(problem).toMatchObject({
    kind: 'mistakes',
    mistakes: [{ file: entry, line: 1, message: expect.stringContaining('is a symbolic link, which is not followed') }],
  });
});
