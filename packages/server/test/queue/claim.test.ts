// Claims: who gets what, once, in which order, and what happens to a claim whose worker is never heard of.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, type Live, sql, startLive } from '../../src/base/index.ts';
import { claim } from '../../src/queue/claim.ts';
import {
  createRenew,
  expireLeases,
  queueDefaults,
  registerWorker,
  signOffWorker,
  startWaitingRoom,
  type WaitingRoom,
} from '../../src/queue/index.ts';
import { claimFirst, makeWorker, type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
beforeAll(async () => {
  kit = await queueKit();
});
afterAll(() => kit.drop());

const nothingMore = async () => undefined;
const afterLeases = () =>
  kit.db.query(sql`update run set lease_until = now() - interval '1 second' where ended_at is null`);

test('50 racing claims of 30 jobs give each job to one worker', async () => {
  await kit.submitJobs(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`race-${index}`, []])));
  const got = (await Promise.all(Array.from({ length: 50 }, () => kit.claimOne()))).filter((one) => one !== undefined);
  expect(new Set(got.map((one) => one.jobId)).size).toBe(30);
  expect(got.length).toBe(30);
  for (const held of got) await kit.end(held, 'passed');
});

test('several that ask at once get the first in line in the order in which they asked', async () => {
  const { ids } = await kit.submitJobs({ one: [], two: [], three: [] });
  const got = await claimFirst(kit.db, 'default', [kit.workerId, kit.workerId]);
  expect(got.map((one) => one.jobId).sort()).toEqual([ids['one'], ids['two']]);
  for (const held of got) await kit.end(held, 'passed');
  await kit.end((await kit.claimOne())!, 'passed');
});

test('a lost worker’s run is tried again by another, at its old place in line', async () => {
  const { ids } = await kit.submitJobs({ first: [], second: [] });
  const lost = (await kit.claimOne())!;
  await createRenew(kit.db, queueDefaults)({ id: kit.workerId, tokenId: null }, [lost]);
  await expireLeases(kit.db, queueDefaults, nothingMore);
  await afterLeases();
  const [ended] = (await expireLeases(kit.db, queueDefaults, nothingMore)).ended;
  expect(ended).toMatchObject({ runId: lost.runId, verdict: 'errored', retried: true });
  await kit.db.query(sql`update ready set not_before = now()`);
  const other = await makeWorker(kit.db, 'w2');
  const again = (await kit.claimOne('default', other))!;
  expect(again).toMatchObject({ jobId: ids['first'], attempt: 2 });
  await expect(kit.end(lost, 'passed')).rejects.toMatchObject({ code: 'claim-lost' });
  const renewed = await createRenew(kit.db, queueDefaults)({ id: kit.workerId, tokenId: null }, [lost]);
  expect(renewed.lost).toEqual([lost.runId]);
  await kit.end(again, 'passed');
  await kit.end((await kit.claimOne())!, 'passed');
});

test('the first renewal is on the disk before it is answered: without it the short lease of a claim would end before the second', async () => {
  await kit.submitJobs({ a: [] });
  const held = (await kit.claimOne())!;
  const waits: string[] = [];
  const watched: Db = {
    ...kit.db,
    query: (statement) =>
      kit.db.transaction(async (tx) => {
        await tx.query(sql`select set_config('synchronous_commit', 'on', true)`);
        const rows = await tx.query(statement);
        const [setting] = await tx.query<{ waits: string }>(sql`select current_setting('synchronous_commit') as waits`);
        waits.push(setting!.waits);
        return rows as never;
      }),
  };
  const ofWorkerAndRun = async () => {
    await createRenew(watched, queueDefaults)({ id: kit.workerId, tokenId: null }, [held]);
    return waits.splice(0);
  };
  expect(await ofWorkerAndRun()).toEqual(['off', 'on']);
  expect(await ofWorkerAndRun()).toEqual(['off', 'off']);
  await kit.end(held, 'passed');
});

test('a claim whose answer was lost costs the job no attempt', async () => {
  await kit.submitJobs({ a: [] }, { attempts: 1 });
  await kit.claimOne();
  await expireLeases(kit.db, queueDefaults, nothingMore);
  await afterLeases();
  const [ended] = (await expireLeases(kit.db, queueDefaults, nothingMore)).ended;
  expect(ended).toMatchObject({ retried: true });
  await kit.end((await kit.claimOne())!, 'passed');
});

test('after an outage of all servers nobody is given up at once', async () => {
  await kit.submitJobs({ a: [] });
  const held = (await kit.claimOne())!;
  await afterLeases();
  await kit.db.query(sql`update lease_clock set last_look_at = now() - interval '10 minutes'`);
  expect(await expireLeases(kit.db, queueDefaults, nothingMore)).toEqual({ ended: [], failures: [] });
  expect(await expireLeases(kit.db, queueDefaults, nothingMore)).toEqual({ ended: [], failures: [] });
  await kit.end(held, 'passed');
});

