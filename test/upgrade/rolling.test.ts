// A rolling upgrade, with the real programs of the version before: its server makes the database, this one joins it and changes the
// tables under it, both serve, workers of both versions go from one to the other, and no run is lost or done twice.
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Client, createClient, type JobBrief, type JobSubmission } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, openDb, sql } from '../../packages/server/src/base/index.ts';
import { type HandWorker, handWorker } from '../end-to-end/hand-worker.ts';
import { emptyDatabase } from '../kit/database.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type Program, startProgram } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';
import { unpackVersionBefore, type VersionBefore } from './version-before.ts';

let before: VersionBefore;
let home: Awaited<ReturnType<typeof directoryToRemove>>;
let database: Awaited<ReturnType<typeof emptyDatabase>>;
let repository: SampleRepository;
let db: Db;
/** Where each listens; chosen beforehand, for workers are told of both. */
let addresses: { old: string; new: string };
let atOld: Client;
let atNew: Client;
const running: Program[] = [];

beforeAll(async () => {
  [before, home, database, repository] = await Promise.all([
    unpackVersionBefore(),
    directoryToRemove('upgrade'),
    emptyDatabase(),
    sampleRepository(),
  ]);
  const [one, other] = [await freePort(), await freePort()];
  addresses = { old: `http://127.0.0.1:${one}`, new: `http://127.0.0.1:${other}` };
  [atOld, atNew] = [createClient({ server: addresses.old }), createClient({ server: addresses.new })];
  db = openDb(database.url, { poolSize: 2, onError: () => undefined });
}, 60_000);

afterAll(async () => {
  await Promise.all(running.map((program) => program.kill9()));
  await db?.close();
  await database?.drop();
  await Promise.all([before?.remove(), home?.remove(), repository?.remove()]);
});

const serverEnvironment = () => ({
  DATABASE_URL: database.url,
  SIGNALBOX_DATA: join(home.path, 'server'),
  SIGNALBOX_LOG_STYLE: 'json',
});
const workerWords = (name: string, servers: readonly string[], pools = 'default') => [
  ...['--server', servers.join(','), '--name', name, '--pools', pools, '--capacity', '2'],
  ...['--data', join(home.path, name)],
];
const workerEnvironment = () => ({ SIGNALBOX_TOKEN_FILE: join(home.path, 'server', 'worker-token') });
const listen = (address: string) => ['--listen', new URL(address).host];

async function ready(program: Program): Promise<Program> {
  running.push(program);
  await program.line(/listens on http/, 90);
  return program;
}
const startOld = () => ready(before.start('server', listen(addresses.old), { env: serverEnvironment() }));
const startNew = () => ready(startProgram(['serve', ...listen(addresses.new)], { env: serverEnvironment() }));

let oldServer: Program;
let oldWorker: Program;
let newWorker: Program;
let longJob: JobBrief;

test('the version before makes the database, and its worker runs a job', async () => {
  oldServer = await startOld();
  await repository.commit({ files: { '.signalbox.yml': configuration() }, message: 'Build it' });
  await repository.push();
  await atOld.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
  oldWorker = before.start('worker', workerWords('old-worker', [addresses.old, addresses.new]), {
    env: workerEnvironment(),
  });
  running.push(oldWorker);
  await push('First', atOld);
  expect(await verdicts('First', atOld)).toEqual({ build: 'passed', test: 'passed' });
}, 180_000);

test('this version joins, changes the tables under it, and a run that goes on goes on', async () => {
  await push('Second', atOld, { 'go-on': 'wait' });
  longJob = await until(
    'the run that waits',
    async () => (await jobs('Second', atOld)).find((job) => job.name === 'build' && job.state === 'running'),
    { seconds: 60 },
  );
  await startNew();
  const [{ applied } = { applied: 0 }] = await db.query<{ applied: number }>(
    sql`select count(*) as applied from migration`,
  );
  expect(applied).toBeGreaterThan(2);
  expect((await atNew.call('get-job', { params: { job: longJob.id } })).job.state).toBe('running');
  expect((await atOld.call('get-job', { params: { job: longJob.id } })).job.state).toBe('running');
}, 120_000);

