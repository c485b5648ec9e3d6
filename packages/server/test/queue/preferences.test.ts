// Which worker gets a job when several could: one that did its lane before, not the one on which it errored, the cheaper one first.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { holdWorker, setPool } from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine, older } from './at-the-line.ts';
import { type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
let line: AtTheLine;
beforeAll(async () => {
  kit = await queueKit();
  line = atTheLine(kit.db);
});
afterAll(async () => {
  await line.stop();
  await kit.drop();
});

const submit = async (pool: string, name: string) => {
  const { ids } = await kit.submitJobs({ [name]: [] }, { pool });
  return ids[name]!;
};
const ready = (pool: string) => line.live.hint(`ready:${pool}`);
/** Whoever of those that wait gets something: by whom, and what. */
async function who(asks: ReadonlyMap<number, ReturnType<AtTheLine['ask']>>) {
  const got = await Promise.race([...asks].map(async ([id, asked]) => ({ id, claim: (await asked).claim })));
  if (!got.claim) throw new Error('nobody got anything');
  return got as { id: number; claim: NonNullable<typeof got.claim> };
}
const ask = (...workers: readonly number[]) => new Map(workers.map((id) => [id, line.ask(id)] as const));

describe('a worker that did the lane before', () => {
  test('is preferred when several wait, whoever came first', async () => {
    const pool = 'warm';
    const [cold, warm] = [await line.worker(pool), await line.worker(pool)];
    await submit(pool, 'lane');
    await kit.end((await line.take(warm))!, 'passed');
    // Whoever waits is looked at anew a moment after workers came: until that is over not all may stand in line.
    await line.ask(cold, 0.5);
    for (let turn = 0; turn < 3; turn += 1) {
      const asks = ask(cold, warm);
      await submit(pool, 'lane');
      ready(pool);
      const got = await who(asks);
      expect(got.id).toBe(warm);
      await kit.end(got.claim, 'passed');
      await submit(pool, `other${turn}`);
      ready(pool);
      await kit.end((await asks.get(cold)!).claim!, 'passed');
    }
  });

  test('does not keep a job waiting: another one that is free gets it', async () => {
    const pool = 'warm-busy';
    const [cold, warm] = [await line.worker(pool), await line.worker(pool)];
    await submit(pool, 'lane');
    const busy = (await line.take(warm))!;
    await submit(pool, 'lane');
    expect((await line.take(cold))?.job.name).toBe('lane');
    await kit.end(busy, 'passed');
  });
});

describe('a worker on which a job errored', () => {
  test('does not get it again while there is another, even a busy one', async () => {
    const pool = 'avoid';
    const [bad, good] = [await line.worker(pool), await line.worker(pool)];
    const jobId = await submit(pool, 'a');
    await kit.end((await line.take(bad))!, 'errored');
    expect(await line.take(bad)).toBeNull();
    await submit(pool, 'b');
    // It holds up nobody: the next job is for it.
    expect((await line.take(bad))?.job.name).toBe('b');
    expect((await line.take(good))?.jobId).toBe(jobId);
  });

  test('is not kept from a new job by one that it may not have', async () => {
    const pool = 'not-kept';
    const [bad, good] = [await line.worker(pool), await line.worker(pool)];
    await submit(pool, 'busy');
    const busy = (await line.take(good))!;
    await submit(pool, 'a');
    await kit.end((await line.take(bad))!, 'errored');
    const waits: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const asked = line.ask(bad);
      // It looks at the line, and finds nothing for this worker.
      line.live.hint('order-changed');
      await kit.db.query(sql`select pg_sleep(0.03)`);
      await submit(pool, `new${turn}`);
      const begun = performance.now();
      ready(pool);
      await kit.end((await asked).claim!, 'passed');
      waits.push(performance.now() - begun);
    }
    // Whoever waited for the next look at all lines would wait half a second on average.
    expect(waits.filter((ms) => ms < 400).length, waits.join(' ')).toBeGreaterThanOrEqual(5);
    await kit.end(busy, 'passed');
  });

  test('gets it after all when it is alone, or all others are held or have failed it, too', async () => {
    const pool = 'alone';
    const bad = await line.worker(pool);
    await submit(pool, 'a');
    await kit.end((await line.take(bad))!, 'errored');
    const second = (await line.take(bad))!;
    expect(second.attempt).toBe(2);
    const other = await line.worker(pool);
    await kit.end(second, 'errored');
    expect(await line.take(bad)).toBeNull();
    await kit.db.transaction((tx) => holdWorker(tx, other, { kind: 'drained', reason: 'r' }, 'ada'));
    line.live.hint('worker-changed:*', 'order-changed');
    expect((await line.take(bad))?.attempt).toBe(3);
  });
});

