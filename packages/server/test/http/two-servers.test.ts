// Two servers on one database: nothing matters that only one of them knows.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { ask, bearer } from './asking.ts';
import { openYard, type Yard } from './yard.ts';

let one: TestServer;
let other: TestServer;
/** The same worker, once by each server. */
let yard: Yard;
let atOther: Yard;

beforeAll(async () => {
  one = await testServer();
  other = await testServer({}, { database: one.database });
  yard = await openYard(one);
  const token = (await readFile(join(one.data, 'worker-token'), 'utf8')).trim();
  const worker = createClient({ server: other.address, token });
  atOther = await openYard({ database: one.database, worker }, yard);
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

/** Milliseconds until it was done. */
async function timed<Answer>(work: Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const start = performance.now();
  const answer = await work;
  return { answer, ms: performance.now() - start };
}

describe('a claim that waits at one server', () => {
  test('gets at once what another one was asked to run', async () => {
    const { jobId } = await yard.submitJob();
    const first = (await yard.claim())!;
    const held = { runId: first.runId, claimId: first.claimId, jobId, pipelineId: first.pipeline.id };
    await yard.finish(held, 'failed');
    const waiting = yard.claim(20);
    await until('the wait', async () => (await one.person.call('list-workers', {})).items[0]?.state === 'idle');
    const asked = timed(waiting);
    await other.person.call('rerun-job', { params: { job: jobId } });
    const { answer, ms } = await asked;
    expect(answer?.job.id).toBe(jobId);
    expect(ms).toBeLessThan(1000);
    await yard.finish({ ...held, runId: answer!.runId, claimId: answer!.claimId });
  });

  test('gets within a second also what nobody hinted', async () => {
    const waiting = yard.claim(20);
    const { jobId } = await yard.submitJob();
    const { answer, ms } = await timed(waiting);
    expect(answer?.job.id).toBe(jobId);
    expect(ms).toBeLessThan(2000);
  });

  test('may be repeated at the other one, and gets the same run', async () => {
    await yard.submitJob();
    const claimId = crypto.randomUUID();
    const [first, again] = await Promise.all([yard.claim(10, claimId), atOther.claim(10, claimId)]);
    const got = first ?? again;
    expect(got).not.toBeNull();
    expect(await atOther.claim(10, claimId)).toEqual({ ...got, links: expect.anything() });
    expect(await yard.claim(10, claimId)).toEqual({ ...got, links: expect.anything() });
    const { runs } = await one.person.call('get-job', { params: { job: got!.job.id } });
    expect(runs.length).toBe(1);
  });

  test('is one of many, and no job is given twice', async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => yard.submitJob()));
    const claims = await Promise.all(jobs.map((_job, index) => (index % 2 ? yard : atOther).claim(10)));
    expect(new Set(claims.map((order) => order?.job.id))).toEqual(new Set(jobs.map(({ jobId }) => jobId)));
  });
});

test('a cancel at one server reaches the renewal that waits at the other', async () => {
  const run = await yard.holdRun();
  const held = [{ runId: run.runId, claimId: run.claimId }];
  const renewal = one.worker.call('renew', { params: { worker: yard.workerId }, body: { held, waitSeconds: 30 } });
  await until(
    'the renewed lease',
    async () => (await one.person.call('get-run', { params: { run: run.runId } })).run.startedAt,
  );
  const asked = timed(renewal);
  await other.person.call('cancel-job', { params: { job: run.jobId } });
  const { answer, ms } = await asked;
  expect(answer.cancelled).toMatchObject([{ runId: run.runId, reason: { code: 'cancelled-by-person' } }]);
  expect(ms).toBeLessThan(1000);
  await atOther.finish(run, 'cancelled');
});

test('a run goes on at whichever server answers: its log, its files and its end', async () => {
  const run = await yard.holdRun();
  await yard.appendLog(run, 'one\n');
  await atOther.appendLog(run, 'one\n');
  await atOther.appendLog(run, 'two\n', { offset: 4 });
  const log = await one.person.call('read-log', { params: { run: run.runId, step: 0 } });
  expect(await log.text()).toBe('one\ntwo\n');
  await atOther.finish(run, 'passed', [8]);
  await yard.finish(run, 'passed', [8]);
  expect((await one.person.call('get-job', { params: { job: run.jobId } })).job.verdict).toBe('passed');
});

test('who watches at one server hears what happens at the other, and the worker there sends at once', async () => {
  const run = await yard.holdRun();
  const stream = await fetch(`${one.address}/api/v1/live?topics=run:${run.runId},job:${run.jobId}`);
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const reading = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) heard += part.value;
  })();
  let offset = 0;
  await until('the wish of the reader', async () => {
    const { watched } = await atOther.appendLog(run, 'line\n', { offset });
    offset += 5;
    return watched;
  });
  await until('the hint of the log', () => heard.includes(`data: run:${run.runId}\n\n`));
  await atOther.finish(run, 'passed', [offset]);
  await until('the hint of the end', () => heard.includes(`data: job:${run.jobId}\n\n`));
  await reader.cancel();
  await reading;
});

test('a token that is revoked at one server is of no use at the other', async () => {
  const { token, secret } = await one.person.call('create-token', {
    body: { kind: 'person', name: 'd', scopes: ['read'] },
  });
  const status = async (server: TestServer) =>
    (await ask(server.address, '/api/v1/repos', { headers: bearer(secret) })).status;
  expect([await status(one), await status(other)]).toEqual([200, 200]);
  const { ms } = await timed(
    one.person
      .call('revoke-token', { params: { token: token.id } })
      .then(() => until('the end of the token', async () => (await status(other)) === 401)),
  );
  expect(await status(one)).toBe(401);
  expect(ms).toBeLessThan(1000);
});

test('a server that stops answers those who wait, and the other one goes on', async () => {
  const third = await testServer({}, { database: one.database });
  const token = (await readFile(join(one.data, 'worker-token'), 'utf8')).trim();
  const worker = createClient({ server: third.address, token });
  const atThird = await openYard({ database: one.database, worker }, yard);
  const run = await yard.holdRun();
  const held = [{ runId: run.runId, claimId: run.claimId }];
  const params = { worker: yard.workerId };
  const renewal = worker.call('renew', { params, body: { held, waitSeconds: 30 } });
  const claiming = atThird.claim(30);
  await until(
    'the renewed lease',
    async () => (await one.person.call('get-run', { params: { run: run.runId } })).run.startedAt,
  );
  const stopped = timed(third.stop());
  expect(await claiming).toBeNull();
  expect(await renewal).toEqual({ lost: [], cancelled: [], watched: [] });
  expect((await stopped).ms).toBeLessThan(4000);
  await yard.finish(run);
});
