// Two waiting rooms on one database, as two servers have them: the line is one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { queueDefaults, raiseJob } from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine } from './at-the-line.ts';
import { type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
let rooms: readonly [AtTheLine, AtTheLine];
beforeAll(async () => {
  kit = await queueKit();
  rooms = [atTheLine(kit.db), atTheLine(kit.db)];
});
afterAll(async () => {
  for (const room of rooms) await room.stop();
  await kit.drop();
});

const named = (prefix: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, []]));

test('200 jobs, 12 workers, half of them at each: each job is given once, none is lost', async () => {
  const pool = 'all';
  const { pipelineId } = await kit.submitJobs(named('j', 200), { pool });
  const work = async (room: AtTheLine) => {
    const worker = await room.worker(pool);
    const got: number[] = [];
    for (let { claim } = await room.ask(worker, 1); claim; { claim } = await room.ask(worker, 1)) {
      got.push(claim.jobId);
      await kit.end(claim, 'passed');
    }
    return got;
  };
  const got = (await Promise.all(Array.from({ length: 12 }, (_, index) => work(rooms[index % 2]!)))).flat();
  expect(got.length).toBe(200);
  expect(new Set(got).size).toBe(200);
  expect(new Set(Object.values(await kit.states(pipelineId)))).toEqual(new Set(['passed']));
});

test('the order holds over both: what is given at one is gone at the other, and a raise is heard by both', async () => {
  const pool = 'order';
  const { ids } = await kit.submitJobs(named('j', 40), { pool });
  const workers = await Promise.all(rooms.map((room) => room.worker(pool)));
  const take = (turn: number) => rooms[turn % 2]!.take(workers[turn % 2]!);
  const names: (string | undefined)[] = [];
  for (let turn = 0; turn < 10; turn += 1) names.push((await take(turn))?.job.name);
  expect(names).toEqual(Array.from({ length: 10 }, (_, index) => `j${index}`));
  rooms[0].live.hint(...(await kit.db.transaction((tx) => raiseJob(tx, ids['j39']!, 9, queueDefaults))));
  expect((await take(1))?.job.name).toBe('j39');
});

test('without a fresh look at every turn no job is passed by more than were given within the time of a look', async () => {
  const pool = 'fresh';
  const count = 60;
  const { ids } = await kit.submitJobs(named('j', count), { pool });
  const inOrder = Object.values(ids).sort((a, b) => a - b);
  const order = new Map(inOrder.map((id, place) => [id, place]));
  const workers = await Promise.all(rooms.map((room) => room.worker(pool)));
  const places: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const { claim } = await rooms[turn % 2]!.ask(workers[turn % 2]!);
    places.push(order.get(claim!.jobId)!);
  }
  // Each room knows only what it has given itself; what the other one gave it finds gone, and looks again.
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('one that comes while both look at the same moment is given once, wherever it is asked for', async () => {
  const pool = 'same-moment';
  const workers = await Promise.all([...rooms, ...rooms].map((room) => room.worker(pool)));
  for (let race = 0; race < 10; race += 1) {
    const asks = workers.map((worker, index) => rooms[index % 2]!.ask(worker, 0.2));
    const { pipelineId } = await kit.submitJobs({ a: [] }, { pool });
    for (const room of rooms) room.live.hint(`ready:${pool}`);
    const got = (await Promise.all(asks)).filter(({ claim }) => claim);
    expect(got.length).toBe(1);
    await kit.end(got[0]!.claim!, 'passed');
    expect(await kit.states(pipelineId)).toEqual({ a: 'passed' });
  }
  const left = await kit.db.query(
    sql`select 1 from run where ended_at is null and claimed_at > now() - interval '1 second'`,
  );
  expect(left).toEqual([]);
});

test('people share over both: a server does not know whose turn it was at the other, but it knows who has how many runs', async () => {
  const pool = 'people';
  const pushId = await kit.push('try');
  const send = (person: string, count: number) =>
    kit.submitJobs(named(person, count), { pool }, { pushId, cause: 'try', person });
  await send('ada', 40);
  await send('grace', 40);
  const workers = await Promise.all(Array.from({ length: 16 }, (_, index) => rooms[index % 2]!.worker(pool)));
  const got = await Promise.all(workers.map((worker, index) => rooms[index % 2]!.ask(worker)));
  const ofAda = got.filter(({ claim }) => claim?.job.name.startsWith('ada')).length;
  expect(Math.abs(ofAda - 8)).toBeLessThanOrEqual(2);
});