describe('the waiting room', () => {
  let live: Live;
  let room: WaitingRoom;
  const ask = async (claimId: string, more: { waitSeconds?: number; workerId?: number; tokenId?: number } = {}) => {
    const { claim } = await room.ask({
      claimId,
      workerId: kit.workerId,
      tokenId: null,
      waitSeconds: 0,
      signal: new AbortController().signal,
      ...more,
    });
    return claim;
  };
  beforeAll(() => {
    live = startLive((kit.db.pool.options as { connectionString: string }).connectionString);
    room = startWaitingRoom({ db: kit.db, live, limits: queueDefaults });
  });
  afterAll(async () => {
    room.stop();
    await live.stop();
  });

  test('a worker that waits gets a job within moments of its being ready', async () => {
    const waiting = ask(randomUUID(), { waitSeconds: 20 });
    const { ids } = await kit.submitJobs({ a: [] });
    live.hint('ready:default');
    const got = (await waiting)!;
    expect(got).toMatchObject({ jobId: ids['a'], job: { name: 'a', pool: 'default' } });
    await kit.end(got, 'passed');
  });

  test('a repeated claim gives the same run, whether or not others wait in line; once it has ended, nothing', async () => {
    await kit.submitJobs({ a: [], b: [] });
    const claimId = randomUUID();
    const got = (await ask(claimId, { waitSeconds: 20 }))!;
    expect(await ask(claimId)).toMatchObject({ runId: got.runId, jobId: got.jobId, attempt: 1, job: { name: 'a' } });
    const [again, other] = await Promise.all([ask(claimId), ask(randomUUID(), { waitSeconds: 20 })]);
    expect(again?.runId).toBe(got.runId);
    expect(other?.job.name).toBe('b');
    await kit.end(got, 'passed');
    await kit.end(other!, 'passed');
    expect(await ask(claimId)).toBeNull();
    expect(await ask(randomUUID())).toBeNull();
  });

  test('a claim of another token, of another worker, or of nobody is refused', async () => {
    await kit.submitJobs({ a: [] });
    const claimId = randomUUID();
    const got = (await ask(claimId, { waitSeconds: 20 }))!;
    const other = await makeWorker(kit.db, 'w3');
    await expect(ask(claimId, { workerId: other })).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(ask(randomUUID(), { tokenId: 7 })).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(ask(randomUUID(), { workerId: 999 })).rejects.toMatchObject({ code: 'not-found' });
    await kit.end(got, 'passed');
  });
});

describe('the name of a worker', () => {
  const facts = { name: 'w9', pools: ['default'], capacity: 1, version: '0', platform: 'linux-x64' };
  const stateOf = async (id: number) =>
    (await kit.db.query<{ state: string }>(sql`select state from worker where id = ${id}`))[0]?.state;

  test('a sign-off of an earlier process does not take the later one’s place away', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const id = await registerWorker(kit.db, { ...facts, session: first }, null, 60);
    expect(await registerWorker(kit.db, { ...facts, session: second }, null, 60)).toBe(id);
    await signOffWorker(kit.db, { id, tokenId: null, session: first });
    expect(await stateOf(id)).toBe('active');
    await signOffWorker(kit.db, { id, tokenId: null, session: second });
    expect(await stateOf(id)).toBe('gone');
  });

  test('another token cannot take the name of a worker that is there', async () => {
    const id = await registerWorker(kit.db, facts, null, 60);
    await expect(registerWorker(kit.db, { ...facts, pools: ['secret'] }, 5, 60)).rejects.toMatchObject({
      code: 'name-taken',
    });
    await kit.db.query(sql`update worker set last_seen_at = now() - interval '2 minutes' where id = ${id}`);
    expect(await registerWorker(kit.db, facts, 5, 60)).toBe(id);
  });
});

test('when hundreds of workers vanish at once, one look gives up all of their runs', async () => {
  const count = 210;
  await kit.submitJobs(Object.fromEntries(Array.from({ length: count }, (_, index) => [`lost-${index}`, []])), {
    pool: 'rack',
  });
  const workers = Array.from({ length: count }, () => kit.workerId);
  expect(await claimFirst(kit.db, 'rack', workers)).toHaveLength(count);
  await kit.db.query(sql`update lease_clock set last_look_at = now(), last_answer_at = now(), was_away = false`);
  await afterLeases();
  const { ended, failures } = await expireLeases(kit.db, queueDefaults, nothingMore);
  expect([ended.length, failures]).toEqual([count, []]);
}, 60_000);

test('a worker that has left the pool, or signed off, gets nothing, whatever the waiting room still believes', async () => {
  const { ids } = await kit.submitJobs({ here: [] }, { pool: 'left' });
  const asked = (workerId: number) => claim(kit.db, [{ claimId: randomUUID(), workerId, jobId: ids['here']! }], 30);
  const moved = await makeWorker(kit.db, 'moved', ['elsewhere']);
  const gone = await makeWorker(kit.db, 'gone', ['left']);
  await kit.db.query(sql`update worker set state = 'gone' where id = ${gone}`);
  expect([await asked(moved), await asked(gone)]).toEqual([[], []]);
  expect(await asked(await makeWorker(kit.db, 'there', ['left']))).toHaveLength(1);
});
