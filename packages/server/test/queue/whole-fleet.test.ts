// What a whole fleet asks at one moment costs a few statements, and a new job does not wait behind it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../test/kit/wait.ts';
import { type Db, type Live, spreadWaitMs, startLive } from '../../src/base/index.ts';
import { createRenew, queueDefaults, startWaitingRoom, type WaitingRoom } from '../../src/queue/index.ts';
import { KeptFresh } from '../../src/queue/kept-fresh.ts';
import { makeWorker, type QueueKit, queueKit } from './kit.ts';

const fleet = 150;
let kit: QueueKit;
let live: Live;
let room: WaitingRoom;
let counted: Db;
const asked: string[] = [];
let workers: number[];
beforeAll(async () => {
  kit = await queueKit();
  live = startLive((kit.db.pool.options as { connectionString: string }).connectionString);
  counted = {
    ...kit.db,
    query: (statement) => {
      asked.push(statement.text);
      return kit.db.query(statement);
    },
  };
  room = startWaitingRoom({ db: counted, live, limits: queueDefaults });
  workers = await Promise.all(
    Array.from({ length: fleet }, (_, number) => makeWorker(kit.db, `idle-${number}`, ['idle'])),
  );
});
afterAll(async () => {
  room.stop();
  await live.stop();
  await kit.drop();
});

const wait = (workerId: number, waitSeconds: number) =>
  room.ask({ claimId: randomUUID(), workerId, tokenId: null, waitSeconds, signal: new AbortController().signal });
const looksAtLine = () => asked.filter((text) => /from claimable/.test(text)).length;

test('renewals of many workers at once are a few statements, and each hears of its own runs', async () => {
  await kit.submitJobs({ a: [], b: [] }, { pool: 'default' });
  const mine = (await kit.claimOne())!;
  const stale = { ...(await kit.claimOne())!, claimId: randomUUID() };
  const renew = createRenew(counted, queueDefaults);
  asked.length = 0;
  const [own, lost, others, unknown, strange] = await Promise.all([
    renew({ id: kit.workerId, tokenId: null }, [{ ...mine, claimId: mine.claimId.toUpperCase() }]),
    renew({ id: kit.workerId, tokenId: null }, [stale]),
    renew({ id: workers[0]!, tokenId: null }, [mine]),
    renew({ id: 1_000_000, tokenId: null }, []).catch((error: Error) => error.message),
    renew({ id: workers[1]!, tokenId: 7 }, []).catch((error: Error) => error.message),
    ...workers.map((id) => renew({ id, tokenId: null }, [])),
  ]);
  expect([own, lost, others]).toEqual([
    { lost: [], cancelled: [] },
    { lost: [stale.runId], cancelled: [] },
    { lost: [mine.runId], cancelled: [] },
  ]);
  expect([unknown, strange]).toEqual([
    'No worker 1000000 is registered. Register again.',
    `Worker ${workers[1]} registered with another token.`,
  ]);
  expect(asked.length).toBeLessThanOrEqual(4);
});

test('workers that ask again at an empty line do not look at it each, and the next job finds one at once', async () => {
  const first = workers.map((id) => wait(id, 20));
  await until('the line to be looked at', async () => looksAtLine() > 0);
  const before = looksAtLine();
  const began = performance.now();
  // Those whose time is over come again, one after another.
  for (const id of workers) await wait(id, 0.001);
  const seconds = (performance.now() - began) / 1000;
  expect(looksAtLine() - before).toBeLessThanOrEqual(1 + Math.ceil(seconds));
  await kit.submitJobs({ one: [] }, { pool: 'idle' });
  live.hint('ready:idle');
  expect((await Promise.race(first)).claim?.job.name).toBe('one');
});

test('who does not wait gets one look, also at a line that was empty a moment ago', async () => {
  await wait(workers[0]!, 0);
  await kit.submitJobs({ two: [] }, { pool: 'now' });
  const id = await makeWorker(kit.db, 'now', ['now']);
  await kit.end((await wait(id, 0)).claim!, 'passed');
  expect((await wait(id, 0)).claim).toBeNull();
  // Nobody hints.
  await kit.submitJobs({ three: [] }, { pool: 'now' });
  expect((await wait(id, 0)).claim?.job.name).toBe('three');
});

test('what is kept fresh is read once for all who ask, beside those who have an old one', async () => {
  const readings: ((value: number) => void)[] = [];
  const kept = new KeptFresh(() => new Promise<number>((resolve) => readings.push(resolve)));
  const both = [kept.at(0), kept.at(0)];
  readings[0]!(1);
  expect([await Promise.all(both), readings.length]).toEqual([[1, 1], 1]);
  expect([await kept.at(1999), readings.length]).toEqual([1, 1]);
  // Old: given at once, read beside.
  expect([await kept.at(3000), readings.length]).toEqual([1, 2]);
  kept.forget();
  const anew = kept.at(3001);
  readings[1]!(2);
  readings[2]!(3);
  expect([await anew, await kept.at(3002)]).toEqual([3, 3]);
  // Too old: waited for.
  const late = kept.at(100_000);
  readings[3]!(4);
  expect(await late).toBe(4);
});

test('long waits end at different times, never late and at most a fifth early; short ones as asked', () => {
  const waits = Array.from({ length: 1000 }, () => spreadWaitMs(60));
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(48_000);
  expect(new Set(waits.map((ms) => Math.round(ms / 1000))).size).toBeGreaterThan(10);
  expect([spreadWaitMs(0), spreadWaitMs(5)]).toEqual([0, 5000]);
});
