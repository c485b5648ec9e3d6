// The fence: whoever names a claim that is not theirs any more writes nothing, by no call of the contract that carries a claim id.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { contract, type EndpointId, routes } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { sql } from '../../src/base/index.ts';
import { expireLeases, queueDefaults } from '../../src/queue/index.ts';
import { ended } from '../../src/record/index.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;

beforeAll(async () => {
  // Nothing happens by itself: what changes, a call has changed.
  house = await testServer({ SIGNALBOX_ROLES: 'api' });
  yard = await openYard(house);
});
afterAll(() => house.stop());

/** Endpoints that name a claim, as the contract says it: a new one is found without being listed here. */
const carriers = (Object.keys(contract) as EndpointId[]).filter((id) => {
  const { body, headers, query, params } = contract[id] as Record<string, unknown>;
  return /"claimId"|"x-claim-id"/.test(JSON.stringify({ body, headers, query, params }));
});

/** How each of them is called by a holder that does not know what has happened, and what it hears. */
const calls: Record<string, { send: (stale: HeldRun) => Promise<unknown>; hears: unknown }> = {
  renew: {
    send: ({ runId, claimId }) =>
      house.worker.call('renew', {
        params: { worker: yard.workerId },
        body: { held: [{ runId, claimId }], waitSeconds: 0 },
      }),
    hears: { lost: [expect.any(Number)], cancelled: [], watched: [] },
  },
  // Asked again with the id of a claim that was given up: the run is not given once more, and neither is another.
  claim: {
    send: ({ claimId }) =>
      house.worker.call('claim', { params: { worker: yard.workerId }, body: { claimId, waitSeconds: 0 } }),
    hears: { order: null },
  },
  'report-steps': {
    send: ({ runId, claimId }) =>
      house.worker.call('report-steps', {
        params: { run: runId },
        body: {
          claimId,
          sequence: 99,
          steps: [{ index: 0, name: 'stale', state: 'running', exitCode: null, startedAt: null, endedAt: null }],
        },
      }),
    hears: 'claim-lost',
  },
  'append-log': { send: (stale) => yard.appendLog(stale, 'stale\n', { offset: 6 }), hears: 'claim-lost' },
  'report-error-lines': {
    send: ({ runId, claimId }) =>
      house.worker.call('report-error-lines', {
        params: { run: runId },
        body: {
          claimId,
          items: [{ step: 1, line: 1, startByte: 0, text: 'stale', pattern: 'stale', fingerprint: '0'.repeat(16) }],
          stopped: [],
        },
      }),
    hears: 'claim-lost',
  },
  'put-artifact': { send: (stale) => yard.putArtifact(stale, 'stale.txt', 'stale'), hears: 'claim-lost' },
  'get-upload': { send: (stale) => yard.lookAtUpload(stale, 'stale.txt', 'stale'), hears: 'claim-lost' },
  'append-upload': { send: (stale) => yard.appendUpload(stale, 'stale.txt', 'stale'), hears: 'claim-lost' },
  'list-downloads': {
    send: ({ runId, claimId }) =>
      house.worker.call('list-downloads', { params: { run: runId }, headers: { 'x-claim-id': claimId } }),
    hears: 'claim-lost',
  },
  'get-download': {
    send: ({ runId, claimId }) =>
      house.worker.call('get-download', {
        params: { run: runId, from: runId, '*': 'stale.txt' },
        headers: { 'x-claim-id': claimId },
      }),
    hears: 'claim-lost',
  },
  finish: { send: (stale) => yard.finish(stale, 'passed', [6]), hears: 'claim-lost' },
};

test('every endpoint that carries a claim id is tried here, and all that work on a run are among them', () => {
  expect(carriers.sort()).toEqual(Object.keys(calls).sort());
  const ofRuns = Object.entries(routes).filter(([, [, path, scope]]) => scope === 'work' && path.includes('/:run'));
  for (const [id] of ofRuns) expect(carriers).toContain(id);
});

/** Everything that is known of runs, row by row; but for when a worker was last heard, which is true of a stale one too. */
async function dump(): Promise<unknown> {
  const { db } = house.database;
  // What follows an end by a moment is not what a call has changed.
  await until('earlier ends to be dealt with', async () => {
    const open = await db.query(sql`
      select 1 from pipeline where finished_at is null
        and not exists (select 1 from job where job.pipeline_id = pipeline.id and job.finished_at is null)
      union all
      select 1 from run
      where ended_at is not null and (0 < any (log_bytes)) is not false and not exists (select 1 from to_seal where run_id = run.id)`);
    return open.length === 0;
  });
  const rows: Record<string, unknown> = {};
  const tables = await db.query<{ name: string }>(sql`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`);
  for (const { name } of tables.filter((table) => !['lease_clock', 'token', 'migration'].includes(table.name))) {
    const { rows: found } = await db.pool.query(
      `select to_jsonb(t) - 'last_seen_at' as row from "${name}" as t order by to_jsonb(t)::text`,
    );
    rows[name] = found;
  }
  const archive = await readdir(join(house.data, 'archive'), { recursive: true });
  return { rows, archive: archive.sort() };
}

