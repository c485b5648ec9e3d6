// What people do to jobs: cancel, rerun.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { cancelJob, cancelPipeline, createRenew, queueDefaults, rerunJob, settle } from '../../src/queue/index.ts';
import { type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
beforeAll(async () => {
  kit = await queueKit();
});
afterAll(() => kit.drop());

const cancel = (jobId: number) => kit.db.transaction((tx) => cancelJob(tx, jobId, 'ada'));
const rerun = (jobId: number) => kit.db.transaction((tx) => rerunJob(tx, jobId));

test('a job that waits is cancelled at once, and what needs it is skipped', async () => {
  const { pipelineId, ids } = await kit.submitJobs({ a: [], b: ['a'] });
  await cancel(ids['a']!);
  expect(await kit.states(pipelineId)).toEqual({ a: 'cancelled', b: 'skipped' });
  expect(await kit.claimOne()).toBeUndefined();
  await expect(cancel(ids['a']!)).rejects.toMatchObject({ code: 'already-done' });
});

test('a job that runs is cancelled through its worker, whatever verdict the worker then brings', async () => {
  const { pipelineId, ids } = await kit.submitJobs({ a: [] });
  const held = (await kit.claimOne())!;
  await cancel(ids['a']!);
  const told = await createRenew(kit.db, queueDefaults)({ id: kit.workerId, tokenId: null }, [held]);
  expect(told.cancelled).toEqual([
    { runId: held.runId, reason: { code: 'cancelled-by-person', text: 'Cancelled by ada' } },
  ]);
  await kit.end(held, 'passed');
  expect(await kit.states(pipelineId)).toEqual({ a: 'cancelled' });
});

test('cancelling a pipeline ends all that has not ended and leaves the rest alone', async () => {
  const { pipelineId } = await kit.submitJobs({ a: [], b: [], c: ['b'] });
  await kit.end((await kit.claimOne())!, 'passed');
  const { count } = await kit.db.transaction((tx) => cancelPipeline(tx, pipelineId, 'ada'));
  expect(count).toBe(2);
  expect(await kit.states(pipelineId)).toEqual({ a: 'passed', b: 'cancelled', c: 'cancelled' });
});

test('cancel and claim of the same jobs at once: each job is either claimed or cancelled', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
  const { pipelineId, ids } = await kit.submitJobs(Object.fromEntries(names.map((name) => [name, []])));
  const [claims] = await Promise.all([
    Promise.all(names.map(() => kit.claimOne())),
    Promise.all(Object.values(ids).map((id) => cancel(id))),
  ]);
  const held = claims.filter((one) => one !== undefined);
  const states = Object.values(await kit.states(pipelineId));
  expect(states.filter((state) => state === 'running').length).toBe(held.length);
  expect(states.filter((state) => state === 'cancelled').length).toBe(names.length - held.length);
  for (const one of held) await kit.end(one, 'passed');
});

test('a rerun of a failed job revives what was skipped because of it', async () => {
  const { pipelineId, ids } = await kit.submitJobs({
    build: [],
    test: ['build'],
    ship: ['test'],
    other: [],
    both: ['build', 'other'],
  });
  await kit.end((await kit.claimOne())!, 'failed');
  await kit.end((await kit.claimOne())!, 'failed');
  expect(await kit.states(pipelineId)).toEqual({
    build: 'failed',
    test: 'skipped',
    ship: 'skipped',
    other: 'failed',
    both: 'skipped',
  });
  await expect(rerun(ids['test']!)).rejects.toMatchObject({ code: 'cannot-rerun' });
  await rerun(ids['build']!);
  expect(await kit.states(pipelineId)).toEqual({
    build: 'ready',
    test: 'waiting',
    ship: 'waiting',
    other: 'failed',
    both: 'skipped',
  });
  await kit.end((await kit.claimOne())!, 'passed');
  await rerun(ids['other']!);
  expect((await kit.states(pipelineId))['both']).toBe('waiting');
  for (const _ of ['test', 'other']) await kit.end((await kit.claimOne())!, 'passed');
  for (const _ of ['ship', 'both']) await kit.end((await kit.claimOne())!, 'passed');
  expect(new Set(Object.values(await kit.states(pipelineId)))).toEqual(new Set(['passed']));
  const [pipeline] = await kit.db.query<{ verdict: string }>(
    sql`select verdict from pipeline where id = ${pipelineId}`,
  );
  expect(pipeline?.verdict).toBe('passed');
});

test('build ids are UTC seconds that only grow, also when many are asked for at once', async () => {
  const made = await Promise.all(Array.from({ length: 10 }, () => kit.submitJobs({ a: [] })));
  const rows = await kit.db.query<{ buildId: string }>(sql`
    select build_id as "buildId" from pipeline where id = any (${made.map((one) => one.pipelineId)}::bigint[]) order by build_id`);
  expect(new Set(rows.map((row) => row.buildId)).size).toBe(10);
  for (const row of rows) expect(row.buildId).toMatch(/^\d{14}$/);
});

