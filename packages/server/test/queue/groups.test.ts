// Concurrency groups: only so many of their jobs at once, with a limit that lives on the group and is read live.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { checkInvariants } from '../../src/flow/invariants/index.ts';
import {
  cancelJob,
  giveDueSlots,
  listGroups,
  queueDefaults,
  raiseJob,
  rerunJob,
  setGroup,
  tidyGroups,
} from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine } from './at-the-line.ts';
import { type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
let line: AtTheLine;
let repoId: number;
beforeAll(async () => {
  kit = await queueKit();
  line = atTheLine(kit.db);
  [{ id: repoId }] = (await kit.db.query<{ id: number }>(sql`select id from repo`)) as [{ id: number }];
});
afterAll(async () => {
  await line.stop();
  await kit.drop();
});

/** Jobs of a group, in a pool of the same name; each needs nothing. */
const submitTo = (group: string, names: readonly string[], order: object = {}) =>
  kit.submitJobs(Object.fromEntries(names.map((name) => [name, []])), {
    pool: group,
    order: { concurrencyGroup: group, ...order },
  });
const limit = async (name: string, slots: number) =>
  line.live.hint(...(await kit.db.transaction((tx) => setGroup(tx, { repoId, name, slots, by: 'ada' }))));
const group = async (name: string) => (await listGroups(kit.db, repoId)).find((one) => one.name === name);
const statesOf = (pipelineId: number) => kit.states(pipelineId);

test('a group that nobody has set lets one job go at a time, in the order of their places in line', async () => {
  const { pipelineId } = await submitTo('one', ['a', 'b', 'c']);
  expect(await statesOf(pipelineId)).toEqual({ a: 'ready', b: 'held', c: 'held' });
  const worker = await line.worker('one');
  expect(await line.order(worker, (claim) => kit.end(claim, 'passed'))).toEqual(['a', 'b', 'c']);
});

test('a higher priority waits less long for its slot, also when it is raised while it waits', async () => {
  const { ids, pipelineId } = await submitTo('rank', ['a', 'b', 'c']);
  await submitTo('rank', ['urgent'], { priority: 3 });
  await kit.db.transaction((tx) => raiseJob(tx, ids['c']!, 5, queueDefaults));
  const worker = await line.worker('rank');
  expect(await line.order(worker, (claim) => kit.end(claim, 'passed'))).toEqual(['a', 'c', 'urgent', 'b']);
  expect(await statesOf(pipelineId)).toEqual({ a: 'passed', b: 'passed', c: 'passed' });
});

test('the limit is read live: raised, waiting jobs move; lowered, what runs goes on and nothing new begins', async () => {
  const { pipelineId } = await submitTo('live', ['a', 'b', 'c', 'd', 'e']);
  const workers = await Promise.all([1, 2, 3].map(() => line.worker('live')));
  const first = (await line.take(workers[0]!))!;
  const waiting = line.ask(workers[1]!);
  await limit('live', 3);
  const second = (await waiting).claim!;
  expect([first.job.name, second.job.name]).toEqual(['a', 'b']);
  expect(await group('live')).toMatchObject({ slots: 3, taken: 3, waiting: 2, changedBy: 'ada' });
  await limit('live', 1);
  expect(await statesOf(pipelineId)).toEqual({ a: 'running', b: 'running', c: 'ready', d: 'held', e: 'held' });
  await kit.end(first, 'passed');
  await kit.end(second, 'passed');
  expect(await statesOf(pipelineId)).toEqual({ a: 'passed', b: 'passed', c: 'ready', d: 'held', e: 'held' });
  await kit.end((await line.take(workers[0]!))!, 'passed');
  expect(await statesOf(pipelineId)).toMatchObject({ c: 'passed', d: 'ready', e: 'held' });
  await limit('live', 0);
  await kit.end((await line.take(workers[0]!))!, 'passed');
  expect(await statesOf(pipelineId)).toMatchObject({ d: 'passed', e: 'held' });
  await limit('live', 1);
  expect((await statesOf(pipelineId))['e']).toBe('ready');
});

describe('a slot', () => {
  test('goes to the next when its job has passed, failed, errored for good, or was cancelled', async () => {
    const { pipelineId, ids } = await submitTo('ends', ['a', 'b', 'c', 'd', 'e', 'f']);
    const worker = await line.worker('ends');
    const next = async () => (await line.take(worker))!;
    await kit.end(await next(), 'passed');
    await kit.end(await next(), 'failed');
    for (const attempt of [1, 2, 3]) {
      const held = await next();
      expect([held.job.name, held.attempt]).toEqual(['c', attempt]);
      // Between attempts, too, it is the one that holds the slot.
      expect((await statesOf(pipelineId))['d']).toBe('held');
      await kit.end(held, 'errored');
    }
    expect(await statesOf(pipelineId)).toMatchObject({ c: 'errored', d: 'ready' });
    await kit.db.transaction((tx) => cancelJob(tx, ids['d']!, 'ada'));
    expect(await statesOf(pipelineId)).toMatchObject({ d: 'cancelled', e: 'ready' });
    const running = await next();
    await kit.db.transaction((tx) => cancelJob(tx, ids['e']!, 'ada'));
    expect(await statesOf(pipelineId)).toMatchObject({ e: 'running', f: 'held' });
    await kit.end(running, 'passed');
    expect(await statesOf(pipelineId)).toMatchObject({ e: 'cancelled', f: 'ready' });
    expect(await group('ends')).toMatchObject({ taken: 1, waiting: 0 });
  });

  test('is not taken by a job that waits for another one, nor kept by one that is skipped', async () => {
    const { pipelineId } = await kit.submitJobs(
      { build: [], deploy: ['build'], other: [] },
      { pool: 'needs', order: { concurrencyGroup: 'needs' } },
    );
    const worker = await line.worker('needs');
    expect(await statesOf(pipelineId)).toEqual({ build: 'ready', deploy: 'waiting', other: 'held' });
    await kit.end((await line.take(worker))!, 'failed');
    expect(await statesOf(pipelineId)).toEqual({ build: 'failed', deploy: 'skipped', other: 'ready' });
    expect(await group('needs')).toMatchObject({ taken: 1, waiting: 0 });
  });

  test('is free again when a newer push’s job stands for the one that had it', async () => {
    await limit('joined', 2);
    const older = await submitTo('joined', ['lane'], { coalesce: 5 });
    const pushId = await kit.push();
    const newer = await kit.submitJobs(
      { lane: [] },
      { pool: 'joined', order: { concurrencyGroup: 'joined', coalesce: 5 } },
      { pushId },
    );
    expect([await statesOf(older.pipelineId), await statesOf(newer.pipelineId)]).toEqual([
      { lane: 'skipped' },
      { lane: 'ready' },
    ]);
    expect(await group('joined')).toMatchObject({ taken: 1, waiting: 0 });
  });

  test('is not taken by a job whose time has not come: it stands beside the line until then', async () => {
    const tonight = new Date(Date.now() + 3_600_000).toISOString();
    const { ids, pipelineId } = await submitTo('later', ['tonight'], { notBefore: tonight });
    const slow = await submitTo('later', ['settles'], { delaySeconds: 1800 });
    const now = await submitTo('later', ['now', 'next']);
    expect([await statesOf(pipelineId), await statesOf(slow.pipelineId), await statesOf(now.pipelineId)]).toEqual([
      { tonight: 'held' },
      { settles: 'held' },
      { now: 'ready', next: 'held' },
    ]);
    const worker = await line.worker('later');
    expect(await line.order(worker, (claim) => kit.end(claim, 'passed'))).toEqual(['now', 'next']);
    const held = (await checkInvariants(kit.db, 0)).find((report) => report.name === 'held-by-something');
    expect(held?.offending).toEqual([]);
    await kit.db.query(sql`
      update concurrency_slot set not_before = now() where job_id = any (${[ids['tonight']!, slow.ids['settles']!]}::bigint[])`);
    await kit.db.query(sql`update job set not_before = now() where id = ${ids['tonight']!}`);
    line.live.hint(...(await kit.db.transaction(giveDueSlots)));
    expect(await line.order(worker, (claim) => kit.end(claim, 'passed'))).toEqual(['tonight', 'settles']);
  });

  test('is asked for anew by a job that runs again', async () => {
    const { ids, pipelineId } = await submitTo('again', ['a', 'b']);
    const worker = await line.worker('again');
    await kit.end((await line.take(worker))!, 'failed');
    const b = (await line.take(worker))!;
    await kit.db.transaction((tx) => rerunJob(tx, ids['a']!));
    expect(await statesOf(pipelineId)).toEqual({ a: 'held', b: 'running' });
    await kit.end(b, 'passed');
    expect(await statesOf(pipelineId)).toEqual({ a: 'ready', b: 'passed' });
  });

  test('of a job that is gone is found again: the timetable makes up for what was left behind', async () => {
    const { ids, pipelineId } = await submitTo('tidy', ['a', 'b']);
    const worker = await line.worker('tidy');
    const a = (await line.take(worker))!;
    // As a server of the version before ends it: it knows nothing of groups.
    await kit.db.query(sql`update run set ended_at = now(), verdict = 'passed' where id = ${a.runId}`);
    await kit.db.query(
      sql`update job set state = 'done', verdict = 'passed', finished_at = now() where id = ${ids['a']}`,
    );
    expect(await line.take(worker)).toBeNull();
    const topics = await kit.db.transaction(tidyGroups);
    expect(topics).toContain('ready:tidy');
    expect(await statesOf(pipelineId)).toEqual({ a: 'passed', b: 'ready' });
    expect(await kit.db.transaction(tidyGroups)).toEqual([]);
  });
});

describe('races', () => {
  test('40 ends and 40 new jobs of one group at once: never more than its limit, and none is forgotten', async () => {
    const slots = 5;
    await limit('race', slots);
    const names = (prefix: string) => Array.from({ length: 40 }, (_, index) => `${prefix}${index}`);
    const first = await submitTo('race', names('a'));
    const workers = await Promise.all(
      Array.from({ length: slots }, (_, index) => line.worker('race', { name: `r${index}` })),
    );
    let most = 0;
    let over = false;
    const watch = (async () => {
      while (!over) {
        const [used] = await kit.db.query<{ jobs: number }>(sql`
          select count(*)::int as jobs from job where concurrency_group_id =
            (select id from concurrency_group where name = 'race') and state in ('ready', 'running')`);
        most = Math.max(most, used!.jobs);
      }
    })();
    const work = async (worker: number) => {
      for (let { claim } = await line.ask(worker, 1); claim; { claim } = await line.ask(worker, 1)) {
        await kit.end(claim, 'passed');
      }
    };
    const submitted = Promise.all(names('b').map((name) => submitTo('race', [name])));
    await Promise.all([submitted, ...workers.map(work)]).finally(() => {
      over = true;
      return watch;
    });
    const second = await submitted;
    expect(most).toBeLessThanOrEqual(slots);
    expect(most).toBeGreaterThan(1);
    const all = await Promise.all([first, ...second].map(({ pipelineId }) => statesOf(pipelineId)));
    expect(new Set(all.flatMap((states) => Object.values(states)))).toEqual(new Set(['passed']));
    expect(await group('race')).toMatchObject({ taken: 0, waiting: 0 });
  });

  test('20 submissions of one new group at once do not wait for one another in a circle', async () => {
    const begun = performance.now();
    const made = await Promise.all(Array.from({ length: 20 }, () => submitTo('new', ['a'])));
    // A circle costs the database a second until it sees it.
    const states = (await Promise.all(made.map(({ pipelineId }) => statesOf(pipelineId)))).map(({ a }) => a);
    expect(states.filter((state) => state === 'ready').length).toBe(1);
    const [stats] = await kit.db.query<{ deadlocks: number }>(sql`
      select pg_stat_get_db_deadlocks(oid)::int as deadlocks from pg_database where datname = current_database()`);
    expect({ ...stats, ms: performance.now() - begun }).toMatchObject({ deadlocks: 0 });
  });
});
