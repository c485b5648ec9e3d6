// A worker that is cut off from its server for longer than its lease: real processes, and a network between them that can be cut.
import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../packages/server/src/base/index.ts';
import { queueDefaults, submit } from '../../packages/server/src/queue/index.ts';
import { Link } from '../chaos/proxy.ts';
import { type TestDatabase, testDatabase } from '../kit/database.ts';
import { type Program, startProgram } from '../kit/programs.ts';
import { directoryToRemove, temporaryDirectory } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

let home: Awaited<ReturnType<typeof directoryToRemove>>;
let database: TestDatabase;
let server: Program;
let address: string;
let token: string;

beforeAll(async () => {
  home = await directoryToRemove('cut-off');
  database = await testDatabase();
  server = startProgram(['serve', '--data', join(home.path, 'server'), '--listen', '127.0.0.1:0'], {
    env: {
      DATABASE_URL: database.url,
      SIGNALBOX_LEASE_SECONDS: '5',
      SIGNALBOX_FIRST_LEASE_SECONDS: '5',
      SIGNALBOX_OUTAGE_SECONDS: '20',
      SIGNALBOX_RETRY_SECONDS: '0',
      SIGNALBOX_LOG_STYLE: 'json',
    },
  });
  address = /http:\/\/[\d.:]+/.exec(await server.line(/Signalbox listens on/))![0];
  token = join(home.path, 'server', 'worker-token');
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await database?.drop();
  await home?.remove();
});

test('its run goes on when it comes back, though it was given up: nothing is run twice, and no byte of its log is missing', async () => {
  const wire = await openWire(address);
  const worker = startWorker('alone', wire.address, 'alone');
  try {
    const job = await submitLong('alone');
    await until('its log', async () => (await job.logSize()) > 0, { seconds: 30 });
    wire.cut();
    await until('the end of its lease', async () => (await job.runs())[0]?.reason?.code === 'worker-lost', {
      seconds: 40,
    });
    expect((await job.runs())[0]?.reason?.text).toMatch(
      /^Worker alone was last heard of at \d\d:\d\d:\d\dZ, \d+ s ago, and its lease ended/,
    );
    wire.mend();
    await until('the run to go on', async () => (await job.runs())[0]?.verdict === null, { seconds: 40 });
    await job.stop();
    await until('the verdict', async () => (await job.runs())[0]?.verdict, { seconds: 40 });
    expect(await job.runs()).toMatchObject([{ attempt: 1, worker: 'alone', verdict: 'passed', state: 'done' }]);
    const [printed] = await job.printed();
    expect(await until('all of its log', async () => (await job.log()) === printed, { seconds: 20 })).toBe(true);
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics).toMatch(/^signalbox_runs_taken_up_total 1$/m);
  } finally {
    await worker.kill9();
    await wire.close();
  }
}, 120_000);

test('another worker takes its job meanwhile: the first is refused and ends its steps, and there is one verdict', async () => {
  const wire = await openWire(address);
  const first = startWorker('first', wire.address, 'pair');
  const programs = [first];
  try {
    const job = await submitLong('pair');
    await until('its log', async () => (await job.logSize()) > 0, { seconds: 30 });
    programs.push(startWorker('second', address, 'pair'));
    wire.cut();
    await until('the other worker to print', async () => (await job.printed()).length === 2, { seconds: 40 });
    wire.mend();
    await first.line(/The claim is lost; the run is ended/, 40);
    await job.stop();
    await until('the verdict', async () => (await job.runs()).at(-1)?.verdict, { seconds: 40 });
    expect(await job.runs()).toMatchObject([
      { attempt: 1, worker: 'first', verdict: 'errored', reason: { code: 'worker-lost' } },
      { attempt: 2, worker: 'second', verdict: 'passed', state: 'done' },
    ]);
    const [, second] = await job.printed();
    expect(await until('all of its log', async () => (await job.log(2)) === second, { seconds: 20 })).toBe(true);
    const audit = await database.db.query(sql`
      select 1 from run where job_id = ${job.jobId} and verdict = 'passed'`);
    expect(audit.length).toBe(1);
  } finally {
    for (const program of programs) await program.kill9();
    await wire.close();
  }
}, 120_000);

function startWorker(name: string, by: string, pool: string): Program {
  return startProgram(
    ['worker', '--server', by, '--name', name, '--pools', pool, '--capacity', '2', '--data', join(home.path, name)],
    { env: { SIGNALBOX_TOKEN_FILE: token, SIGNALBOX_WORKER_RETRY_MOST_MILLIS: '2000' } },
  );
}

/** A job that prints numbered lines until it is told to stop, and keeps a copy of what each of its attempts has printed. */
async function submitLong(pool: string) {
  const { db } = database;
  const directory = await temporaryDirectory('printed');
  const script = [
    `copy="${directory}/$(date +%s%N)"`,
    'i=0',
    `while [ ! -e "${directory}/stop" ]; do i=$((i+1)); echo "line $i of a long run" | tee -a "$copy"; sleep 0.05; done`,
  ].join('\n');
  const [push] = await db.query<{ id: number }>(sql`
    with added as (insert into repo (name, url, poll_seconds) values (${pool}, '/nowhere', 0) returning id)
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
    select id, 'main', 'forward', ${'a'.repeat(40)}, 'Ada', 'Change', 'Change', '[]', 1, now() from added
    returning id`);
  const step = {
    name: 'Print',
    script,
    shell: 'sh',
    always: false,
    mayFail: false,
    timeoutSeconds: 600,
    silentSeconds: 600,
  };
  const jobs = [
    {
      name: 'long',
      needs: [],
      pool,
      attempts: 3,
      attributes: { template: 'long', platform: null, variant: null, group: null, symbol: 'L' },
      spec: { steps: [step], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 600 },
    },
  ];
  const asked = { pushId: push!.id, cause: 'manual', requestKey: randomUUID(), leftOut: [], problem: null } as const;
  const { pipelineId } = await submit(db, { ...asked, jobs }, queueDefaults);
  const [made] = await db.query<{ id: number }>(sql`select id from job where pipeline_id = ${pipelineId}`);
  const jobId = made!.id;
  const client = createClient({ server: address });
  type Run = {
    id: number;
    attempt: number;
    worker: string;
    verdict: string | null;
    state: string;
    reason: { code: string; text: string } | null;
  };
  const runs = () =>
    db.query<Run>(sql`
      select run.id, run.attempt, worker.name as worker, run.verdict, job.state, run.reason
      from run join worker on worker.id = run.worker_id join job on job.id = run.job_id
      where job.id = ${jobId} order by run.attempt`);
  return {
    jobId,
    runs,
    stop: () => writeFile(join(directory, 'stop'), ''),
    logSize: async () =>
      (await db.query(sql`select 1 from log join run on run.id = run_id where job_id = ${jobId} and size_bytes > 0`))
        .length,
    async log(attempt = 1) {
      const run = (await runs()).find((one) => one.attempt === attempt)!;
      const answer = await client.call('read-log', { params: { run: run.id, step: 1 } });
      return answer.text();
    },
    /** In the order in which the attempts began. */
    async printed() {
      const names = (await readdir(directory)).filter((name) => name !== 'stop').sort();
      return Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
    },
  };
}

/** The way to the server. */
async function openWire(to: string) {
  const { hostname: host, port } = new URL(to);
  const link = new Link('worker to server', () => ({ host, port: Number(port) }));
  await link.open();
  return {
    address: `http://127.0.0.1:${link.port}`,
    cut: () => link.turn({ kind: 'refuse' }),
    mend: () => link.turn({ kind: 'clear' }),
    close: () => link.close(),
  };
}