test('a passed job that runs again is missing again to what still waits for it', async () => {
  const { pipelineId, ids } = await kit.submitJobs({ a: [], c: [], b: ['a', 'c'] }, { pool: 'own' });
  await kit.end((await kit.claimOne('own'))!, 'passed');
  await rerun(ids['a']!);
  const first = (await kit.claimOne('own'))!;
  const second = (await kit.claimOne('own'))!;
  const of = (name: string) => [first, second].find((held) => held.jobId === ids[name])!;
  await kit.end(of('a'), 'passed');
  expect(await kit.states(pipelineId)).toEqual({ a: 'passed', c: 'running', b: 'waiting' });
  await kit.end(of('c'), 'passed');
  expect((await kit.states(pipelineId))['b']).toBe('ready');
  await kit.end((await kit.claimOne('own'))!, 'passed');
});

test('a job that runs again and fails skips what waits for it, and nothing behind a job that has run since', async () => {
  const needs = {
    a: [],
    slow: [],
    done: ['a'],
    runs: ['a'],
    both: ['done', 'slow'],
    later: ['runs'],
    next: ['a', 'slow'],
  };
  const { pipelineId, ids } = await kit.submitJobs(needs, { pool: 'again' });
  const claims = async (count: number) => {
    const held = await Promise.all(Array.from({ length: count }, () => kit.claimOne('again')));
    return (name: string) => held.find((one) => one!.jobId === ids[name])!;
  };
  const first = await claims(2);
  await kit.end(first('a'), 'passed');
  const second = await claims(2);
  await kit.end(second('done'), 'passed');
  await rerun(ids['a']!);
  await kit.end((await claims(1))('a'), 'failed');
  expect(await kit.states(pipelineId)).toEqual({
    a: 'failed',
    slow: 'running',
    done: 'passed',
    runs: 'running',
    both: 'waiting',
    later: 'waiting',
    next: 'skipped',
  });
  await kit.end(first('slow'), 'passed');
  await kit.end(second('runs'), 'passed');
  expect(await kit.states(pipelineId)).toMatchObject({ both: 'ready', later: 'ready' });
});

test('runs that end, error, and are cancelled at once: nothing deadlocks, and what was cancelled stays so', async () => {
  for (let race = 0; race < 15; race += 1) {
    const { pipelineId } = await kit.submitJobs({ a: [], b: [], c: ['a'], d: ['a', 'b'], e: ['c'] }, { pool: 'own' });
    const held = [(await kit.claimOne('own'))!, (await kit.claimOne('own'))!];
    const [, , cancelled] = await Promise.all([
      kit.end(held[0]!, 'passed'),
      kit.end(held[1]!, 'errored'),
      kit.db.transaction((tx) => cancelPipeline(tx, pipelineId, 'ada')),
    ]);
    expect(cancelled.count).toBeGreaterThan(0);
    const open = await kit.db.query<{ name: string }>(sql`
      select name from job where pipeline_id = ${pipelineId} and state <> 'done'
        and not exists (select 1 from run where run.job_id = job.id and run.ended_at is null and run.cancel_reason is not null)`);
    expect(open).toEqual([]);
    const stale = await kit.db.query(sql`
      select 1 from ready join job on job.id = ready.job_id where job.pipeline_id = ${pipelineId} and job.state <> 'ready'`);
    expect(stale).toEqual([]);
    await kit.db.query(sql`delete from ready where pool = 'own'`);
  }
});

test('a settling and a rerun at once leave no open job in a pipeline that has ended', async () => {
  for (let race = 0; race < 15; race += 1) {
    const { pipelineId, ids } = await kit.submitJobs({ a: [] }, { pool: 'own' });
    await kit.db.query(sql`update pipeline set finished_at = null where id = ${pipelineId}`);
    await kit.end((await kit.claimOne('own'))!, 'failed');
    await kit.db.query(sql`update pipeline set finished_at = null, verdict = null where id = ${pipelineId}`);
    await Promise.all([settle(kit.db, [pipelineId]), rerun(ids['a']!)]);
    const [pipeline] = await kit.db.query<{ verdict: string | null }>(
      sql`select verdict from pipeline where id = ${pipelineId}`,
    );
    expect(pipeline?.verdict).toBeNull();
    await kit.end((await kit.claimOne('own'))!, 'passed');
  }
});

test('a cancel does not go round for ever over a job that runs without a run, which cannot be', async () => {
  const { ids, pipelineId } = await kit.submitJobs({ broken: [], whole: [] });
  await kit.db.query(sql`delete from ready where job_id = ${ids['broken']!}`);
  await kit.db.query(sql`update job set state = 'running' where id = ${ids['broken']!}`);
  await kit.db.transaction((tx) => cancelPipeline(tx, pipelineId, 'ada'));
  expect(await kit.states(pipelineId)).toEqual({ broken: 'running', whole: 'cancelled' });
});
