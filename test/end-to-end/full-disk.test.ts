// The disk of the server fills up while runs go on: a real small file system, a real PostgreSQL on it, a real worker. Nothing fails for
// it, what runs ends with its verdict, and when there is room again all arrives whole.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Client, createClient } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, openDb, sql } from '../../packages/server/src/base/index.ts';
import { readSettings, type Server, startServer } from '../../packages/server/src/index.ts';
import { queueDefaults, submit } from '../../packages/server/src/queue/index.ts';
import { type Program, startProgram } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

const execute = promisify(execFile);
const mib = 1_048_576;
const lowBytes = 160 * mib;
const fullBytes = 80 * mib;

/** Only root may mount: elsewhere there is no small disk to fill, and this is told by the test being skipped. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!canMount)('a disk of the server that fills up', () => {
  let home: Awaited<ReturnType<typeof directoryToRemove>>;
  let disk: string;
  let server: Server;
  let db: Db;
  let client: Client;
  let worker: Program;

  beforeAll(async () => {
    home = await directoryToRemove('full-disk');
    disk = join(home.path, 'disk');
    await mkdir(disk);
    await execute('mount', ['-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', disk]);
    server = await startServer(
      readSettings({
        SIGNALBOX_DATA: join(disk, 'data'),
        SIGNALBOX_LISTEN: '127.0.0.1:0',
        SIGNALBOX_LOG_LEVEL: 'fatal',
        SIGNALBOX_DISK_LOW_BYTES: String(lowBytes),
        SIGNALBOX_DISK_FULL_BYTES: String(fullBytes),
      }),
    );
    db = openDb(server.databaseUrl);
    client = createClient({ server: server.address! });
    worker = startProgram(
      ['worker', '--server', server.address!, '--name', 'w1', '--capacity', '3', '--data', join(home.path, 'worker')],
      {
        env: {
          SIGNALBOX_TOKEN_FILE: join(disk, 'data', 'worker-token'),
          SIGNALBOX_WORKER_RETRY_MOST_MILLIS: '1000',
          // Whoever says why it waits is waited for longer than this.
          SIGNALBOX_WORKER_ARTIFACT_SECONDS: '1',
        },
      },
    );
  }, 120_000);
  afterAll(async () => {
    await worker?.kill9();
    await db?.close();
    await server?.stop();
    if (disk) await execute('umount', ['-l', disk]).catch(() => undefined);
    await home?.remove();
  }, 60_000);

  test('holds back artifacts, then logs and new runs; runs end with their verdicts; all arrives when there is room', async () => {
    const printed = join(home.path, 'printed');
    const stop = join(home.path, 'stop');
    const talk = await submitJob(
      'talk',
      `i=0; while [ ! -e "${stop}" ]; do i=$((i+1)); echo "line $i of a long run" | tee -a "${printed}"; sleep 0.05; done`,
    );
    await until('its log', async () => (await logOf(talk)).length > 0, { seconds: 60 });

    await fillTo((lowBytes + fullBytes) / 2);
    await until('the server to see it', async () => (await ready()) === 'low', { seconds: 10 });
    const made = await submitJob('make', 'head -c 3000000 /dev/urandom > made.bin; sha256sum made.bin', ['made.bin']);
    await until('a refusal', async () => (await refusals('artifact')) > 2, { seconds: 60 });
    expect(await stand(made)).toBe('running');
    const before = (await logOf(talk)).length;
    await until('more of the log', async () => (await logOf(talk)).length > before, { seconds: 20 });

    await fillTo(fullBytes - 24 * mib);
    await until('the server to see it', async () => (await ready()) === 'full', { seconds: 10 });
    await until('refusals of logs', async () => (await refusals('log')) > 2, { seconds: 30 });
    const later = await submitJob('later', 'echo hello');
    const { blockers, outlook } = await client.call('explain-job', { params: { job: later } });
    expect([outlook, blockers[0]]).toMatchObject(['someone-must-act', { kind: 'disk-full' }]);
    expect(blockers[0]?.what).toMatch(/^The (archive|database) disk of the server has only \d+ MiB left/);
    const held = (await logOf(talk)).length;
    await writeFile(stop, '');
    await until('the verdict', async () => (await stand(talk)) === 'passed', { seconds: 30 });
    expect((await logOf(talk)).length).toBe(held);
    expect(await readFile(printed, 'utf8')).not.toHaveLength(held);
    expect([await stand(later), await stand(made)]).toEqual(['ready', 'running']);

    await rm(join(disk, 'fill'));
    await until('the server to see it', async () => (await ready()) === 'well', { seconds: 10 });
    const whole = await readFile(printed, 'utf8');
    await until('all of the log', async () => digest(await logOf(talk)) === digest(whole), { seconds: 60 });
    await until(
      'the others to end',
      async () => (await stand(later)) === 'passed' && (await stand(made)) === 'passed',
      {
        seconds: 60,
      },
    );
    const { artifacts } = (await client.call('get-job', { params: { job: made } })).runs[0]!;
    const [said = ''] = (await logOf(made)).split(' ');
    expect(artifacts).toMatchObject([{ path: 'made.bin', sizeBytes: 3_000_000, sha256: said }]);
    const run = await runOf(made);
    const bytes = await client.call('get-artifact', { params: { run, '*': 'made.bin' } });
    expect(digest(Buffer.from(await bytes.arrayBuffer()))).toBe(said);
    await until('the log in the archive', async () => {
      const [sealed] = await db.query<{ missing: number }>(sql`
        select missing_bytes as missing from sealed_log where run_id = ${await runOf(talk)}`);
      return sealed?.missing === 0;
    });
    expect(digest(await logOf(talk))).toBe(digest(whole));
  }, 240_000);

  /** Until only so much is free. */
  async function fillTo(freeBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(disk);
    const count = Math.floor((bavail * bsize - freeBytes) / mib);
    await execute('sh', ['-c', `head -c ${count * mib} /dev/zero >> "${join(disk, 'fill')}"`]);
  }

  const ready = async () => ((await (await fetch(`${server.address}/readyz`)).json()) as { disk?: string }).disk;
  const refusals = async (what: string) => {
    const page = await (await fetch(`${server.address}/metrics`)).text();
    expect(page).toMatch(/^signalbox_disk_free_bytes\{disk="database"\} \d+$/m);
    return Number(new RegExp(`^signalbox_disk_refusals_total\\{what="${what}"\\} (\\d+)$`, 'm').exec(page)?.[1] ?? 0);
  };

  async function submitJob(name: string, script: string, artifacts: string[] = []): Promise<number> {
    const step = { name, script, shell: 'sh', always: false, mayFail: false, timeoutSeconds: 600, silentSeconds: 600 };
    const [push] = await db.query<{ id: number }>(sql`
      with added as (
        insert into repo (name, url, poll_seconds) values ('r', '/nowhere', 0)
        on conflict (name) do update set url = excluded.url returning id
      )
      insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
      select id, 'main', 'forward', ${'a'.repeat(40)}, 'Ada', 'Change', 'Change', '[]', 1, now() from added
      returning id`);
    const job = {
      name,
      needs: [],
      pool: 'default',
      attempts: 1,
      attributes: { template: name, platform: null, variant: null, group: null, symbol: 'J' },
      spec: { steps: [step], env: {}, checkout: false, artifacts, secrets: [], timeoutSeconds: 600 },
    };
    const asked = { pushId: push!.id, cause: 'manual', requestKey: randomUUID(), leftOut: [], problem: null } as const;
    const { pipelineId } = await submit(db, { ...asked, jobs: [job] }, queueDefaults);
    const [made] = await db.query<{ id: number }>(sql`select id from job where pipeline_id = ${pipelineId}`);
    return made!.id;
  }

  async function stand(jobId: number): Promise<string> {
    const [job] = await db.query<{ stand: string }>(sql`
      select coalesce(verdict, state) as stand from job where id = ${jobId}`);
    return job!.stand;
  }

  async function runOf(jobId: number): Promise<number> {
    const runs = await db.query<{ id: number }>(sql`select id from run where job_id = ${jobId}`);
    expect(runs.length).toBe(1);
    return runs[0]!.id;
  }

  async function logOf(jobId: number): Promise<string> {
    const [run] = await db.query<{ id: number }>(sql`select id from run where job_id = ${jobId}`);
    if (!run) return '';
    return (await client.call('read-log', { params: { run: run.id, step: 1 } })).text();
  }
});

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