test('both take pushes, and the worker of each version works for the server of the other', async () => {
  // The only pool that the new worker serves, by the old server alone.
  newWorker = startProgram(['worker', ...workerWords('new-worker', [addresses.old], 'other')], {
    env: workerEnvironment(),
  });
  running.push(newWorker);
  await push('Third', atNew, { pool: 'other' });
  expect(await verdicts('Third', atNew)).toEqual({ build: 'passed', test: 'passed' });
  await push('Fourth', atOld, { pool: 'default' });
  expect(await verdicts('Fourth', atOld)).toEqual({ build: 'passed', test: 'passed' });
  await newWorker.stop();
}, 120_000);

describe('what the version before does not know, it does not break', () => {
  /** Both by the old server; by it, too, whatever they end is ended. */
  let hand: HandWorker;
  let pushId: number;
  let open: number;

  beforeAll(async () => {
    const token = (await readFile(workerEnvironment().SIGNALBOX_TOKEN_FILE, 'utf8')).trim();
    hand = await handWorker(createClient({ server: addresses.old, token }), 'hand', ['hand']);
    pushId = (await atNew.call('list-pushes', { params: { repo: 'app' } })).items[0]!.id;
    open = await submit(
      [
        job('build'),
        job('approve', ['build'], { gate: 'May it be shipped?' }),
        job('deploy-1', ['build'], { concurrencyGroup: 'production' }),
        job('deploy-2', ['build'], { concurrencyGroup: 'production' }),
      ],
      true,
    );
  });

  const job = (name: string, needs: string[] = [], order: JobSubmission['order'] = {}): JobSubmission => {
    const what = order.gate ? { steps: [] } : { pool: 'hand', steps: [{ script: 'make' }] };
    return { name, needs, order, checkout: false, ...what };
  };
  async function submit(jobs: JobSubmission[], keepOpen = false): Promise<number> {
    const { pipelineId } = await atNew.call('submit-pipeline', {
      params: { push: pushId },
      body: { requestId: randomUUID(), keepOpen, jobs },
    });
    return pipelineId;
  }
  const state = async (pipeline: number) =>
    Object.fromEntries(
      (await atNew.call('get-pipeline', { params: { pipeline } })).jobs.map((one) => [one.name, one.state]),
    );
  const idOf = async (name: string) =>
    (await atNew.call('get-pipeline', { params: { pipeline: open } })).jobs.find((one) => one.name === name)!.id;

  test('a gate waits for its person, and a group lets in one at a time, after it has freed them', async () => {
    await (await hand.claim(20)).finish('passed');
    expect(await state(open)).toMatchObject({ build: 'done', approve: 'held' });
    await until(
      'a slot for one of the two',
      async () => Object.values(await state(open)).filter((one) => one === 'ready').length > 0,
      { seconds: 30 },
    );
    expect(Object.values(await state(open)).toSorted()).toEqual(['done', 'held', 'held', 'ready']);
    // And it can show them.
    expect((await fetch(`${addresses.old}/api/v1/jobs/${await idOf('approve')}`)).status).toBe(200);
    expect((await fetch(`${addresses.old}/api/v1/pipelines/${open}`)).status).toBe(200);
  }, 60_000);

  test('a job keeps its slot and its place when a run of it errs there, and gives the slot to the next when it ends', async () => {
    const [before] = await db.query<{ jobId: number; rank: string }>(
      sql`select job_id as "jobId", rank from ready where pool = 'hand'`,
    );
    await (await hand.claim(20)).finish('errored');
    const [after] = await db.query(sql`
      select job_id as "jobId", rank, (select taken from concurrency_slot as slot where slot.job_id = ready.job_id) as taken
      from ready where pool = 'hand'`);
    expect(after).toEqual({ ...before, taken: true });
    await (await hand.claim(20)).finish('passed');
    // The one that waited is let in by the new server's timetable.
    await (await hand.claim(30)).finish('passed');
    expect(await state(open)).toMatchObject({ approve: 'held', 'deploy-1': 'done', 'deploy-2': 'done' });
  }, 90_000);

  test('a pipeline that takes more jobs does not end with those it has', async () => {
    await atNew.call('answer-gate', { params: { job: await idOf('approve') }, body: { answer: 'approve' } });
    const other = await submit([job('alone')]);
    await (await hand.claim(20)).finish('passed');
    // The old server looks at all that might have ended: at this one after the other.
    await until(
      'the end of the other',
      async () => (await atOld.call('get-pipeline', { params: { pipeline: other } })).pipeline.finishedAt,
      { seconds: 30 },
    );
    const finishedAt = async () =>
      (await atNew.call('get-pipeline', { params: { pipeline: open } })).pipeline.finishedAt;
    expect(await finishedAt()).toBeNull();
    await atNew.call('close-pipeline', { params: { pipeline: open } });
    await until('its end', finishedAt, { seconds: 30 });
  }, 90_000);

  test('it refuses to cancel what is held, instead of trying for ever; the new one cancels it', async () => {
    const held = await submit([job('gate', [], { gate: 'Go?' })]);
    const answer = await fetch(`${addresses.old}/api/v1/pipelines/${held}/cancel`, { method: 'POST' });
    expect(answer.status).toBe(500);
    expect(await state(held)).toEqual({ gate: 'held' });
    await atNew.call('cancel-pipeline', { params: { pipeline: held } });
    expect(await state(held)).toEqual({ gate: 'done' });
  }, 60_000);

  test('all rows are as they must be', async () => {
    expect(await brokenInvariants()).toEqual([]);
  });
});

