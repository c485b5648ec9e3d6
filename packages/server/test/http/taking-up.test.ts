// A holder that comes back after its lease, by real calls: whichever it makes first takes its run up, and none of them hears of it.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { sql } from '../../src/base/index.ts';
import { createTakeUp } from '../../src/flow/take-up.ts';
import { expireLeases, queueDefaults } from '../../src/queue/index.ts';
import { append, ended, recordDefaults } from '../../src/record/index.ts';
import { ask } from './asking.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;

beforeAll(async () => {
  // Leases end when the test says so.
  house = await testServer({ SIGNALBOX_ROLES: 'api,planner', SIGNALBOX_LEASE_SECONDS: '5' });
  yard = await openYard(house);
});
afterAll(() => house.stop());

/** Its worker was silent for longer than its lease. */
async function lose(run: HeldRun, retrySeconds = 0): Promise<void> {
  const { db } = house.database;
  await db.query(sql`update run set lease_until = now() - interval '1 second' where id = ${run.runId}`);
  await db.query(sql`update lease_clock set last_look_at = now()`);
  const limits = { ...queueDefaults, retrySeconds, quarantineAfter: 0 };
  const { ended: gone } = await expireLeases(db, limits, (tx, runId) => ended(tx, [runId]));
  expect(gone.map((one) => one.runId)).toEqual([run.runId]);
}
const renew = (run: HeldRun) =>
  house.worker.call('renew', {
    params: { worker: yard.workerId },
    body: { held: [{ runId: run.runId, claimId: run.claimId }], waitSeconds: 0 },
  });
const detailOf = async (run: HeldRun) => (await house.person.call('get-run', { params: { run: run.runId } })).run;
const takenUp = async () =>
  Number(/^signalbox_runs_taken_up_total (\d+)$/m.exec((await ask(house.address, '/metrics')).text)?.[1] ?? 0);

const calls: Record<string, (run: HeldRun) => Promise<unknown>> = {
  renew: async (run) => expect((await renew(run)).lost).toEqual([]),
  'report-steps': (run) =>
    house.worker.call('report-steps', {
      params: { run: run.runId },
      body: { claimId: run.claimId, sequence: 1, steps: [] },
    }),
  'append-log': (run) => yard.appendLog(run, 'after\n', { offset: 7 }),
  'put-artifact': (run) => yard.putArtifact(run, 'made.txt', 'made while cut off'),
  // Of another one: who asks for an upload takes it over from who is at it.
  'get-upload': (run) => yard.lookAtUpload(run, 'other.txt', 'made while cut off'),
  'append-upload': (run) => yard.appendUpload(run, 'large.txt', 'made while cut off'),
  finish: (run) => yard.finish(run, 'passed', [7]),
};

test.each(Object.keys(calls))('%s of a holder that comes back takes its run up', async (name) => {
  const run = await yard.holdRun();
  await renew(run);
  await yard.appendLog(run, 'before\n');
  await lose(run);
  expect(await detailOf(run)).toMatchObject({ verdict: 'errored', reason: { code: 'worker-lost' } });
  const before = await takenUp();
  await calls[name]!(run);
  expect(await takenUp()).toBe(before + 1);
  if (name !== 'finish') {
    expect(await detailOf(run)).toMatchObject({ verdict: null, reason: null, endedAt: null, silentSince: null });
    await yard.finish(run, 'passed', name === 'append-log' ? [13] : [7]);
  }
  const { job, runs } = await house.person.call('get-job', { params: { job: run.jobId } });
  expect(job).toMatchObject({ state: 'done', verdict: 'passed', runCount: 1 });
  expect(runs.map((one) => [one.run.attempt, one.run.verdict])).toEqual([[1, 'passed']]);
  expect(await yard.claim(0)).toBeNull();
});

test('all calls of a holder at once find its run open', async () => {
  for (let time = 0; time < 5; time += 1) {
    const run = await yard.holdRun();
    await renew(run);
    await yard.appendLog(run, 'before\n');
    await lose(run);
    const before = await takenUp();
    await Promise.all(Object.entries(calls).flatMap(([name, call]) => (name === 'finish' ? [] : [call(run)])));
    expect(await takenUp()).toBe(before + 1);
    await yard.finish(run, 'passed', [13]);
    expect(await detailOf(run)).toMatchObject({ verdict: 'passed' });
  }
});

