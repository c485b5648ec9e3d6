// Why a job does not run: every kind of blocker with what, since when, who and the cure; what lies behind it; its place in line.
import type { Blocker, Explanation, Outlook } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import {
  answerGate,
  cancelJob,
  explainJob,
  holdWorker,
  pause,
  queueDefaults,
  raiseJob,
  resume,
  setGroup,
  setPool,
  signOffWorker,
} from '../../src/queue/index.ts';
import { broken, claimFirst, makeWorker, type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
beforeAll(async () => {
  kit = await queueKit();
});
afterAll(() => kit.drop());

const explain = (jobId: number, serverHolds: readonly Blocker[] = []): Promise<Explanation> =>
  explainJob(kit.db, jobId, queueDefaults, serverHolds);
const kinds = ({ blockers }: Explanation) => blockers.map((one) => one.kind);
const one = async (pool: string, more: object = {}, pipeline: object = {}) =>
  (await kit.submitJobs({ a: [] }, { pool, ...more }, pipeline)).ids['a']!;
const repoId = async () => (await kit.db.query<{ id: number }>(sql`select id from repo`))[0]!.id;
const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const claimIn = async (pool: string, workerId: number) => (await claimFirst(kit.db, pool, [workerId]))[0]!;

describe('what a worker would get now', () => {
  test('has no blocker, whatever else waits in other pools', async () => {
    await makeWorker(kit.db, 'free-1', ['free']);
    const jobId = await one('free');
    const told = await explain(jobId);
    expect(told).toMatchObject({ jobId, state: 'ready', outlook: null, blockers: [] });
    expect(told.place).toMatchObject({ pool: 'free', ahead: 0, ready: 1 });
    expect(told.place?.startsAt).toEqual({ earliest: told.at, likely: told.at });
  });

  test('a job that runs, or has ended, has neither blockers nor a place', async () => {
    const worker = await makeWorker(kit.db, 'runs-1', ['runs']);
    const jobId = await one('runs');
    const held = await claimIn('runs', worker);
    expect(await explain(jobId)).toMatchObject({ state: 'running', outlook: null, blockers: [], place: null });
    await kit.end(held, 'passed');
    expect(await explain(jobId)).toMatchObject({ state: 'done', outlook: null, blockers: [], place: null });
    await expect(explain(999_999)).rejects.toMatchObject({ code: 'job-not-found' });
  });
});

describe('workers', () => {
  test('a pool that nobody ever served will never run, and the pool that was meant is named', async () => {
    await makeWorker(kit.db, 'mac-1', ['macos-arm']);
    const told = await explain(await one('macos-amr'));
    expect(told.outlook).toBe('will-never-run' satisfies Outlook);
    expect(told.blockers).toMatchObject([{ kind: 'no-worker-ever', who: expect.any(String) }]);
    expect(told.blockers[0]?.what).toBe('No worker has ever served pool "macos-amr". Did you mean "macos-arm"?');
    expect(told.blockers[0]?.cure).toContain('signalbox worker --pools macos-amr');
    expect(told.place?.startsAt).toBeNull();
    const stranger = await explain(await one('zzz'));
    expect(stranger.blockers[0]?.what).toBe('No worker has ever served pool "zzz".');
  });

  test('it says so also while the job still waits for another', async () => {
    const { ids } = await kit.submitJobs({ x: [], y: ['x'] }, { pool: 'nobody' });
    expect(kinds(await explain(ids['y']!))).toEqual(['need', 'no-worker-ever']);
  });

  test('workers that have gone, or were not heard of within a lease, must be started again by someone', async () => {
    const [gone, silent] = [await makeWorker(kit.db, 'off-1', ['off']), await makeWorker(kit.db, 'off-2', ['off'])];
    const jobId = await one('off');
    await signOffWorker(kit.db, { id: gone, tokenId: null, session: null });
    expect((await explain(jobId)).blockers).toEqual([]);
    await kit.db.query(sql`update worker set last_seen_at = now() - interval '1 hour' where id = ${gone}`);
    await kit.db.query(sql`update worker set last_seen_at = now() - interval '10 minutes' where id = ${silent}`);
    const [blocker] = (await explain(jobId)).blockers;
    expect(blocker).toMatchObject({ kind: 'worker-offline', outlook: 'someone-must-act' });
    expect(blocker?.what).toContain('2 workers have served it, the last, off-2,');
    const [seen] = await kit.db.query<{ at: string }>(sql`select last_seen_at as at from worker where id = ${silent}`);
    expect(blocker?.since).toBe(seen?.at);
  });

  test('workers that are there but held are named, with who holds them and why', async () => {
    const [one1, two] = [await makeWorker(kit.db, 'held-1', ['held']), await makeWorker(kit.db, 'held-2', ['held'])];
    const jobId = await one('held');
    const hold = (id: number, kind: 'drained' | 'quarantined', reason: string) =>
      kit.db.transaction((tx) => holdWorker(tx, id, { kind, reason }, 'ada'));
    await hold(one1, 'drained', 'new disk');
    expect((await explain(jobId)).blockers).toEqual([]);
    await hold(two, 'quarantined', 'errs');
    expect((await explain(jobId)).blockers).toMatchObject([
      {
        kind: 'workers-held',
        outlook: 'someone-must-act',
        what: 'None of the 2 workers of pool "held" that are there takes runs: held-1 (drained by ada: new disk) and held-2 (quarantined by ada: errs)',
        who: 'ada',
        cure: 'signalbox workers resume held-1',
      },
    ]);
  });

  test('while all places are taken one must be patient, and hears how many come first', async () => {
    const worker = await makeWorker(kit.db, 'busy-1', ['busy']);
    await one('busy');
    const held = await claimIn('busy', worker);
    await one('busy');
    const last = await one('busy');
    expect((await explain(last)).blockers).toMatchObject([
      {
        kind: 'capacity',
        outlook: 'be-patient',
        what: '1 job is before it in pool "busy"; 1 of 1 place is taken',
      },
    ]);
    await kit.end(held, 'passed');
    expect(kinds(await explain(last))).toEqual(['capacity']);
  });

  test('while only dearer workers are free it waits for a cheaper one until its wait budget is spent', async () => {
    const cheap = await makeWorker(kit.db, 'cheap', ['priced'], 0);
    await makeWorker(kit.db, 'dear', ['priced'], 5);
    await kit.db.transaction((tx) => setPool(tx, 'priced', 600));
    await one('priced');
    await claimIn('priced', cheap);
    const jobId = await one('priced');
    const told = await explain(jobId);
    expect(told.blockers).toMatchObject([{ kind: 'cheaper-worker', outlook: 'be-patient' }]);
    expect(told.blockers[0]?.what).toMatch(
      /^Only dearer workers are free \(dear\): until \d\d:\d\d:\d\d it waits for one of cost 0$/,
    );
    await kit.db.query(sql`update ready set since = since - interval '11 minutes' where job_id = ${jobId}`);
    expect((await explain(jobId)).blockers).toEqual([]);
  });

  test('a job that errored waits a while, then for another worker than the one on which it errored', async () => {
    const worker = await makeWorker(kit.db, 'errs-1', ['errs']);
    const other = await makeWorker(kit.db, 'errs-2', ['errs']);
    const jobId = await one('errs');
    await one('errs');
    const held = await claimIn('errs', worker);
    await claimIn('errs', other);
    await kit.end(held, 'errored', broken);
    await kit.db.query(sql`update ready set not_before = now() + interval '5 minutes' where job_id = ${jobId}`);
    const backoff = await explain(jobId);
    expect(backoff.blockers).toMatchObject([{ kind: 'retry-backoff', outlook: 'be-patient' }]);
    expect(backoff.blockers[0]?.what).toContain('errored on errs-1 (The worker failed)');
    await kit.db.query(sql`update ready set not_before = now() where job_id = ${jobId}`);
    expect((await explain(jobId)).blockers).toMatchObject([
      {
        kind: 'errored-there',
        outlook: 'be-patient',
        what: 'It errored on errs-1, free now; it waits for one of the other workers of pool "errs": 1 there',
      },
    ]);
    expect(await claimFirst(kit.db, 'errs', [worker])).toEqual([]);
  });
});

describe('what people stopped or asked', () => {
  test('a pool, a lane and a tree that are paused: by whom, why, since when, and how to resume', async () => {
    await makeWorker(kit.db, 'pause-1', ['paused']);
    const { ids } = await kit.submitJobs({ stopped: [] }, { pool: 'paused' });
    const tree = { repo: 'r', branch: 'main' };
    const made = await kit.db.transaction(async (tx) => [
      await pause(tx, { kind: 'pool', pool: 'paused', reason: 'new Xcode' }, 'ada'),
      await pause(tx, { kind: 'lane', ...tree, lane: 'stopped', reason: 'eats the disk' }, 'ben'),
      await pause(tx, { kind: 'branch', ...tree, reason: 'red since 4f2a' }, 'eve'),
    ]);
    const told = await explain(ids['stopped']!);
    expect(told.outlook).toBe('someone-must-act');
    expect(told.blockers.map(({ kind, what, since, who, cure }) => [kind, what, since, who, cure])).toEqual([
      ['pool-paused', 'Pool "paused" is paused: new Xcode', made[0]!.at, 'ada', `signalbox resume ${made[0]!.id}`],
      [
        'lane-paused',
        'Lane stopped of r main is paused: eats the disk',
        made[1]!.at,
        'ben',
        `signalbox resume ${made[1]!.id}`,
      ],
      [
        'tree-closed',
        'The tree r main is closed: red since 4f2a',
        made[2]!.at,
        'eve',
        `signalbox resume ${made[2]!.id}`,
      ],
    ]);
    expect(told.place).toMatchObject({ ahead: 0, startsAt: null });
    for (const { id } of made) await kit.db.transaction((tx) => resume(tx, id));
    expect((await explain(ids['stopped']!)).blockers).toEqual([]);
  });

  test('a time that was asked for is told, before and after nothing else is missing', async () => {
    await makeWorker(kit.db, 'timed-1', ['timed']);
    const notBefore = later(3600);
    const { ids } = await kit.submitJobs({ a: [], b: ['a'] }, { pool: 'timed', order: { notBefore } });
    expect(kinds(await explain(ids['b']!))).toEqual(['need', 'scheduled-for']);
    const first = await explain(ids['a']!);
    expect(first.blockers).toMatchObject([{ kind: 'scheduled-for', outlook: 'be-patient' }]);
    expect(first.place?.startsAt?.likely).toBe(notBefore);
    const delayed = await explain(await one('timed', { order: { delaySeconds: 300 } }));
    expect(delayed.blockers[0]?.what).toMatch(
      /^It was asked to wait 5 min once nothing is missing: until \d\d:\d\d:\d\d$/,
    );
  });

  test('what holds the whole server is told of every ready job', async () => {
    const full: Blocker = {
      kind: 'disk-full',
      outlook: 'someone-must-act',
      what: 'The disk of the server is full',
      since: null,
      who: null,
      cure: 'Make room',
      jobId: null,
    };
    await makeWorker(kit.db, 'disk-1', ['disk']);
    const { ids } = await kit.submitJobs({ a: [], b: ['a'] }, { pool: 'disk' });
    expect((await explain(ids['a']!, [full])).blockers).toEqual([full]);
    expect(await explain(ids['b']!, [full])).toMatchObject({ outlook: 'someone-must-act' });
  });
});

describe('what it waits for', () => {
  test('a need that comes by itself is told with where it stands', async () => {
    const worker = await makeWorker(kit.db, 'need-1', ['need']);
    const { ids } = await kit.submitJobs({ a: [], b: ['a'], c: ['b'] }, { pool: 'need' });
    expect((await explain(ids['b']!)).blockers).toMatchObject([
      {
        kind: 'need',
        outlook: 'be-patient',
        what: `It needs a (job ${ids['a']}), which waits for a worker`,
        jobId: ids['a'],
      },
    ]);
    await claimIn('need', worker);
    expect((await explain(ids['b']!)).blockers[0]?.what).toMatch(/which runs since \d\d:\d\d:\d\d$/);
    expect((await explain(ids['c']!)).blockers).toMatchObject([
      { what: `It needs b (job ${ids['b']}), which itself waits for others`, jobId: ids['b'] },
    ]);
    await kit.db.transaction((tx) => cancelJob(tx, ids['a']!, 'ada'));
    expect((await explain(ids['b']!)).blockers[0]?.what).toContain('is being cancelled');
  });

  test('a gate says what it asks, and who may answer', async () => {
    const { ids } = await kit.submitJobs({ ask: [] }, { order: { gate: 'Ship it?' } });
    const [blocker] = (await explain(ids['ask']!)).blockers;
    expect(blocker).toMatchObject({
      kind: 'gate',
      outlook: 'someone-must-act',
      what: 'Gate ask asks: Ship it?',
      who: 'whoever has the scope approve',
      cure: `signalbox approve ${ids['ask']}, or signalbox reject ${ids['ask']}`,
    });
    expect(blocker?.since).not.toBeNull();
  });

  test('the outlook, the cure and the job at the root are taken over from however far behind', async () => {
    await makeWorker(kit.db, 'deep-1', ['deep']);
    const { ids } = await submitMixed({
      gate: { needs: [], order: { gate: 'Go?' } },
      b: { needs: ['gate'] },
      c: { needs: ['b'] },
      lost: { needs: [], pool: 'nobody-at-all' },
      d: { needs: ['c', 'lost'] },
      e: { needs: ['d'] },
    });
    const id = (name: string) => ids[name]!;
    expect((await explain(id('c'))).blockers).toMatchObject([
      {
        kind: 'need',
        outlook: 'someone-must-act',
        what: `It needs b (job ${id('b')}), which in the end waits for gate (job ${id('gate')}). Gate gate asks: Go?`,
        cure: `signalbox approve ${id('gate')}, or signalbox reject ${id('gate')}`,
        jobId: id('gate'),
      },
    ]);
    expect((await explain(id('d'))).blockers.map((one) => [one.outlook, one.jobId])).toEqual([
      ['will-never-run', id('lost')],
      ['someone-must-act', id('gate')],
    ]);
    expect((await explain(id('e'))).blockers).toMatchObject([{ outlook: 'will-never-run', jobId: id('lost') }]);
    await kit.db.transaction((tx) => answerGate(tx, id('gate'), { answer: 'approve', by: 'ada' }));
    expect(await explain(id('c'))).toMatchObject({ outlook: 'be-patient' });
  });

  test('of hundreds of needs the worst are told one by one, the rest as a number', async () => {
    const needs = Array.from({ length: 200 }, (_, index) => `n${index}`);
    await makeWorker(kit.db, 'many-1', ['many']);
    const { ids } = await submitMixed({
      ...Object.fromEntries(needs.map((name) => [name, { needs: [], pool: name === 'n150' ? 'void' : 'many' }])),
      all: { needs, pool: 'many' },
    });
    const { blockers } = await explain(ids['all']!);
    expect(blockers[0]).toMatchObject({ outlook: 'will-never-run', jobId: ids['n150'] });
    expect(blockers).toHaveLength(21);
    expect(blockers[20]?.what).toBe('It needs 180 more jobs that have not passed');
  });
});

describe('concurrency groups', () => {
  const submitTo = (name: string, jobs: readonly string[], pool: string) =>
    kit.submitJobs(Object.fromEntries(jobs.map((job) => [job, []])), { pool, order: { concurrencyGroup: name } });

  test('who has the slots, how many wait before it, and how to raise the limit', async () => {
    await makeWorker(kit.db, 'group-1', ['grouped']);
    const { ids } = await submitTo('sim', ['a', 'b', 'c'], 'grouped');
    expect((await explain(ids['c']!)).blockers).toMatchObject([
      {
        kind: 'concurrency-group',
        outlook: 'be-patient',
        what: `Concurrency group "sim" has 1 slot, taken by a (job ${ids['a']}); 1 job waits before it`,
        cure: expect.stringContaining('signalbox group set r sim --slots 2'),
        jobId: ids['a'],
      },
    ]);
  });

  test('a slot that is held by a job which will never run blocks for ever; no slots at all, until someone acts', async () => {
    await makeWorker(kit.db, 'group-2', ['lively']);
    const { ids: stuck } = await submitTo('stuck', ['a'], 'void');
    const { ids } = await submitTo('stuck', ['b'], 'lively');
    const told = await explain(ids['b']!);
    expect(told).toMatchObject({ outlook: 'will-never-run', blockers: [{ jobId: stuck['a'] }] });
    const set = async (slots: number) => {
      const group = { repoId: await repoId(), name: 'stuck', slots, by: 'eve' };
      await kit.db.transaction((tx) => setGroup(tx, group));
    };
    await set(0);
    expect(await explain(ids['b']!)).toMatchObject({ outlook: 'someone-must-act', blockers: [{ who: 'eve' }] });
    await set(2);
    expect((await explain(ids['b']!)).blockers).toEqual([]);
  });
});

test('whoever holds a slot and runs goes on, though its pool was paused meanwhile', async () => {
  const worker = await makeWorker(kit.db, 'group-3', ['later-paused']);
  const { ids } = await kit.submitJobs(
    { a: [], b: [] },
    { pool: 'later-paused', order: { concurrencyGroup: 'running' } },
  );
  const held = await claimIn('later-paused', worker);
  const stop = await kit.db.transaction((tx) =>
    pause(tx, { kind: 'pool', pool: 'later-paused', reason: 'new Xcode' }, 'ada'),
  );
  const [stopped, slot] = (await explain(ids['b']!)).blockers;
  expect([stopped?.kind, slot?.kind, slot?.outlook]).toEqual(['pool-paused', 'concurrency-group', 'be-patient']);
  await kit.db.transaction((tx) => resume(tx, stop.id));
  await kit.end(held, 'passed');
});

describe('its place', () => {
  test('is made of its class, its priority and how much its share has', async () => {
    const pool = 'placed';
    const worker = await makeWorker(kit.db, 'place-1', [pool]);
    await one(pool, {}, { level: 2 });
    await claimIn(pool, worker);
    const usual = await one(pool, {}, { level: 2 });
    const urgent = await one(pool, { order: { priority: 10 } }, { level: 2 });
    const other = await one(pool, {}, { level: 1, pushId: await kit.push('feature') });
    const told = await explain(urgent);
    expect(told.place).toMatchObject({ ahead: 0, ready: 3 });
    expect(told.place?.why.slice(1)).toEqual([
      '+8 h: branch level 2, class 3 of 5',
      '-20 min: priority 10',
      'r main has 1 run in this pool: of its class, those with fewer come first',
    ]);
    expect(told.place?.why[0]).toMatch(/^waits since \d\d:\d\d:\d\d$/);
    expect((await explain(usual)).place?.ahead).toBe(1);
    expect((await explain(other)).place?.ahead).toBe(2);
    await kit.db.transaction((tx) => raiseJob(tx, other, 100, queueDefaults));
    expect((await explain(other)).place?.why).toContain('-3 h 20 min: priority 100');
  });

  test('the usual wait is the median of the runs that the pool began in the last hour', async () => {
    const pool = 'waits';
    const worker = await makeWorker(kit.db, 'waits-1', [pool]);
    for (const seconds of [10, 20, 300]) {
      const jobId = await one(pool);
      await kit.end(await claimIn(pool, worker), 'passed');
      await kit.db.query(sql`
        update job set ready_at = started_at - make_interval(secs => ${seconds}) where id = ${jobId}`);
    }
    expect((await explain(await one(pool))).place?.medianWaitSeconds).toBe(20);
    await kit.db.query(sql`
      update run set claimed_at = claimed_at - interval '2 hours' from job where job.id = job_id and job.pool = ${pool}`);
    expect((await explain(await one(pool))).place?.medianWaitSeconds).toBeNull();
  });
});

/** Jobs that differ, in one pipeline. */
async function submitMixed(jobs: Record<string, { needs: readonly string[]; pool?: string; order?: object }>) {
  const { pipelineId, ids } = await kit.submitJobs(
    {},
    {},
    {
      jobs: Object.entries(jobs).map(([name, { needs, pool = 'deep', order = {} }]) => ({
        name,
        needs,
        pool,
        order,
        attempts: 3,
        attributes: { template: name, platform: null, variant: null, group: null, symbol: 'J' },
        spec: { steps: [], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 60 },
      })),
    },
  );
  return { pipelineId, ids };
}
