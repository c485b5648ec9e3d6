// Gates: jobs that run nothing and wait for a person's answer.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { answerGate, cancelJob, rerunJob, settle } from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine } from './at-the-line.ts';
import { jobNamed, type QueueKit, queueKit } from './kit.ts';

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

/** build → ask → ship, and tell, which needs ship. */
async function submitShip(pool: string) {
  const jobs = [
    jobNamed('build'),
    { ...jobNamed('ask', ['build']), order: { gate: 'Ship it?' } },
    jobNamed('ship', ['ask']),
    jobNamed('tell', ['ship']),
  ].map((job) => ({ ...job, pool }));
  const { pipelineId } = await kit.submitJobs({}, {}, { jobs });
  const rows = await kit.db.query<{ id: number; name: string }>(sql`
    select id, name from job where pipeline_id = ${pipelineId}`);
  const id = (name: string) => rows.find((row) => row.name === name)!.id;
  return { pipelineId, ask: id('ask'), build: id('build') };
}
const answer = async (jobId: number, said: 'approve' | 'reject', comment?: string) => {
  const answered = await kit.db.transaction((tx) => answerGate(tx, jobId, { answer: said, comment, by: 'ada' }));
  line.live.hint(...answered.topics);
  return answered.topics;
};
const pass = (claim: Parameters<QueueKit['end']>[0]) => kit.end(claim, 'passed');

test('a gate opens when what it needs has passed, and approved it lets go on what waits for it', async () => {
  const { pipelineId, ask } = await submitShip('approve');
  const worker = await line.worker('approve');
  expect(await kit.states(pipelineId)).toEqual({ build: 'ready', ask: 'waiting', ship: 'waiting', tell: 'waiting' });
  await expect(answer(ask, 'approve')).rejects.toMatchObject({ code: 'not-a-gate', message: /not open yet/ });
  expect(await line.order(worker, pass)).toEqual(['build']);
  expect(await kit.states(pipelineId)).toMatchObject({ ask: 'held', ship: 'waiting' });
  expect(await answer(ask, 'approve', 'looks well')).not.toEqual([]);
  expect(await answer(ask, 'approve')).toEqual([]);
  await expect(answer(ask, 'reject')).rejects.toMatchObject({ code: 'already-done' });
  expect(await line.order(worker, pass)).toEqual(['ship', 'tell']);
  const [gate] = await kit.db.query(sql`select reason, run_count as runs from job where id = ${ask}`);
  expect(gate).toEqual({ reason: { code: 'approved', text: 'Approved by ada: looks well' }, runs: 0 });
});

test('rejected it skips all that waits for it, and the pipeline has failed', async () => {
  const { pipelineId, ask } = await submitShip('reject');
  expect(await line.order(await line.worker('reject'), pass)).toEqual(['build']);
  await answer(ask, 'reject', 'not on a Friday');
  await answer(ask, 'reject');
  expect(await kit.states(pipelineId)).toEqual({ build: 'passed', ask: 'failed', ship: 'skipped', tell: 'skipped' });
  const rows = await kit.db.query<{ text: string }>(sql`
    select reason ->> 'text' as text from job where pipeline_id = ${pipelineId} and id >= ${ask} order by id`);
  expect(rows.map((row) => row.text)).toEqual([
    'Rejected by ada: not on a Friday',
    'It needs ask, which failed',
    'It needs ship, which was skipped',
  ]);
  await expect(answer(ask, 'approve')).rejects.toMatchObject({ code: 'already-done' });
  expect(await settle(kit.db, [pipelineId])).toMatchObject([{ verdict: 'failed' }]);
});

test('a rejected gate may be asked again: what was skipped for it waits for the new answer', async () => {
  const { pipelineId, ask } = await submitShip('again');
  const worker = await line.worker('again');
  await line.order(worker, pass);
  await answer(ask, 'reject');
  await kit.db.transaction((tx) => rerunJob(tx, ask));
  expect(await kit.states(pipelineId)).toEqual({ build: 'passed', ask: 'held', ship: 'waiting', tell: 'waiting' });
  await answer(ask, 'approve');
  expect(await line.order(worker, pass)).toEqual(['ship', 'tell']);
});

test('a gate that needs nothing is open at once, and a cancelled one cannot be answered', async () => {
  const { pipelineId, ids } = await kit.submitJobs({ ask: [] }, { pool: 'cancel', order: { gate: 'Now?' } });
  expect(await kit.states(pipelineId)).toEqual({ ask: 'held' });
  await kit.db.transaction((tx) => cancelJob(tx, ids['ask']!, 'ada'));
  for (const said of ['approve', 'reject'] as const) {
    await expect(answer(ids['ask']!, said)).rejects.toMatchObject({ code: 'already-done', message: /cancelled/ });
  }
});

test('a gate whose need failed is skipped; a job that is no gate, or not there, has no answer', async () => {
  const { pipelineId, ask, build } = await submitShip('failed');
  await kit.end((await line.take(await line.worker('failed')))!, 'failed');
  expect((await kit.states(pipelineId))['ask']).toBe('skipped');
  await expect(answer(ask, 'approve')).rejects.toMatchObject({ code: 'already-done' });
  await expect(answer(build, 'approve')).rejects.toMatchObject({ code: 'not-a-gate' });
  await expect(answer(999_999, 'approve')).rejects.toMatchObject({ code: 'job-not-found' });
});

test('approve and reject at once: one is heard, the other is told, and what follows fits', async () => {
  for (let race = 0; race < 15; race += 1) {
    const { pipelineId, ids } = await kit.submitJobs(
      { ask: [] },
      { order: { gate: 'Now?' }, pool: 'race' },
      {
        jobs: [
          { ...jobNamed('ask'), pool: 'race', order: { gate: 'Now?' } },
          { ...jobNamed('ship', ['ask']), pool: 'race' },
        ],
      },
    );
    const outcomes = await Promise.allSettled([answer(ids['ask']!, 'approve'), answer(ids['ask']!, 'reject')]);
    expect(outcomes.filter((one) => one.status === 'fulfilled').length).toBe(1);
    const { ask, ship } = await kit.states(pipelineId);
    expect(ship).toBe(ask === 'passed' ? 'ready' : 'skipped');
  }
});
