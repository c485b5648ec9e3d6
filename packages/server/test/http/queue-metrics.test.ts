// What the queue shows at /metrics, read as a scraper reads it while the things that it counts happen.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { sql } from '../../src/base/index.ts';
import { ask } from './asking.ts';
import { openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;

beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
});
afterAll(() => house.stop());

/** The value of one sample, named with its labels; 0 where it is not there. */
async function sample(name: string): Promise<number> {
  const { text } = await ask(house.address, '/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`signalbox_${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

test('a job that waits is counted in its pool, with the time that it waits', async () => {
  expect(await sample('jobs_ready{pool="default"}')).toBe(0);
  const { jobId } = await yard.submitJob();
  await house.database.db.query(sql`update ready set since = now() - interval '1 hour' where job_id = ${jobId}`);
  // What one scrape read serves those of the same second.
  await until('the line as it is now', async () => (await sample('jobs_ready{pool="default"}')) === 1);
  expect(await sample('oldest_ready_job_seconds{pool="default"}')).toBeGreaterThan(3599);
  expect((await yard.claim())?.job.id).toBe(jobId);
  await until('an empty line', async () => (await sample('oldest_ready_job_seconds{pool="default"}')) === 0);
});

test('a run that errors and comes back is a retry, one that fails is none', async () => {
  const before = await sample('runs_retried_total');
  await yard.finish(await yard.holdRun(), 'failed');
  expect(await sample('runs_retried_total')).toBe(before);
  await yard.finish(await yard.holdRun(), 'errored');
  expect(await sample('runs_retried_total')).toBe(before + 1);
});

test('a run whose worker falls silent is lost, and its job retried', async () => {
  const run = await yard.holdRun();
  const [lost, retried] = [await sample('runs_lost_total'), await sample('runs_retried_total')];
  await house.database.db.query(sql`update run set lease_until = now() - interval '1 second' where id = ${run.runId}`);
  await until('the timer to give it up', async () => (await sample('runs_lost_total')) === lost + 1, {
    seconds: 30,
  });
  expect(await sample('runs_retried_total')).toBe(retried + 1);
});

test('a worker that is held is counted by its kind of hold', async () => {
  await house.person.call('hold-worker', {
    params: { worker: yard.workerId },
    body: { kind: 'quarantined', reason: 'its disk clicks' },
  });
  expect(await sample('workers_held{hold="quarantined"}')).toBe(1);
  expect(await sample('workers_held{hold="drained"}')).toBe(0);
});
