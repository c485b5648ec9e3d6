// Pauses of a pool, a branch and a lane: claims stop, runs go on, and at the end jobs move at once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listPauses, type PauseAsked, pause, resume } from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine } from './at-the-line.ts';
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

const stop = async (asked: Partial<PauseAsked>) => {
  const made = await kit.db.transaction((tx) => pause(tx, { reason: 'broken', ...asked } as PauseAsked, 'ada'));
  line.live.hint('order-changed');
  return made;
};
const go = async (pauseId: number) => {
  const was = await kit.db.transaction((tx) => resume(tx, pauseId));
  line.live.hint('order-changed');
  return was;
};
const pass = (claim: Parameters<QueueKit['end']>[0]) => kit.end(claim, 'passed');

describe('a pause', () => {
  const targets = [
    ['pool', (pool: string) => ({ kind: 'pool' as const, pool })],
    ['branch', () => ({ kind: 'branch' as const, repo: 'r', branch: 'closed' })],
    ['lane', () => ({ kind: 'lane' as const, repo: 'r', branch: 'closed', lane: 'a' })],
  ] as const;
  for (const [kind, target] of targets) {
    test(`of a ${kind} stops claims, lets runs go on, and ends at once`, async () => {
      const pool = `stop-${kind}`;
      const pushId = await kit.push('closed');
      const { pipelineId } = await kit.submitJobs({ a: [] }, { pool }, { pushId });
      const [worker, other] = [await line.worker(pool), await line.worker(pool)];
      const running = (await line.take(worker))!;
      await kit.submitJobs({ a: [] }, { pool }, { pushId });
      const paused = await stop(target(pool));
      expect(paused).toMatchObject({ kind, reason: 'broken', by: 'ada' });
      expect(await line.take(other)).toBeNull();
      await pass(running);
      expect(await kit.states(pipelineId)).toEqual({ a: 'passed' });
      expect(await line.take(worker)).toBeNull();
      const waiting = line.ask(other);
      const begun = performance.now();
      await go(paused.id);
      await pass((await waiting).claim!);
      expect(performance.now() - begun).toBeLessThan(5000);
    });
  }

  test('of a lane or a branch does not hold up others of the same pool, and has nothing to do with others of its name', async () => {
    const pool = 'beside';
    const worker = await line.worker(pool);
    const closed = { pushId: await kit.push('old') };
    const open = { pushId: await kit.push('new') };
    // Far more than are looked at at once stand before the others.
    await kit.submitJobs(
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`lane${index}`, []])),
      { pool },
      closed,
    );
    const lanes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => stop({ kind: 'lane', repo: 'r', branch: 'old', lane: `lane${index}` })),
    );
    await kit.submitJobs({ free: [] }, { pool }, closed);
    await kit.submitJobs({ lane0: [] }, { pool }, open);
    expect(new Set(await line.order(worker, pass))).toEqual(new Set(['free', 'lane0']));
    const tree = await stop({ kind: 'branch', repo: 'r', branch: 'old' });
    for (const lane of lanes) await go(lane.id);
    expect(await line.take(worker)).toBeNull();
    await go(tree.id);
    expect((await line.order(worker, pass)).length).toBe(30);
  });

  test('is there once, and says the newest reason; ending it twice changes nothing', async () => {
    const first = await stop({ kind: 'pool', pool: 'once' });
    const second = await stop({ kind: 'pool', pool: 'once', reason: 'still broken' });
    expect(second.id).toBe(first.id);
    expect((await listPauses(kit.db)).filter((one) => one.pool === 'once')).toMatchObject([{ reason: 'still broken' }]);
    expect(await go(first.id)).toMatchObject({ pool: 'once' });
    expect(await go(first.id)).toBeNull();
    expect((await listPauses(kit.db)).filter((one) => one.pool === 'once')).toEqual([]);
  });

  test('must say what it stops', async () => {
    await expect(stop({ kind: 'pool' })).rejects.toMatchObject({ code: 'bad-request', message: /which pool/ });
    await expect(stop({ kind: 'branch', branch: 'main' })).rejects.toMatchObject({ message: /which repo/ });
    await expect(stop({ kind: 'lane', repo: 'r', branch: 'main' })).rejects.toMatchObject({ message: /which lane/ });
    await expect(stop({ kind: 'branch', repo: 'x', branch: 'y' })).rejects.toMatchObject({ code: 'repo-not-found' });
  });
});

test('a worker that waited before the pause gets nothing that was picked for it just before', async () => {
  for (let race = 0; race < 10; race += 1) {
    const pool = `race${race}`;
    const worker = await line.worker(pool);
    const waiting = line.ask(worker, 0.3);
    const [paused] = await Promise.all([stop({ kind: 'pool', pool }), kit.submitJobs({ a: [] }, { pool })]);
    line.live.hint(`ready:${pool}`);
    const { claim } = await waiting;
    // Claimed before the pause was there, or not at all: nothing begins after it.
    if (claim) await pass(claim);
    else expect(await line.take(worker)).toBeNull();
    await go(paused.id);
    expect(await line.order(worker, pass)).toEqual(claim ? [] : ['a']);
  }
});