/** Its worker was silent for longer than its lease. */
async function lose({ runId }: HeldRun): Promise<void> {
  const { db } = house.database;
  await db.query(sql`update run set lease_until = now() - interval '1 second' where id = ${runId}`);
  await db.query(sql`update lease_clock set last_look_at = now()`);
  await expireLeases(db, { ...queueDefaults, retrySeconds: 0, quarantineAfter: 0 }, (tx, id) => ended(tx, [id]));
}

const begun = async () => {
  const run = await yard.holdRun();
  await house.worker.call('renew', { params: { worker: yard.workerId }, body: { held: [run], waitSeconds: 0 } });
  await yard.appendLog(run, 'first\n');
  return run;
};

/** Ways in which a claim comes to be another's, or nobody's. */
const ways: Record<string, () => Promise<{ stale: HeldRun; clear: () => Promise<unknown> }>> = {
  'the job runs elsewhere by now': async () => {
    const stale = await begun();
    await lose(stale);
    const { workerId } = await house.worker.call('register-worker', {
      body: { name: 'w2', pools: ['default'], capacity: 1, version: '0.1.0', platform: 'linux-x64' },
    });
    const asked = { params: { worker: workerId }, body: { claimId: randomUUID(), waitSeconds: 10 } };
    const order = (await house.worker.call('claim', asked)).order!;
    expect(order).toMatchObject({ attempt: 2, job: { id: stale.jobId } });
    return { stale, clear: () => yard.finish({ ...stale, runId: order.runId, claimId: order.claimId }) };
  },
  'the job was given up and cancelled': async () => {
    const stale = await begun();
    await lose(stale);
    await house.person.call('cancel-job', { params: { job: stale.jobId } });
    return { stale, clear: async () => undefined };
  },
  'the job was given up, claimed elsewhere, and has ended': async () => {
    const { stale, clear } = await ways['the job runs elsewhere by now']!();
    await clear();
    return { stale, clear: async () => undefined };
  },
};

describe.each(Object.keys(ways))('a stale holder: %s', (way) => {
  test.each(Object.keys(calls))('%s changes nothing', async (name) => {
    const { stale, clear } = await ways[way]!();
    const before = await dump();
    const { send, hears } = calls[name]!;
    const heard = await send(stale).catch((error: { code: string }) => error.code);
    expect(heard).toEqual(hears);
    expect(await dump()).toEqual(before);
    await clear();
  });
});

describe('somebody with another claim id', () => {
  test.each(Object.keys(calls).filter((name) => name !== 'claim'))(
    '%s changes nothing of a run that goes on',
    async (name) => {
      const run = await begun();
      const before = await dump();
      const { send, hears } = calls[name]!;
      const heard = await send({ ...run, claimId: randomUUID() }).catch((error: { code: string }) => error.code);
      expect(heard).toEqual(hears);
      expect(await dump()).toEqual(before);
      await yard.finish(run, 'passed', [6]);
    },
  );
});

describe('a claim whose answer is lost on its way', () => {
  test('is back in line within 30 s, and has cost no attempt', async () => {
    const timed = await testServer({ SIGNALBOX_RETRY_SECONDS: '0' });
    try {
      const { db } = timed.database;
      const there = await openYard(timed);
      const { jobId } = await there.submitJob();
      await claimUnheard(timed, there);
      const claimed = async () =>
        (
          await db.query<{ id: number; holdsSeconds: number }>(sql`
            select id, extract(epoch from lease_until - claimed_at)::float8 as "holdsSeconds" from run where job_id = ${jobId}`)
        )[0];
      const { holdsSeconds } = await until('the claim', claimed);
      // Leases are looked at every 5 s.
      expect(holdsSeconds + 5).toBeLessThan(30);
      await db.query(sql`update run set lease_until = now() where job_id = ${jobId}`);
      const again = await there.claim(20);
      expect(again).toMatchObject({ attempt: 2, job: { id: jobId } });
      const [job] = await db.query(sql`select errored_count as errored, avoid from job where id = ${jobId}`);
      expect(job).toEqual({ errored: 0, avoid: [] });
      const { runs } = await timed.person.call('get-job', { params: { job: jobId } });
      expect(runs.at(-1)?.run.reason).toMatchObject({
        code: 'worker-lost',
        text: expect.stringMatching(/^Worker w1 never confirmed its claim of \d\d:\d\d:\d\dZ/),
      });
      await there.finish({ runId: again!.runId, claimId: again!.claimId, jobId, pipelineId: again!.pipeline.id });
    } finally {
      await timed.stop();
    }
  });
});

/** Asks for work and is gone before the answer. */
async function claimUnheard({ address, data }: TestServer, { workerId }: Yard): Promise<void> {
  const token = (await readFile(join(data, 'worker-token'), 'utf8')).trim();
  const asking = request(`${address}/api/v1/workers/${workerId}/claims`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  asking.on('error', () => undefined);
  asking.end(JSON.stringify({ claimId: randomUUID(), waitSeconds: 0 }));
  await new Promise<void>((resolve) => {
    asking.on('response', (response) => {
      response.destroy();
      resolve();
    });
  });
}