test('when the old server stops, the run that it gave out ends at the new one, whole and once', async () => {
  await oldServer.stop();
  await writeFile(join(home.path, 'go-on'), '');
  expect(await verdicts('Second', atNew)).toEqual({ build: 'passed', test: 'passed' });
  const { runs } = await atNew.call('get-job', { params: { job: longJob.id } });
  expect(runs.map(({ run }) => run)).toMatchObject([{ attempt: 1, worker: 'old-worker', verdict: 'passed' }]);
  const log = await fetch(`${addresses.new}/api/v1/runs/${runs[0]!.run.id}/steps/1/log`);
  expect(await log.text()).toBe('begun\nended\n');
  await push('Fifth', atNew);
  expect(await verdicts('Fifth', atNew)).toEqual({ build: 'passed', test: 'passed' });
}, 120_000);

test('then the workers follow, one after another', async () => {
  await oldWorker.stop();
  newWorker = startProgram(['worker', ...workerWords('new-worker', [addresses.new])], { env: workerEnvironment() });
  running.push(newWorker);
  await push('Sixth', atNew);
  expect(await verdicts('Sixth', atNew)).toEqual({ build: 'passed', test: 'passed' });
  expect(await brokenInvariants()).toEqual([]);
}, 120_000);

test('a server of the version before may be started again on the newer tables', async () => {
  oldServer = await startOld();
  expect((await fetch(`${addresses.old}/readyz`)).status).toBe(200);
  expect(await verdicts('Sixth', atOld)).toEqual({ build: 'passed', test: 'passed' });
}, 120_000);

const configuration = (wants: Record<string, string> = {}) => `
jobs:
  build:
    pool: ${wants['pool'] ?? 'default'}
    checkout: false
    steps:
      - name: Build
        script: |
          echo begun
          ${wants['go-on'] ? `while [ ! -e ${join(home.path, 'go-on')} ]; do sleep 0.1; done` : 'true'}
          echo ended
  test:
    pool: ${wants['pool'] ?? 'default'}
    needs: [build]
    checkout: false
    steps:
      - name: Test
        script: echo tested
`;

/** A commit with this message, told of at that server. */
async function push(message: string, client: Client, wants: Record<string, string> = {}): Promise<void> {
  await repository.commit({ files: { '.signalbox.yml': configuration(wants), 'message.txt': message }, message });
  await repository.push();
  await client.call('report-push', { params: { repo: 'app' }, body: { branch: 'main' } });
}

async function brokenInvariants() {
  return (await atNew.call('check-invariants', {})).items.filter(({ count }) => count > 0);
}

async function jobs(message: string, client: Client): Promise<readonly JobBrief[]> {
  const { items } = await client.call('list-pushes', { params: { repo: 'app' } });
  const found = items.find(({ title }) => title === message);
  if (!found) return [];
  const detail = await client.call('get-push', { params: { push: found.id } });
  return detail.pipelines[0]?.jobs ?? [];
}

/** Of each job, once all have ended. */
async function verdicts(message: string, client: Client): Promise<Record<string, string | null>> {
  const done = await until(
    `the end of ${message}`,
    async () => {
      const all = await jobs(message, client);
      return all.length > 0 && all.every(({ state }) => state === 'done') ? all : undefined;
    },
    { seconds: 60 },
  );
  return Object.fromEntries(done.map(({ name, verdict }) => [name, verdict]));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
