// The main job through the HTTP API alone: a push to a real repository becomes a pipeline; a worker's calls make it a verdict.
import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { LogChunk, WorkOrder } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SampleRepository, sampleRepository } from '../../../../test/kit/git.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';

let house: TestServer;
let repository: SampleRepository;
let workerId: number;

const config = `
jobs:
  build:
    matrix: { platform: [linux, mac] }
    steps: [make]
    artifacts: [out/*]
  test:
    needs: [build-linux]
    steps:
      - name: Run the tests
        script: make test
`;

beforeAll(async () => {
  house = await testServer();
  repository = await sampleRepository();
  await repository.commit({ files: { '.signalbox.yml': config }, message: 'Build it' });
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
  ({ workerId } = await house.worker.call('register-worker', {
    body: { name: 'w1', pools: ['default'], capacity: 1, version: '0.1.0', platform: 'linux-x64' },
  }));
});
afterAll(async () => {
  await house.stop();
  await repository.remove();
});

async function claim(claimId: string = randomUUID(), waitSeconds = 10): Promise<WorkOrder> {
  const { order } = await house.worker.call('claim', { params: { worker: workerId }, body: { claimId, waitSeconds } });
  return order!;
}

const finish = (order: WorkOrder, logBytes: number[], verdict: 'passed' | 'failed' = 'passed') =>
  house.worker.call('finish', {
    params: { run: order.runId },
    body: {
      claimId: order.claimId,
      verdict,
      reason:
        verdict === 'passed'
          ? { code: 'all-steps-passed', text: 'All steps passed' }
          : { code: 'step-failed', text: 'Step "make" exited with 2' },
      steps: [{ index: 0, name: 'Set up', state: 'passed', exitCode: null, startedAt: null, endedAt: null }],
      logBytes,
    },
  });

function append(order: WorkOrder, texts: readonly [step: number, offset: number, text: string][]) {
  const members = texts.map(([, , text]) => gzipSync(text, { level: 1 }));
  const chunks: LogChunk[] = texts.map(([step, offset, text], index) => ({
    step,
    offset,
    sizeBytes: Buffer.byteLength(text),
    lines: text.split('\n').length - 1,
    memberBytes: members[index]!.length,
  }));
  return house.worker.call('append-log', {
    params: { run: order.runId },
    headers: { 'x-claim-id': order.claimId, 'x-log-chunks': JSON.stringify(chunks) },
    body: Buffer.concat(members),
  });
}

test('a push becomes jobs, a claim, a log that is readable while it grows, artifacts, a verdict and an archive', async () => {
  const { person, worker } = house;
  const first = await claim();
  expect(first.job.name).toBe('build-linux');
  expect(first.repo).toMatchObject({ name: 'app', url: repository.barePath });
  expect(await claim(first.claimId)).toEqual(first);

  await append(first, [
    [0, 0, 'Checking out\n'],
    [1, 0, 'one\ntwo\n'],
  ]);
  await append(first, [[1, 8, 'three\n']]);
  await append(first, [[1, 8, 'three\n']]);
  await expect(append(first, [[1, 99, 'late\n']])).rejects.toMatchObject({
    code: 'log-gap',
    extra: { step: 1, expected: 14 },
  });
  const open = await person.call('read-log', { params: { run: first.runId, step: 1 }, query: { from: 4 } });
  expect(await open.text()).toBe('two\nthree\n');
  expect(open.headers.get('x-log-size')).toBe('14');

  const bytes = Buffer.from('the program');
  const put = (body: Buffer, sha256: string) =>
    worker.call('put-artifact', {
      params: { run: first.runId, '*': 'out/app' },
      headers: { 'x-claim-id': first.claimId, 'x-sha256': sha256 },
      body,
    });
  const digest = createHash('sha256').update(bytes).digest('hex');
  await expect(put(Buffer.from('other'), digest)).rejects.toMatchObject({ code: 'digest-mismatch' });
  await put(bytes, digest);

  expect(await finish(first, [13, 14])).toEqual({ verdict: 'passed', retried: false });
  expect(await finish(first, [13, 14])).toEqual({ verdict: 'passed', retried: false });
  const detail = await until('the log in the archive', async () => {
    const seen = await person.call('get-job', { params: { job: first.job.id } });
    return seen.runs[0]?.logState === 'sealed' && seen;
  });
  expect(detail.runs[0]?.artifacts).toMatchObject([{ path: 'out/app', sizeBytes: bytes.length, sha256: digest }]);
  const archived = await person.call('download-log', { params: { run: first.runId } });
  const text = gunzipSync(Buffer.from(await archived.arrayBuffer())).toString();
  expect(text).toContain('one\ntwo\nthree\n');
  expect(text).toContain('build-linux');
  const sealed = await person.call('read-log', { params: { run: first.runId, step: 1 }, query: { tail: 6 } });
  expect(await sealed.text()).toBe('three\n');
  const page = await (await fetch(house.address + detail.runs[0]!.archiveHref)).text();
  expect(page).toContain('.txt.gz');
  const artifact = await fetch(house.address + detail.runs[0]!.artifacts[0]!.href, {
    headers: { range: 'bytes=4-10' },
  });
  expect([artifact.status, await artifact.text()]).toEqual([206, 'program']);

  const second = await claim();
  await finish(second, [0, 0], 'failed');
  const third = await claim();
  expect([second.job.name, third.job.name].sort()).toEqual(['build-mac', 'test']);
  await finish(third, [0, 0]);
  const { items } = await person.call('list-pushes', { params: { repo: 'app' } });
  const push = await until('the end of the pipeline', async () => {
    const seen = await person.call('get-push', { params: { push: items[0]!.id } });
    return seen.pipelines[0]?.pipeline.verdict && seen;
  });
  expect(push.pipelines[0]?.pipeline.verdict).toBe('failed');
  const grid = await person.call('get-grid', { params: { repo: 'app' }, query: { branch: 'main' } });
  expect(grid.rows[0]?.pipelines[0]?.jobs.map((job) => job.name).sort()).toEqual(['build-linux', 'build-mac', 'test']);
});

