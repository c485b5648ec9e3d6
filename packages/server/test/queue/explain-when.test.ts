// When a job may begin, from what lanes usually take: the pure estimate, how usual durations are learned, and both in an explanation.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { estimate, type Place } from '../../src/queue/decide/estimate.ts';
import { explainJob, learnLanes, queueDefaults } from '../../src/queue/index.ts';
import { claimFirst, makeWorker, type QueueKit, queueKit } from './kit.ts';

describe('an estimate', () => {
  const free: Place = { run: null, opensInSeconds: 0 };
  const busy = (elapsedSeconds: number, usualSeconds: number | null): Place => ({
    run: { elapsedSeconds, usualSeconds },
    opensInSeconds: 0,
  });
  const of = (places: readonly Place[], ahead: readonly (number | null)[] = [], notBeforeSeconds = 0) =>
    estimate({ places, ahead, notBeforeSeconds });

  test('is now where a place is free and nobody comes before', () => {
    expect(of([free])).toEqual({ earliestSeconds: 0, likelySeconds: 0 });
    expect(of([busy(10, null), free])).toEqual({ earliestSeconds: 0, likelySeconds: 0 });
  });

  test('is when the first place comes free; at the earliest when all are brisk', () => {
    expect(of([busy(100, 400), busy(0, 1000)])).toEqual({ earliestSeconds: 200, likelySeconds: 300 });
  });

  test('lets those before it take the places that come free first', () => {
    expect(of([busy(0, 100), busy(0, 200)], [500, 50])).toMatchObject({ likelySeconds: 250 });
    expect(of([free, free], [100, 40, 100])).toMatchObject({ likelySeconds: 100 });
  });

  test('gives what runs longer than usual a tenth more, and what nobody knows the time of the others', () => {
    expect(of([busy(1000, 200)])).toEqual({ earliestSeconds: 15, likelySeconds: 20 });
    expect(of([busy(0, 200), busy(0, null)])).toEqual({ earliestSeconds: 0, likelySeconds: 200 });
  });

  test('waits for the time that was asked for, and for a place that it may have', () => {
    expect(of([free], [], 60)).toEqual({ earliestSeconds: 60, likelySeconds: 60 });
    expect(of([{ run: null, opensInSeconds: 90 }, busy(0, 40)])).toMatchObject({ likelySeconds: 40 });
    expect(of([{ run: null, opensInSeconds: 30 }, busy(0, 40)])).toMatchObject({ likelySeconds: 30 });
    expect(of([{ run: null, opensInSeconds: null }, busy(0, 40)])).toMatchObject({ likelySeconds: 40 });
  });

  test('is not made up when no duration is known, or no place will ever be open', () => {
    expect(of([])).toBeNull();
    expect(of([busy(10, null)])).toBeNull();
    expect(of([free], [null])).toBeNull();
    expect(
      of([
        { run: null, opensInSeconds: null },
        { ...busy(0, 40), opensInSeconds: null },
      ]),
    ).toBeNull();
  });
});

describe('lanes', () => {
  let kit: QueueKit;
  beforeAll(async () => {
    kit = await queueKit();
  });
  afterAll(() => kit.drop());

  const usual = async (name: string) =>
    (
      await kit.db.query<{ seconds: number | null }>(
        sql`select usual_seconds as seconds from lane where name = ${name}`,
      )
    )[0]?.seconds;
  /** A run of this lane that took so long. */
  const ran = async (name: string, pool: string, seconds: number, verdict: 'passed' | 'failed' = 'passed') => {
    const { ids } = await kit.submitJobs({ [name]: [] }, { pool });
    const [held] = await claimFirst(kit.db, pool, [kit.workerId]);
    await kit.end(held!, verdict);
    await kit.db.query(sql`
      update job set started_at = finished_at - make_interval(secs => ${seconds}) where id = ${ids[name]}`);
  };

  test('learn the median of their last passed runs, once some run of theirs has ended lately', async () => {
    for (const seconds of [100, 300, 200]) await ran('learned', 'lanes', seconds);
    await ran('learned', 'lanes', 5, 'failed');
    await ran('only-failed', 'lanes', 5, 'failed');
    await learnLanes(kit.db, 120);
    expect(await usual('learned')).toBe(200);
    expect(await usual('only-failed')).toBeNull();
  });

  test('forget what is more than twenty passed runs ago, and are left alone when little has changed', async () => {
    for (let run = 0; run < 20; run += 1) await ran('changing', 'lanes', 100);
    await ran('changing', 'lanes', 10_000);
    await learnLanes(kit.db, 120);
    expect(await usual('changing')).toBe(100);
    for (let run = 0; run < 11; run += 1) await ran('changing', 'lanes', 104);
    await learnLanes(kit.db, 120);
    expect(await usual('changing')).toBe(100);
    for (let run = 0; run < 20; run += 1) await ran('changing', 'lanes', 150);
    await learnLanes(kit.db, 120);
    expect(await usual('changing')).toBe(150);
  });

  test('say when a job behind others begins; nobody knows while somebody must act', async () => {
    const pool = 'when';
    await ran('slow', pool, 600);
    await ran('quick', pool, 60);
    await learnLanes(kit.db, 120);
    await kit.db.query(sql`update worker set pools = '{default}' where id = ${kit.workerId}`);
    const worker = await makeWorker(kit.db, 'when-1', [pool]);
    const { ids } = await kit.submitJobs({ slow: [], quick: [], last: [] }, { pool });
    await claimFirst(kit.db, pool, [worker]);
    const { at, place } = await explainJob(kit.db, ids['last']!, queueDefaults);
    const inSeconds = (instant: string) => (Date.parse(instant) - Date.parse(at)) / 1000;
    // Some of the 600 s have gone by already.
    expect(inSeconds(place!.startsAt!.likely)).toBeGreaterThan(600);
    expect(inSeconds(place!.startsAt!.likely)).toBeLessThanOrEqual(660);
    expect(inSeconds(place!.startsAt!.earliest)).toBeLessThan(500);
    await kit.db.query(sql`update worker set hold = 'drained', held_at = now() where id = ${worker}`);
    const held = await explainJob(kit.db, ids['last']!, queueDefaults);
    expect(held).toMatchObject({ outlook: 'someone-must-act', place: { startsAt: null } });
  });
});