test('the rest of a log is taken also when the end of its run, which came at the same time, was faster to take it up', async () => {
  const run = await yard.holdRun();
  await renew(run);
  await yard.appendLog(run, 'before\n');
  await lose(run);
  const { db } = house.database;
  const live = { hint: () => undefined, watch: () => () => undefined, stop: async () => undefined };
  const takeUp = createTakeUp({ db, live, limits: queueDefaults, onTakenUp: () => undefined });
  const member = gzipSync('after\n');
  const chunk = { step: 0, offset: 7, sizeBytes: 6, lines: 1, memberBytes: member.length };
  let tries = 0;
  await takeUp.orAgain(run, async () => {
    tries += 1;
    await append(db, run, [chunk], member, recordDefaults).catch(async (error: unknown) => {
      // The end comes just between its refusal and the look for what can be taken up.
      if (tries === 1) await yard.finish(run, 'passed', [13]);
      throw error;
    });
  });
  expect(tries).toBe(2);
  const log = await house.person.call('read-log', { params: { run: run.runId, step: 0 } });
  expect(await log.text()).toBe('before\nafter\n');
});

test('an artifact on whose way the run was lost is sent again, and is there', async () => {
  const run = await yard.holdRun();
  await renew(run);
  const bytes = Buffer.alloc(100_000, 'x');
  const { hostname, port } = new URL(house.address);
  const token = (await readFile(join(house.data, 'worker-token'), 'utf8')).trim();
  const sending = request({
    hostname,
    port,
    method: 'PUT',
    path: `/api/v1/runs/${run.runId}/artifacts/big.bin`,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'x-claim-id': run.claimId,
      'x-sha256': createHash('sha256').update(bytes).digest('hex'),
    },
  });
  sending.write(bytes.subarray(0, 50_000));
  await until('its first bytes', async () => (await readdir(join(house.data, 'archive/.unfinished'))).length > 0);
  await lose(run);
  sending.end(bytes.subarray(50_000));
  const [answer] = await once(sending, 'response');
  expect([answer.statusCode, JSON.parse(await text(answer)).code]).toEqual([503, 'not-ready']);
  expect(await detailOf(run)).toMatchObject({ verdict: null });
  await yard.putArtifact(run, 'big.bin', bytes);
  await yard.finish(run);
  const detail = await house.person.call('get-run', { params: { run: run.runId } });
  expect(detail.artifacts).toMatchObject([{ path: 'big.bin', sizeBytes: bytes.length }]);
});

describe('a worker with a free slot that comes back', () => {
  test('is not given the job that it still runs: it first says what it holds', async () => {
    const { db } = house.database;
    const run = await yard.holdRun();
    await renew(run);
    await lose(run, 2);
    let isAnswered = false;
    const asked = yard.claim(20).finally(() => {
      isAnswered = true;
    });
    // Anybody else who waits would have it a second later at the latest: a pool with somebody waiting is looked at so often.
    await until('the job to be there for all', async () => {
      const rows = await db.query(sql`
        select 1 from ready where job_id = ${run.jobId} and not_before < now() - interval '1500 milliseconds'`);
      return rows.length > 0;
    });
    expect(isAnswered).toBe(false);
    expect((await renew(run)).lost).toEqual([]);
    const next = await yard.submitJob('next');
    const order = await asked;
    expect(order?.job.id).toBe(next.jobId);
    await yard.finish(run);
    await yard.finish({ ...next, runId: order!.runId, claimId: order!.claimId });
  });

  test('is given the job again when it says nothing of it in time: it was started anew', async () => {
    const run = await yard.holdRun();
    await renew(run);
    await lose(run, 2);
    const again = await yard.claim(20);
    expect(again).toMatchObject({ attempt: 2, job: { id: run.jobId } });
    await expect(yard.finish(run)).rejects.toMatchObject({ code: 'claim-lost' });
    await yard.finish({ ...run, runId: again!.runId, claimId: again!.claimId });
  });
});
