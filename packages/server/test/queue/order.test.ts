// Who comes first: classes and levels, priority, age, shares, times before which a job does not begin, and what a person raises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { queueDefaults, raiseJob } from '../../src/queue/index.ts';
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

const pass = (claim: Parameters<QueueKit['end']>[0]) => kit.end(claim, 'passed');
const one = async (name: string, ...[more, pipeline]: [object?, object?]) =>
  (await kit.submitJobs({ [name]: [] }, more, pipeline)).ids[name]!;
const hour = 3600;

describe('classes', () => {
  test('releases come before release branches, these before the default branch, then others, then try', async () => {
    const pool = 'classes';
    const on = async (branch: string) => ({ pushId: await kit.push(branch) });
    await one('try', { pool }, { ...(await on('try')), cause: 'try', person: 'ada' });
    await one('other', { pool }, { ...(await on('feature')), level: 1 });
    await one('default', { pool }, { level: 2 });
    await one('nightly', { pool }, { level: 2, cause: 'nightly' });
    await one('manual', { pool }, { level: 2, cause: 'manual' });
    await one('release-branch', { pool }, { ...(await on('release/9')), level: 3 });
    await one('release', { pool }, { level: 1, cause: 'release' });
    expect(await line.order(await line.worker(pool), pass)).toEqual([
      'release',
      'release-branch',
      'default',
      'nightly',
      'manual',
      'other',
      'try',
    ]);
  });

  test('a job that has waited longer than a class is worth comes before a younger one of the next class', async () => {
    const pool = 'ageing';
    const low = await one('low', { pool }, { level: 1 });
    await one('high', { pool }, { level: 2 });
    await older(kit.db, [low], queueDefaults.classSeconds - 60);
    const worker = await line.worker(pool);
    const first = (await line.take(worker))!;
    expect(first.job.name).toBe('high');
    await pass(first);
    await one('high-again', { pool }, { level: 2 });
    await older(kit.db, [low], 120);
    expect(await line.order(worker, pass)).toEqual(['low', 'high-again']);
  });
});

describe('priority', () => {
  test('comes before age, until age has made up for it', async () => {
    const pool = 'priority';
    const old = await one('old', { pool });
    await one('urgent', { pool, order: { priority: 5 } });
    await one('idle', { pool, order: { priority: -1 } });
    await one('plain', { pool });
    const worker = await line.worker(pool);
    const first = (await line.take(worker))!;
    expect(first.job.name).toBe('urgent');
    await pass(first);
    await older(kit.db, [old], 5 * queueDefaults.prioritySeconds + 5);
    await one('urgent-again', { pool, order: { priority: 5 } });
    expect(await line.order(worker, pass)).toEqual(['old', 'urgent-again', 'plain', 'idle']);
  });

  test('never makes up for a class by itself', async () => {
    const pool = 'priority-class';
    await one('other', { pool, order: { priority: 100 } }, { level: 1 });
    await one('default', { pool, order: { priority: 0 } }, { level: 2 });
    expect(await line.order(await line.worker(pool), pass)).toEqual(['default', 'other']);
  });

  test('of two jobs that are alike the older one comes first', async () => {
    const pool = 'age';
    await kit.submitJobs({ a: [], b: [], c: [] }, { pool });
    expect(await line.order(await line.worker(pool), pass)).toEqual(['a', 'b', 'c']);
  });
});

describe('raise', () => {
  const raise = async (jobId: number, priority: number) =>
    line.live.hint(...(await kit.db.transaction((tx) => raiseJob(tx, jobId, priority, queueDefaults))));

  test('a raised job goes ahead at once, a lowered one behind', async () => {
    const pool = 'raise';
    const { ids } = await kit.submitJobs({ a: [], b: [], c: [] }, { pool });
    await raise(ids['c']!, 10);
    await raise(ids['c']!, 10);
    await raise(ids['a']!, -10);
    expect(await line.order(await line.worker(pool), pass)).toEqual(['c', 'b', 'a']);
  });

  test('a job is raised also while it waits for another, and keeps it through its attempts', async () => {
    const pool = 'raise-waiting';
    const { ids } = await kit.submitJobs({ a: [], b: ['a'] }, { pool });
    await raise(ids['b']!, 20);
    const worker = await line.worker(pool);
    await pass((await line.take(worker))!);
    await one('c', { pool });
    const b = (await line.take(worker))!;
    expect(b.jobId).toBe(ids['b']);
    await kit.end(b, 'errored');
    expect(await line.order(worker, pass)).toEqual(['b', 'c']);
  });

  test('a job that has ended, or is not there, cannot be raised', async () => {
    const pool = 'raise-done';
    const { ids } = await kit.submitJobs({ a: [] }, { pool });
    await pass((await line.take(await line.worker(pool)))!);
    await expect(raise(ids['a']!, 1)).rejects.toMatchObject({ code: 'already-done' });
    await expect(raise(999_999, 1)).rejects.toMatchObject({ code: 'job-not-found' });
  });
});

