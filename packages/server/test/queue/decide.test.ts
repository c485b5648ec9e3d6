// What the queue decides, as values: which jobs are joined, who is taken out, what is tried again, whose turn it is.
import { describe, expect, test } from 'vitest';
import { absorb, type Coalescing } from '../../src/queue/decide/coalesce.ts';
import { pick, whyNot } from '../../src/queue/decide/pick.ts';
import { shouldQuarantine } from '../../src/queue/decide/quarantine.ts';
import { classOf, handicapSeconds, shareOf } from '../../src/queue/decide/rank.ts';
import { retry } from '../../src/queue/decide/retry.ts';
import { queueDefaults } from '../../src/queue/index.ts';

describe('classes and shares', () => {
  test('a release comes before branches by level, and these before try', () => {
    const classes = [
      classOf({ cause: 'release', level: 1 }),
      classOf({ cause: 'push', level: 3 }),
      classOf({ cause: 'nightly', level: 2 }),
      classOf({ cause: 'backfill', level: 1 }),
      classOf({ cause: 'try', level: 3 }),
    ];
    expect(classes).toEqual([0, 1, 2, 3, 4]);
    expect(classOf({ cause: 'push', level: 9 })).toBe(1);
    expect(handicapSeconds({ cause: 'push', level: 1, priority: 2 }, queueDefaults)).toBe(3 * 14_400 - 240);
  });

  test('shares are branches; for try, people', () => {
    const push = { repo: 'r', branch: 'main' };
    expect(shareOf(push, 'push', 'ada')).toBe(shareOf(push, 'nightly', 'grace'));
    expect(shareOf(push, 'try', 'ada')).not.toBe(shareOf(push, 'try', 'grace'));
    expect(shareOf(push, 'try', 'ada')).toBe(shareOf({ repo: 's', branch: 'other' }, 'try', 'ada'));
  });
});

describe('absorb', () => {
  const job = (jobId: number, more: Partial<Coalescing> = {}): Coalescing => ({
    jobId,
    pushId: jobId,
    most: 3,
    absorbed: 0,
    since: jobId * 1000,
    handicapSeconds: 0,
    priority: 0,
    ...more,
  });

  test('takes the pushes right before its own, newest first, up to its limit', () => {
    expect(absorb(job(9), [job(1), job(5), job(8), job(3)]).jobIds).toEqual([8, 5, 3]);
    expect(absorb(job(9, { most: 1 }), [job(8), job(7)]).jobIds).toEqual([8]);
    expect(absorb(job(9, { absorbed: 2 }), [job(8), job(7)]).jobIds).toEqual([8]);
  });

  test('takes none past one that it may not have, and no newer one', () => {
    expect(absorb(job(9), [job(10), job(8), job(7, { absorbed: 2 }), job(6)]).jobIds).toEqual([8]);
    expect(absorb(job(9), [job(8, { most: 0 })]).jobIds).toEqual([]);
    expect(absorb(job(9, { most: 0 }), [job(8)]).jobIds).toEqual([]);
    expect(absorb(job(9), [job(8, { pushId: 9 })]).jobIds).toEqual([]);
  });

  test('keeps the oldest time, the best handicap and the highest priority of all', () => {
    const older = [job(8, { priority: 4, handicapSeconds: -480 }), job(7, { priority: -1, handicapSeconds: 120 })];
    expect(absorb(job(9), older)).toMatchObject({ since: 7000, priority: 4, handicapSeconds: -480, absorbed: 2 });
  });
});

describe('retry', () => {
  const facts = { verdict: 'errored', reason: 'worker-failed', erroredCount: 0, attempts: 3 } as const;

  test('only what errored is tried again, until its attempts are used up', () => {
    expect(retry(facts, queueDefaults)).toEqual({ kind: 'again', afterSeconds: 2 });
    expect(retry({ ...facts, erroredCount: 1 }, queueDefaults)).toEqual({ kind: 'again', afterSeconds: 4 });
    expect(retry({ ...facts, erroredCount: 2 }, queueDefaults)).toEqual({ kind: 'done' });
    for (const verdict of ['passed', 'failed', 'cancelled', 'skipped'] as const) {
      expect(retry({ ...facts, verdict }, queueDefaults)).toEqual({ kind: 'done' });
    }
  });

  test('the wait doubles, but not for ever; a worker that stopped in order costs none', () => {
    const waits = [5, 8, 19].map((erroredCount) => retry({ ...facts, erroredCount, attempts: 99 }, queueDefaults));
    expect(waits).toEqual([64, 300, 300].map((afterSeconds) => ({ kind: 'again', afterSeconds })));
    expect(retry({ ...facts, reason: 'worker-stopped' }, queueDefaults)).toEqual({ kind: 'again', afterSeconds: 0 });
  });
});