describe('cost', () => {
  test('a cheap worker is found behind hundreds of dear ones that wait', async () => {
    const pool = 'crowd';
    await kit.db.transaction((tx) => setPool(tx, pool, 600));
    const rows = await kit.db.query<{ id: number }>(sql`
      insert into worker (name, pools, capacity, version, platform, cost, state)
      select 'crowd-' || n, array[${pool}], 1, '0', 'linux-x64', 5, 'active' from generate_series(1, 150) as n returning id`);
    line.live.hint('worker-changed:*', 'order-changed');
    const dear = ask(...rows.map((row) => row.id));
    const cheap = line.ask(await line.worker(pool), 5);
    const jobId = await submit(pool, 'a');
    ready(pool);
    expect((await cheap).claim?.jobId).toBe(jobId);
    // The others are let go.
    await kit.db.transaction((tx) => setPool(tx, pool, 0));
    await kit.submitJobs(Object.fromEntries(rows.map((_, index) => [`j${index}`, []])), { pool });
    line.live.hint('order-changed');
    for (const asked of dear.values()) expect((await asked).claim).not.toBeNull();
  });

  const budget = async (pool: string, seconds: number) => {
    await kit.db.transaction((tx) => setPool(tx, pool, seconds));
    line.live.hint('order-changed');
  };

  test('the cheap worker comes first, whoever waited longer', async () => {
    const pool = 'cheap';
    const [dear, cheap] = [await line.worker(pool, { cost: 5 }), await line.worker(pool, { cost: 1 })];
    const asks = ask(dear, cheap);
    await submit(pool, 'a');
    ready(pool);
    expect((await who(asks)).id).toBe(cheap);
    await submit(pool, 'b');
    ready(pool);
    expect((await asks.get(dear)!).claim?.job.name).toBe('b');
  });

  test('a dear worker gets a job only after the wait budget of the pool, while a cheap one is there', async () => {
    const pool = 'budget';
    await budget(pool, 600);
    const [dear, cheap] = [await line.worker(pool, { cost: 5 }), await line.worker(pool)];
    await submit(pool, 'busy');
    const busy = (await line.take(cheap))!;
    const jobId = await submit(pool, 'a');
    expect(await line.take(dear)).toBeNull();
    await older(kit.db, [jobId], 500);
    expect(await line.take(dear)).toBeNull();
    await older(kit.db, [jobId], 100);
    expect((await line.take(dear))?.jobId).toBe(jobId);
    await submit(pool, 'b');
    expect(await line.take(dear)).toBeNull();
    // Read live: a smaller budget is over at once.
    await budget(pool, 0);
    expect((await line.take(dear))?.job.name).toBe('b');
    await kit.end(busy, 'passed');
  });

  test('a dear worker gets it at once when no cheap one is there', async () => {
    const pool = 'dear-only';
    await budget(pool, 600);
    const dear = await line.worker(pool, { cost: 5 });
    await submit(pool, 'a');
    expect((await line.take(dear))?.job.name).toBe('a');
    const cheap = await line.worker(pool);
    await submit(pool, 'b');
    expect(await line.take(dear)).toBeNull();
    await kit.db.transaction((tx) => holdWorker(tx, cheap, { kind: 'quarantined', reason: 'r' }, 'ada'));
    line.live.hint('worker-changed:*', 'order-changed');
    expect((await line.take(dear))?.job.name).toBe('b');
  });

  test('a job that a dear worker may have by now is not hidden behind many that it may not', async () => {
    const pool = 'hidden';
    await budget(pool, 600);
    const [dear] = [await line.worker(pool, { cost: 5 }), await line.worker(pool)];
    const names = Array.from({ length: 80 }, (_, index) => `young${index}`);
    await kit.submitJobs(Object.fromEntries(names.map((name) => [name, []])), { pool, order: { priority: 50 } });
    const old = await submit(pool, 'old');
    await older(kit.db, [old], 700);
    expect((await line.take(dear))?.jobId).toBe(old);
  });
});