test('a failed job runs again when asked, and its history shows both runs', async () => {
  const { items } = await house.person.call('list-jobs', { query: { verdict: 'failed' } });
  const failed = items[0]!;
  expect(await house.person.call('rerun-job', { params: { job: failed.id } })).toMatchObject({
    state: 'ready',
    verdict: null,
  });
  const order = await claim();
  expect(order).toMatchObject({ attempt: 2, job: { id: failed.id } });
  await finish(order, [0]);
  const detail = await house.person.call('get-job', { params: { job: failed.id } });
  expect(detail.runs.map((run) => run.run.verdict)).toEqual(['passed', 'failed']);
});

test('a pushed configuration with mistakes starts nothing and says each of them with its place', async () => {
  await repository.commit({ files: { '.signalbox.yml': 'jobs:\n  a:\n    stepz: [x]\n    needs: [b]\n' } });
  const before = await repository.git('rev-parse', 'HEAD~1');
  await repository.push();
  await house.person.call('report-push', {
    params: { repo: 'app' },
    body: { branch: 'main', revision: await repository.git('rev-parse', 'HEAD'), before },
  });
  const problem = await until('the mistakes', async () => {
    const grid = await house.person.call('get-grid', { params: { repo: 'app' } });
    return grid.rows[0]?.pipelines[0]?.pipeline.problem;
  });
  expect(problem).toMatchObject({ kind: 'mistakes' });
  expect(JSON.stringify(problem)).toContain('steps');
});

test('a repository without a configuration gets a starter file, and DONTBUILD starts nothing', async () => {
  await repository.branch('empty');
  await repository.commit({ files: { '.signalbox.yml': null }, message: 'Take it away' });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: { branch: 'empty' } });
  const problem = await until('the starter', async () => {
    const grid = await house.person.call('get-grid', { params: { repo: 'app' }, query: { branch: 'empty' } });
    return grid.rows[0]?.pipelines[0]?.pipeline.problem;
  });
  expect(problem).toMatchObject({ kind: 'no-configuration', starter: expect.stringContaining('jobs:') });
  await repository.commit({ files: { '.signalbox.yml': config }, message: 'Put it back, DONTBUILD' });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: {} });
  const left = await until('the pipeline without jobs', async () => {
    const grid = await house.person.call('get-grid', { params: { repo: 'app' }, query: { branch: 'empty' } });
    const pipeline = grid.rows[0]?.pipelines[0]?.pipeline;
    return pipeline && pipeline.leftOut.length > 0 && pipeline;
  });
  expect(left.verdict).toBe('skipped');
  expect(new Set(left.leftOut.map((job) => job.kind))).toEqual(new Set(['dontbuild']));
});