test('a worker is taken out after so many errored runs in a row, but never more than half of them', () => {
  const facts = { erroredInARow: 5, after: 5, workers: 4, quarantined: 0 };
  expect(shouldQuarantine(facts)).toBe(true);
  expect(shouldQuarantine({ ...facts, erroredInARow: 4 })).toBe(false);
  expect(shouldQuarantine({ ...facts, quarantined: 1 })).toBe(true);
  expect(shouldQuarantine({ ...facts, quarantined: 2 })).toBe(false);
  expect(shouldQuarantine({ ...facts, workers: 1 })).toBe(false);
  expect(shouldQuarantine({ ...facts, after: 0 })).toBe(false);
});

describe('pick', () => {
  const minute = 60_000;
  const pool = { workers: 9, some: [1, 2, 3, 4, 5, 6, 7, 8, 9], cheapest: 0, waitBudgetSeconds: 0 };
  const job = (jobId: number, more: object = {}) => {
    const since = jobId * 1000;
    return { jobId, share: 'main', laneId: null, since, rank: since, avoid: [], ...more };
  };
  const asking = (workerId: number, cost = 0) => ({ claimId: `claim ${workerId}`, workerId, cost });
  const picked = (jobs: readonly ReturnType<typeof job>[], more: object) => {
    const lines = new Map(grouped(jobs));
    const picks = pick({
      lines,
      running: new Map(),
      served: new Map(),
      asking: [asking(1)],
      pool,
      isWarm: () => false,
      now: 100 * minute,
      ...more,
    });
    return picks.map(({ candidate, asking: by }) => `${candidate.jobId} to ${by.workerId}`);
  };
  function grouped<Job extends { share: string }>(jobs: readonly Job[]): [string, Job[]][] {
    return [...new Set(jobs.map(({ share }) => share))].map((share) => [
      share,
      jobs.filter((one) => one.share === share),
    ]);
  }

  test('shares take turns, the one with the fewest runs first', () => {
    const jobs = [job(1), job(2), job(3), job(50, { share: 'other' }), job(51, { share: 'other' })];
    const all = { asking: [1, 2, 3, 4, 5].map((id) => asking(id)) };
    expect(picked(jobs, all).map((one) => Number.parseInt(one, 10))).toEqual([1, 50, 2, 51, 3]);
    const running = new Map([['main', 2]]);
    expect(picked(jobs, { ...all, running }).map((one) => Number.parseInt(one, 10))).toEqual([50, 51, 1, 2, 3]);
    const served = new Map([['main', 7]]);
    expect(picked(jobs, { served })).toEqual(['50 to 1']);
  });

  test('a worker that did the lane before is preferred among those that cost the same', () => {
    const more = { asking: [asking(1), asking(2), asking(3, 5)], isWarm: (id: number) => id >= 2 };
    expect(picked([job(1, { laneId: 4 })], more)).toEqual(['1 to 2']);
    expect(picked([job(1, { laneId: 4 })], { ...more, asking: [asking(1), asking(3, 5)] })).toEqual(['1 to 1']);
  });

  test('a dear worker gets a job only when its wait budget is over, or no cheap one is there', () => {
    const now = 100 * minute;
    const young = job(1, { since: now - minute, rank: now - minute });
    const old = job(2, { since: now - 11 * minute, rank: now - 11 * minute });
    const budget = { ...pool, waitBudgetSeconds: 600 };
    expect(picked([old, young], { asking: [asking(1, 5), asking(2, 5)], pool: budget, now })).toEqual(['2 to 1']);
    const dearOnly = { ...budget, cheapest: 5 };
    expect(picked([young], { asking: [asking(1, 5)], pool: dearOnly, now })).toEqual(['1 to 1']);
    expect(whyNot(young, asking(1, 5), budget, now)).toBe('cheaper-worker');
  });

  test('a job stays away from a worker on which it errored, unless there is no other', () => {
    const avoiding = job(1, { avoid: [1] });
    expect(picked([avoiding, job(2)], {})).toEqual(['2 to 1']);
    expect(picked([avoiding], { pool: { ...pool, workers: 1, some: [1] } })).toEqual(['1 to 1']);
    // Of those on which it errored one is gone: there is another all the same.
    const twice = job(1, { avoid: [1, 8] });
    expect(picked([twice], { pool: { ...pool, workers: 2, some: [1, 3] } })).toEqual([]);
    expect(whyNot(avoiding, asking(1), pool, 0)).toBe('errored-there');
  });

  test('nobody gets two, and nothing goes to two', () => {
    const jobs = [job(1), job(2), job(3)];
    expect(picked(jobs, { asking: [asking(1), asking(2)] })).toEqual(['1 to 1', '2 to 2']);
    expect(picked([job(1)], { asking: [asking(1), asking(2)] })).toEqual(['1 to 1']);
  });
});
