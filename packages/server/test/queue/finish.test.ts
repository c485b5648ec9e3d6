// The end of runs: who may end them, what it frees, what is tried again.
import { randomUUID } from 'node:crypto';
import type { Refused } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, sql } from '../../src/base/index.ts';
import { cancelJob, createReportSteps, finish, finishAlone, queueDefaults } from '../../src/queue/index.ts';
import { passed, type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
beforeAll(async () => {
  kit = await queueKit();
});
afterAll(() => kit.drop());

test('a job that passed frees what needs it, and only when nothing else is missing', async () => {
  const { pipelineId } = await kit.submitJobs({ a: [], b: [], c: ['a', 'b'] });
  expect(await kit.states(pipelineId)).toEqual({ a: 'ready', b: 'ready', c: 'waiting' });
  await kit.end((await kit.claimOne())!, 'passed');
  expect((await kit.states(pipelineId))['c']).toBe('waiting');
  await kit.end((await kit.claimOne())!, 'passed');
  expect((await kit.states(pipelineId))['c']).toBe('ready');
  await kit.end((await kit.claimOne())!, 'passed');
  const [pipeline] = await kit.db.query<{ verdict: string }>(
    sql`select verdict from pipeline where id = ${pipelineId}`,
  );
  expect(pipeline?.verdict).toBe('passed');
});

test('a job that failed skips all that needs it, each naming the need to blame', async () => {
  const { pipelineId, ids } = await kit.submitJobs({ build: [], test: ['build'], ship: ['test'], lint: [] });
  const held = await kit.claimOne();
  expect(held?.jobId).toBe(ids['build']);
  await kit.end(held!, 'failed');
  expect(await kit.states(pipelineId)).toEqual({ build: 'failed', test: 'skipped', ship: 'skipped', lint: 'ready' });
  const rows = await kit.db.query<{ text: string }>(sql`
    select reason ->> 'text' as text from job where pipeline_id = ${pipelineId} and verdict = 'skipped' order by id`);
  expect(rows.map((row) => row.text)).toEqual(['It needs build, which failed', 'It needs test, which was skipped']);
  await kit.end((await kit.claimOne())!, 'passed');
});

test('ending a run twice gives the same answer and frees nothing twice', async () => {
  const { pipelineId } = await kit.submitJobs({ a: [], b: ['a'] });
  const held = (await kit.claimOne())!;
  await kit.end(held, 'passed');
  const again = await kit.db.transaction((tx) =>
    finish(tx, held, { verdict: 'failed', reason: passed, steps: [], logBytes: [] }, queueDefaults),
  );
  expect(again).toMatchObject({ verdict: 'passed', changed: false });
  expect(await kit.states(pipelineId)).toEqual({ a: 'passed', b: 'ready' });
  await kit.end((await kit.claimOne())!, 'passed');
});

test('a holder of another claim is fenced off', async () => {
  await kit.submitJobs({ a: [] });
  const held = (await kit.claimOne())!;
  await expect(kit.end({ ...held, claimId: randomUUID() }, 'passed')).rejects.toMatchObject({ code: 'claim-lost' });
  await kit.end(held, 'passed');
});

test('what is not the code’s fault is tried again until its attempts are used up', async () => {
  const { pipelineId } = await kit.submitJobs({ a: [] }, { attempts: 2 });
  const first = (await kit.claimOne())!;
  expect(await kit.end(first, 'errored')).toMatchObject({ retried: true });
  expect(await kit.states(pipelineId)).toEqual({ a: 'ready' });
  const second = (await kit.claimOne())!;
  expect(second.attempt).toBe(2);
  expect(await kit.end(second, 'errored')).toMatchObject({ retried: false });
  expect(await kit.states(pipelineId)).toEqual({ a: 'errored' });
});

test('40 races of needs that end at once neither deadlock nor lose a dependent', async () => {
  for (let race = 0; race < 40; race += 1) {
    const needs = ['a', 'b', 'c', 'd'];
    const { pipelineId } = await kit.submitJobs({
      a: [],
      b: [],
      c: [],
      d: [],
      x: needs,
      y: needs.toReversed(),
      z: needs,
    });
    const held = await Promise.all(needs.map(() => kit.claimOne()));
    await Promise.all(held.map((one) => kit.end(one!, 'passed')));
    const states = await kit.states(pipelineId);
    expect([states['x'], states['y'], states['z']]).toEqual(['ready', 'ready', 'ready']);
    for (const _ of [1, 2, 3]) await kit.end((await kit.claimOne())!, 'passed');
    const [pipeline] = await kit.db.query<{ verdict: string }>(
      sql`select verdict from pipeline where id = ${pipelineId}`,
    );
    expect(pipeline?.verdict).toBe('passed');
  }
});

test('a report of steps is shown; an older one changes nothing, and one of a lost claim is refused', async () => {
  const { ids } = await kit.submitJobs({ a: [] });
  const held = (await kit.claimOne())!;
  const reportSteps = createReportSteps(kit.db);
  const step = (state: 'running' | 'passed') => [
    { index: 0, name: 'Set up', state, exitCode: null, startedAt: null, endedAt: null },
  ];
  expect(await reportSteps(held, 2, step('passed'))).toEqual([`job:${ids['a']}`]);
  await reportSteps(held, 1, step('running'));
  const [run] = await kit.db.query<{ steps: { state: string }[] }>(sql`select steps from run where id = ${held.runId}`);
  expect(run?.steps[0]?.state).toBe('passed');
  await expect(reportSteps({ ...held, claimId: randomUUID() }, 3, step('passed'))).rejects.toMatchObject({
    code: 'claim-lost',
  });
  await kit.end(held, 'passed');
});

test('reports of many runs at once go in two statements, each to its own run, whichever of its reports came first', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `job-${index}`);
  const { ids } = await kit.submitJobs(Object.fromEntries(names.map((name) => [name, []])));
  const runs = [];
  for (const _ of names) runs.push((await kit.claimOne())!);
  let statements = 0;
  const counted: Db = {
    ...kit.db,
    query(statement) {
      statements += 1;
      return kit.db.query(statement);
    },
  };
  const reportSteps = createReportSteps(counted);
  const step = (name: string) => [
    { index: 0, name, state: 'running' as const, exitCode: null, startedAt: null, endedAt: null },
  ];
  const stranger = { ...runs[0]!, claimId: randomUUID() };
  const refused = reportSteps(stranger, 9, step('a stranger')).catch((error: Refused) => error.code);
  const topics = await Promise.all(
    runs.flatMap((run) => [2, 1].map((sequence) => reportSteps(run, sequence, step(`${run.runId} ${sequence}`)))),
  );
  expect(await refused).toBe('claim-lost');
  expect(new Set(topics.flat())).toEqual(new Set(Object.values(ids).map((id) => `job:${id}`)));
  expect(statements).toBeLessThanOrEqual(2);
  const stored = await kit.db.query<{ id: number; name: string }>(
    sql`select id, steps -> 0 ->> 'name' as name from run where id = any (${runs.map(({ runId }) => runId)}::bigint[])`,
  );
  expect(stored.map(({ id, name }) => [id, name])).toEqual(stored.map(({ id }) => [id, `${id} 2`]));
  for (const run of runs) await kit.end(run, 'passed');
});