describe('shares', () => {
  const names = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, []]));

  test('100 jobs of one person do not starve one job of another, however late it comes', async () => {
    const pool = 'people';
    const pushId = await kit.push('try');
    const crowd = await kit.submitJobs(names('ada', 100), { pool }, { pushId, cause: 'try', person: 'ada' });
    await older(kit.db, Object.values(crowd.ids), hour);
    const workers = await Promise.all([1, 2, 3].map(() => line.worker(pool)));
    const held = [(await line.take(workers[0]!))!, (await line.take(workers[1]!))!];
    await one('grace', { pool }, { pushId, cause: 'try', person: 'grace' });
    expect((await line.take(workers[2]!))?.job.name).toBe('grace');
    for (const each of held) await pass(each);
  });

  test('with a single worker, people take turns', async () => {
    const pool = 'turns';
    const pushId = await kit.push('try');
    const of = (person: string) => ({ pushId, cause: 'try' as const, person });
    const crowd = await kit.submitJobs(names('ada', 4), { pool }, of('ada'));
    await older(kit.db, Object.values(crowd.ids), hour);
    await kit.submitJobs(names('grace', 2), { pool }, of('grace'));
    expect(await line.order(await line.worker(pool), pass)).toEqual([
      'ada0',
      'grace0',
      'ada1',
      'grace1',
      'ada2',
      'ada3',
    ]);
  });

  test('branches of one level get equal numbers of runs while both wait', async () => {
    const pool = 'branches';
    const first = await kit.submitJobs(names('one', 10), { pool }, { pushId: await kit.push('one') });
    await older(kit.db, Object.values(first.ids), hour);
    await kit.submitJobs(names('two', 10), { pool }, { pushId: await kit.push('two') });
    const workers = await Promise.all(Array.from({ length: 8 }, () => line.worker(pool)));
    const got = await Promise.all(workers.map((worker) => line.ask(worker)));
    const ofOne = got.filter(({ claim }) => claim?.job.name.startsWith('one')).length;
    expect(ofOne).toBe(4);
  });

  test('a better class, or a raised job, does not stand back for a share that has less', async () => {
    const pool = 'no-standing-back';
    const pushId = await kit.push('try');
    await kit.submitJobs(names('main', 5), { pool }, { level: 2 });
    await one('grace', { pool }, { pushId, cause: 'try', person: 'grace' });
    const workers = await Promise.all(Array.from({ length: 6 }, () => line.worker(pool)));
    for (let turn = 0; turn < 5; turn += 1) expect((await line.take(workers[turn]!))?.job.name).toMatch(/^main/);
    expect((await line.take(workers[5]!))?.job.name).toBe('grace');
  });
});

describe('times', () => {
  const idOf = async (name: string, pool: string) =>
    (await kit.db.query<{ id: number }>(sql`select id from job where name = ${name} and pool = ${pool}`))[0]?.id;

  test('a job with a time before which it does not begin waits for it, and its age counts from then', async () => {
    const pool = 'not-before';
    const worker = await line.worker(pool);
    const notBefore = new Date(Date.now() + hour * 1000).toISOString();
    const later = await one('later', { pool, order: { notBefore } });
    expect(await line.take(worker)).toBeNull();
    await one('now', { pool });
    // An hour passes, and some seconds.
    await older(kit.db, [later], hour + 5);
    await kit.db.query(sql`update ready set not_before = since where job_id = ${later}`);
    await older(kit.db, [(await idOf('now', pool))!], 60);
    expect(await line.order(worker, pass)).toEqual(['now', 'later']);
  });

  test('a delay counts from the moment at which nothing is missing any more', async () => {
    const pool = 'delay';
    const worker = await line.worker(pool);
    const { ids } = await kit.submitJobs({ a: [], b: ['a'] }, { pool, order: { delaySeconds: 600 } });
    const wait = async () =>
      (
        await kit.db.query<{ seconds: number }>(sql`
          select round(extract(epoch from not_before - now()))::int as seconds from ready where pool = ${pool}`)
      )[0]!.seconds;
    expect(await line.take(worker)).toBeNull();
    expect(await wait()).toBeGreaterThan(500);
    await kit.db.query(sql`update ready set not_before = now() where job_id = ${ids['a']}`);
    await pass((await line.take(worker))!);
    expect(await line.take(worker)).toBeNull();
    expect(await wait()).toBeGreaterThan(500);
  });

  test('its time comes without anybody saying so', async () => {
    const pool = 'time-comes';
    const asking = line.ask(await line.worker(pool));
    await one('soon', { pool, order: { delaySeconds: 1 } });
    expect((await asking).claim?.job.name).toBe('soon');
  });
});
