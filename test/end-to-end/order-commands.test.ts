// The commands that order the line, on a real server: each does what it says, and what was done is seen by the next.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Explanation, JobBrief, SubmittedJobs, Worker } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, signalbox } from '../../packages/cli/test/kit.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';
import { handWorker } from './hand-worker.ts';

let house: TestServer;
let repository: SampleRepository;
let push: number;

beforeAll(async () => {
  [house, repository] = await Promise.all([testServer(), sampleRepository()]);
  await repository.commit({ files: { '.signalbox.yml': 'jobs:\n  first: { pool: nobody, steps: [make] }\n' } });
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
  push = await until('the first push', async () => {
    const { rows } = await house.person.call('get-grid', { params: { repo: 'app' } });
    return rows[0]?.pipelines[0] && rows[0].push.id;
  });
});
afterAll(async () => {
  await house?.stop();
  await repository?.remove();
});

describe('the commands', { timeout: 60_000 }, () => {
  test('submit makes a pipeline, adds to one that was kept open, and closes it', async () => {
    const begun = await answer<SubmittedJobs>(['submit', '-', '--repo', 'app', '--keep-open'], [job('one', 'sent')]);
    expect(begun.jobs.map(({ name }) => name)).toEqual(['one']);
    const file = join(house.data, 'more.json');
    await writeFile(file, JSON.stringify({ jobs: [job('two', 'sent', { needs: ['one'] })] }));
    const pipeline = String(begun.pipelineId);
    const added = await answer<SubmittedJobs>(['submit', file, '--pipeline', pipeline, '--close']);
    expect(added).toEqual({ pipelineId: begun.pipelineId, jobs: [{ id: expect.any(Number), name: 'two' }] });
    const late = await run(['submit', file, '--pipeline', pipeline]);
    expect(late.code).toBe(5);

    const machine = await handWorker(house.worker, 'sent-1', ['sent']);
    const watching = run(['watch', '--pipeline', pipeline]);
    for (const name of ['one', 'two']) {
      const claimed = await machine.claim();
      expect(claimed.order.job.name).toBe(name);
      await claimed.finish('passed');
    }
    expect((await watching).code).toBe(0);
  });

  test('submit with the same request id makes one pipeline', async () => {
    const args = ['submit', '-', '--push', String(push), '--request-id', '0b7c5ae8-6a3e-4f4e-9d58-0d4a5a1f6b11'];
    const both = [
      await answer<SubmittedJobs>(args, [job('once', 'never')]),
      await answer<SubmittedJobs>(args, [job('once', 'never')]),
    ];
    expect(both[1]).toEqual(both[0]);
  });

  test('pause keeps jobs of a branch from being claimed, pauses lists it, and resume lets them go', async () => {
    const machine = await handWorker(house.worker, 'held-up-1', ['held-up']);
    const paused = await run(['pause', 'branch', 'app', 'main', '--reason', 'tests are red']);
    expect(paused.stdout).toContain('Branch main of app is paused. What runs goes on; what is ready waits.');
    const { jobs } = await answer<SubmittedJobs>(['submit', '-', '--push', String(push)], [job('later', 'held-up')]);
    await expect(machine.claim(0)).rejects.toThrow('no job');
    const listed = await run(['pauses']);
    expect(listed.stdout).toMatch(/branch main of app .* local +tests are red/);
    const why = await run(['explain', String(jobs[0]!.id)]);
    expect(why.stdout).toContain('! Someone must act.');
    expect(why.stdout).toContain('tests are red');

    const wrong = await run(['resume', 'branch', 'app', 'next']);
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('Paused are: branch main of app') });
    expect((await run(['resume', 'branch', 'app', 'main'])).stdout).toBe('Branch main of app goes on.\n');
    expect((await run(['pauses'])).stdout).toBe('Nothing is paused.\n');
    await (await machine.claim()).finish('passed');
  });

  test('workers are drained and resumed by name; one unknown name changes nothing', async () => {
    await handWorker(house.worker, 'mac-7', ['mac']);
    await handWorker(house.worker, 'mac-8', ['mac']);
    const unknown = await run(['workers', 'drain', 'mac-7', 'mac-9', '--reason', 'new disk']);
    expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('No worker has the name "mac-9"') });
    expect(await holds()).toEqual({ 'mac-7': null, 'mac-8': null });
    await run(['workers', 'drain', 'mac-7', 'mac-8', '--reason', 'new disk']);
    await run(['workers', 'quarantine', 'mac-8', '--reason', 'clock is wrong']);
    expect(await holds()).toEqual({ 'mac-7': 'drained', 'mac-8': 'quarantined' });
    expect((await run(['workers'])).stdout).toMatch(/mac-8 +quarantined .* clock is wrong/);
    await run(['workers', 'resume', 'mac-7', 'mac-8']);
    expect(await holds()).toEqual({ 'mac-7': null, 'mac-8': null });
  });

  test('a gate is approved with a comment, and the answer cannot be turned afterwards', async () => {
    const gate = { name: 'ask', steps: [], order: { gate: 'Ship it?' } };
    const submitted = [gate, job('ship', 'shipping', { needs: ['ask'] })];
    const { jobs } = await answer<SubmittedJobs>(['submit', '-', '--push', String(push)], submitted);
    const [ask, ship] = jobs.map(({ id }) => String(id)) as [string, string];
    expect((await run(['explain', ask])).stdout).toContain('It asks: Ship it?');
    const said = await run(['approve', 'ask', '--repo', 'app', '--comment', 'notes are read']);
    expect(said.stdout).toBe(`Job ${ask} (ask) is approved: Ship it?\n`);
    const { reason } = await look(ask);
    expect(reason?.text).toContain('notes are read');
    expect((await look(ship)).state).toBe('ready');
    expect((await run(['reject', ask])).code).toBe(5);
    expect((await run(['approve', ship])).code).toBe(5);
  });

  test('a raised job is claimed first, and explain --watch stays until it runs', async () => {
    const { jobs } = await answer<SubmittedJobs>(
      ['submit', '-', '--push', String(push)],
      [job('a', 'line'), job('b', 'line')],
    );
    const last = String(jobs[1]!.id);
    const raised = await answer<JobBrief>(['raise', last, '--priority', '70']);
    expect(raised.priority).toBe(70);
    const watching = run(['explain', last, '--watch', '--json']);
    const machine = await handWorker(house.worker, 'line-1', ['line']);
    const first = await machine.claim();
    expect(first.order.job.name).toBe('b');
    const told = (await watching).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Explanation);
    expect(told.at(-1)?.state).toBe('running');
    expect(new Set(told.map(({ state, blockers, place }) => JSON.stringify([state, blockers, place]))).size).toBe(
      told.length,
    );
    await first.finish('passed');
    await (await machine.claim()).finish('passed');
  });

  test('a group gets slots and a pool a wait budget, and both are listed', async () => {
    const order = { concurrencyGroup: 'simulator' };
    const submitted = [job('sim-1', 'sim', { order }), job('sim-2', 'sim', { order })];
    const { jobs } = await answer<SubmittedJobs>(['submit', '-', '--push', String(push)], submitted);
    const states = async () => (await Promise.all(jobs.map(({ id }) => look(String(id))))).map((one) => one.state);
    expect(await states()).toEqual(['ready', 'held']);
    const set = await run(['group', 'set', 'app', 'simulator', '--slots', '2']);
    expect(set.stdout).toContain('simulator of app has 2 slots');
    expect(await states()).toEqual(['ready', 'ready']);
    expect((await run(['groups', 'app'])).stdout).toMatch(/simulator +2 +2 +0 +local/);

    await run(['pool', 'set', 'sim', '--wait-budget', '5m']);
    expect((await run(['pools'])).stdout).toMatch(/^sim +2 .*up to 5 min 00 s/m);
  });
});

const run = (words: readonly string[], input?: unknown): Promise<Ran> =>
  signalbox([...words, '--server', house.address], input === undefined ? {} : { stdin: JSON.stringify(input) });

async function answer<Value>(words: readonly string[], input?: unknown): Promise<Value> {
  const ran = await run([...words, '--json'], input);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout) as Value;
}

const job = (name: string, pool: string, more: object = {}) => ({ name, pool, steps: [{ script: 'make' }], ...more });

const look = async (id: string): Promise<JobBrief> =>
  (await house.person.call('get-job', { params: { job: Number(id) } })).job;

async function holds(): Promise<Record<string, string | null>> {
  const { items } = await house.person.call('list-workers', {});
  const macs = items.filter((one: Worker) => one.name.startsWith('mac-'));
  return Object.fromEntries(macs.map((one) => [one.name, one.hold?.kind ?? null]).sort());
}