test('many ends at once: those that nothing waits for are ended together, the rest is left alone', async () => {
  const { pipelineId, ids } = await kit.submitJobs({ a: [], b: [], c: ['b'], d: [], e: [] });
  const held = await Promise.all(['a', 'b', 'd', 'e'].map(() => kit.claimOne()));
  const of = (name: string) => held.find((one) => one?.jobId === ids[name])!;
  await kit.db.transaction((tx) => cancelJob(tx, ids['d']!, 'ada'));
  const end = { verdict: 'passed', reason: passed, steps: null, logBytes: [3, 4] } as const;
  const stranger = { ...of('e'), claimId: randomUUID() };
  const ends = await finishAlone(
    kit.db,
    [of('b'), of('a'), of('d'), stranger].map((hold) => ({ hold, end })),
  );
  expect(ends.map((one) => one?.jobId)).toEqual([undefined, ids['a'], undefined, undefined]);
  expect(await kit.states(pipelineId)).toEqual({ a: 'passed', b: 'running', c: 'waiting', d: 'running', e: 'running' });
  expect(await finishAlone(kit.db, [{ hold: of('a'), end }])).toEqual([undefined]);
  const [run] = await kit.db.query<{ logBytes: number[] }>(
    sql`select log_bytes as "logBytes" from run where id = ${of('a').runId}`,
  );
  expect(run?.logBytes).toEqual([3, 4]);
  for (const name of ['b', 'd', 'e']) await kit.end(of(name), 'passed');
  await kit.end((await kit.claimOne())!, 'passed');
});
