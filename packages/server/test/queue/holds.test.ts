// Holds of workers: drained, quarantined, retired, by a person or by the rule about runs that error one after another.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { finishAlone, holdWorker, letWorkerGo, queueDefaults, readWorker } from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine } from './at-the-line.ts';
import { makeWorker, passed, type QueueKit, queueKit } from './kit.ts';

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

type Kind = 'drained' | 'quarantined' | 'retired';
const hold = async (workerId: number, kind: Kind, reason = 'it smokes') => {
  await kit.db.transaction((tx) => holdWorker(tx, workerId, { kind, reason }, 'ada'));
  line.live.hint('worker-changed:*');
};
const letGo = async (workerId: number) => {
  await kit.db.transaction((tx) => letWorkerGo(tx, workerId));
  line.live.hint('worker-changed:*');
};
const worker = (id: number) => readWorker(kit.db, id, queueDefaults.leaseSeconds);
const submitMany = (pool: string, count: number, attempts = 1) =>
  kit.submitJobs(Object.fromEntries(Array.from({ length: count }, (_, index) => [`j${index}`, []])), {
    pool,
    attempts,
  });

describe('by hand', () => {
  for (const kind of ['drained', 'quarantined', 'retired'] as const) {
    test(`a ${kind} worker keeps its run, hears why it gets no other, and works again when it is let go`, async () => {
      const pool = kind;
      const id = await line.worker(pool, { name: kind });
      await submitMany(pool, 2);
      const running = (await line.take(id))!;
      await hold(id, kind);
      expect(await line.ask(id, 0)).toEqual({ claim: null, hold: { kind, reason: 'it smokes' } });
      expect(await worker(id)).toMatchObject({ hold: { kind, reason: 'it smokes', by: 'ada' }, state: 'busy' });
      await kit.end(running, 'passed');
      await hold(id, kind, 'it burns');
      expect((await line.ask(id, 0)).hold).toEqual({ kind, reason: 'it burns' });
      const waiting = line.ask(id);
      await letGo(id);
      await letGo(id);
      expect((await waiting).claim?.job.name).toBe('j1');
      expect((await worker(id)).hold).toBeNull();
    });
  }

  test('a worker that waits in line when it is held gets nothing more', async () => {
    const id = await line.worker('waits');
    const waiting = line.ask(id, 3);
    await hold(id, 'drained');
    await submitMany('waits', 1);
    line.live.hint('ready:waits');
    expect(await waiting).toEqual({ claim: null, hold: { kind: 'drained', reason: 'it smokes' } });
  });

  test('a retired worker cannot register again under its name; another name can, and the old one once it is let go', async () => {
    const id = await line.worker('retired-name', { name: 'old' });
    await hold(id, 'retired', 'sold');
    const again = () => makeWorker(kit.db, 'old', ['retired-name']);
    await expect(again()).rejects.toMatchObject({ code: 'worker-retired', message: /retired by ada: sold.*--name/s });
    await makeWorker(kit.db, 'new', ['retired-name']);
    await letGo(id);
    expect(await again()).toBe(id);
  });

  test('a worker that is not there cannot be held or let go', async () => {
    await expect(hold(999_999, 'drained')).rejects.toMatchObject({ code: 'not-found' });
    await expect(letGo(999_999)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('by the rule', () => {
  const { quarantineAfter } = queueDefaults;
  /** So many runs of this worker end so, each of another job. */
  async function runs(id: number, verdict: 'errored' | 'passed' | 'failed', count: number, alone = false) {
    for (let run = 0; run < count; run += 1) {
      const held = (await line.take(id))!;
      const end = { verdict, reason: passed, steps: null, logBytes: [] };
      if (alone) await finishAlone(kit.db, [{ hold: held, end }]);
      else await kit.end(held, verdict);
      line.live.hint('worker-changed:*');
    }
  }

  test('a worker whose runs error one after another is taken out, with the reason', async () => {
    const pool = 'rule';
    const [bad] = [await line.worker(pool, { name: 'bad' }), await line.worker(pool)];
    await submitMany(pool, 20);
    await runs(bad, 'errored', quarantineAfter - 1);
    expect(await worker(bad)).toMatchObject({ hold: null, erroredInARow: quarantineAfter - 1 });
    await runs(bad, 'errored', 1);
    const { claim, hold: why } = await line.ask(bad, 0);
    expect(claim).toBeNull();
    expect(why).toMatchObject({ kind: 'quarantined', reason: '5 runs in a row errored; the last: The worker failed' });
    expect((await worker(bad)).hold).toMatchObject({ by: 'Signalbox' });
    await letGo(bad);
    expect(await worker(bad)).toMatchObject({ hold: null, erroredInARow: 0 });
    await runs(bad, 'errored', 1);
    expect(await worker(bad)).toMatchObject({ hold: null, erroredInARow: 1 });
  });

  test('a run that ends otherwise begins the count anew, however it is written', async () => {
    const pool = 'reset';
    const [id] = [await line.worker(pool), await line.worker(pool)];
    await submitMany(pool, 20);
    for (const [verdict, alone] of [
      ['passed', false],
      ['failed', false],
      ['passed', true],
      ['failed', true],
    ] as const) {
      await runs(id, 'errored', quarantineAfter - 1);
      await runs(id, verdict, 1, alone);
      expect(await worker(id)).toMatchObject({ hold: null, erroredInARow: 0 });
    }
  });

  test('never more than half of a pool’s workers are taken out, also when they err at the same moment', async () => {
    const pool = 'half';
    const workers = await Promise.all([1, 2, 3, 4].map(() => line.worker(pool)));
    for (let race = 0; race < 10; race += 1) {
      await submitMany(pool, 4);
      const held = await Promise.all(workers.map(async (id) => (await line.take(id))!));
      await kit.db.query(sql`
        update worker set errored_in_a_row = ${quarantineAfter - 1} where id = any (${workers}::bigint[])`);
      await Promise.all(held.map((one) => kit.end(one, 'errored')));
      const holds = await Promise.all(workers.map(async (id) => (await worker(id)).hold?.kind));
      expect(holds.filter((kind) => kind === 'quarantined').length).toBe(2);
      for (const id of workers) await letGo(id);
    }
  });

  test('workers that are not there do not count: a pool is not emptied because it once was larger', async () => {
    const pool = 'shrunk';
    const [first, second, ...gone] = await Promise.all(Array.from({ length: 8 }, () => line.worker(pool)));
    await kit.db.query(sql`
      update worker set last_seen_at = now() - interval '1 hour' where id = any (${gone}::bigint[])`);
    await submitMany(pool, 30);
    for (const id of [first!, second!]) {
      for (let run = 0; run < quarantineAfter; run += 1) {
        const { claim } = await line.ask(id, 0);
        if (claim) await kit.end(claim, 'errored');
      }
    }
    const held = await Promise.all([first!, second!].map(async (id) => (await worker(id)).hold?.kind ?? null));
    expect(held).toEqual(['quarantined', null]);
  });

  test('nor do those that a person has taken out', async () => {
    const pool = 'drained-others';
    const [drained, other, id] = [await line.worker(pool), await line.worker(pool), await line.worker(pool)];
    await hold(drained, 'drained');
    await hold(other, 'drained');
    await submitMany(pool, 10);
    await runs(id, 'errored', quarantineAfter + 2);
    expect((await worker(id)).hold).toBeNull();
  });

  test('the only worker of a pool goes on, for nobody else would do its jobs', async () => {
    const id = await line.worker('only');
    await submitMany('only', 10);
    await runs(id, 'errored', quarantineAfter + 2);
    expect((await worker(id)).hold).toBeNull();
  });
});
