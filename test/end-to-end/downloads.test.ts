// Artifacts by need: a later job finds in its checkout what earlier jobs of its pipeline left, and nothing else; its own log and
// artifacts may lie beside theirs. A real server and worker, and a network that cuts.
import { createHash } from 'node:crypto';
import { readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type JobDetail } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Link } from '../chaos/proxy.ts';
import { type TestDatabase, testDatabase } from '../kit/database.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type Program, runProgram, startProgram } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

const mebibyte = 1_048_576;
const large = Buffer.alloc(24 * mebibyte, 'signalbox ');
const sha256 = createHash('sha256').update(large).digest('hex');

const configuration = `
jobs:
  build:
    platform: linux
    variant: opt
    steps:
      - mkdir -p dist/deep; yes 'signalbox ' | tr -d '\\n' | head -c ${large.length} > dist/app.bin; echo deep > dist/deep/a.txt; echo no > dist/other.txt
    artifacts: [dist]
  test:
    needs: [{ job: build, artifacts: [dist/app.bin, dist/deep], into: built }]
    beside: build
    steps:
      - sha256sum built/dist/app.bin; cat built/dist/deep/a.txt; test ! -e built/dist/other.txt; echo well > report.txt
    artifacts: [report.txt]
  unfed: { needs: [build], steps: ['test ! -e dist'] }
  missing: { needs: [{ job: build, artifacts: [dist/none.*] }], steps: [echo never] }
  trapped: { attempts: 1, needs: [{ job: build, artifacts: [dist/other.txt], into: trap }], steps: [echo never] }
`;

let home: Awaited<ReturnType<typeof directoryToRemove>>;
let database: TestDatabase;
let repository: SampleRepository;
let server: Program;
let worker: Program;
let link: Link;
let address: string;

beforeAll(async () => {
  home = await directoryToRemove('downloads');
  [database, repository] = await Promise.all([testDatabase(), sampleRepository({ empty: true })]);
  const env = { DATABASE_URL: database.url, SIGNALBOX_DATA: join(home.path, 'data') };
  server = startProgram(['serve', '--listen', '127.0.0.1:0'], { env });
  address = /http:\/\/[\d.:]+/.exec(await server.line(/listens on/, 60))![0];
  const { hostname, port } = new URL(address);
  link = new Link('worker', () => ({ host: hostname, port: Number(port) }));
  await link.open();
  worker = startProgram(
    ['worker', '--server', `http://127.0.0.1:${link.port}`, '--name', 'w', '--data', join(home.path, 'worker')],
    {
      env: { SIGNALBOX_TOKEN_FILE: join(home.path, 'data', 'worker-token'), SIGNALBOX_WORKER_RETRY_MOST_MILLIS: '500' },
    },
  );
  // A link in the tree that leads out of it: what comes from elsewhere must not follow it.
  await symlink(home.path, join(repository.path, 'trap'));
  await repository.commit({ files: { '.signalbox.yml': configuration } });
  link.turn({ kind: 'throttle', bytesPerSecond: 8 * mebibyte });
  const added = await runProgram(['add', repository.path, '--name', 'r', '--server', address], {});
  expect(added.code, added.output).toBe(0);
}, 120_000);
afterAll(async () => {
  await worker?.kill9();
  await server?.kill9();
  await link?.close();
  await repository?.remove();
  await database?.drop();
  await home?.remove();
}, 60_000);

async function ended(name: string): Promise<JobDetail> {
  const client = createClient({ server: address });
  return until(
    `${name} to end`,
    async () => {
      const { items } = await client.call('list-jobs', { query: { limit: 20 } });
      const brief = items.find((job) => job.name === name && job.state === 'done');
      return brief && client.call('get-job', { params: { job: brief.id } });
    },
    { seconds: 120 },
  );
}

const log = async (name: string) => (await runProgram(['log', name, '--repo', 'r', '--server', address], {})).stdout;

test('a job finds what it needs of another, whole, though the network cuts while it comes', async () => {
  expect((await ended('build')).job.verdict).toBe('passed');
  let cuts = 0;
  let last = 0;
  const job = ended('test');
  let isOver = false;
  void job.finally(() => {
    isOver = true;
  });
  await until(
    'two cuts in the middle of a file',
    async () => {
      if (isOver) return true;
      const part = await findPart(join(home.path, 'worker'));
      const size = part === null ? 0 : ((await stat(part).catch(() => null))?.size ?? 0);
      if (size > last + 2 * mebibyte && size < 20 * mebibyte) {
        last = size;
        cuts += 1;
        link.cut();
      }
      return cuts === 2;
    },
    { seconds: 90 },
  );
  link.turn({ kind: 'clear' });
  const {
    job: { verdict },
    runs,
  } = await job;
  expect([verdict, runs.length]).toEqual(['passed', 1]);
  expect(cuts).toBe(2);
  const printed = await log('test');
  expect(printed).toContain(`${sha256}  built/dist/app.bin`);
  expect(printed).toContain('deep\n');
  expect(printed).toContain(`built/dist/app.bin of build (${large.length} bytes)`);
}, 240_000);

test('a job that only waits for another finds nothing of it', async () => {
  expect((await ended('unfed')).job.verdict).toBe('passed');
}, 120_000);

test('what no artifact matches fails the job before its first step, and says what there was', async () => {
  const {
    job: { verdict },
    runs,
  } = await ended('missing');
  expect(verdict).toBe('failed');
  const why = '"dist/none.*" of build: None of the 3 artifacts of build matches';
  expect(runs[0]?.run.reason).toEqual({ code: 'artifact-missing', text: why });
  expect(runs[0]?.run.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'Set up failed',
    'echo never skipped',
  ]);
}, 120_000);

test('a link of the tree does not lead what comes out of the checkout', async () => {
  const {
    job: { verdict },
    runs,
  } = await ended('trapped');
  expect(verdict).toBe('errored');
  expect(runs[0]?.run.reason?.text).toContain('"trap" in the checkout is no directory');
  expect(await stat(join(home.path, 'dist')).catch(() => null)).toBeNull();
}, 120_000);

test('beside: the log and the artifacts of a test lie in the directory of the build, with its digests and manifest', async () => {
  const [build, tested] = await Promise.all([ended('build'), ended('test')]);
  const manifest = await until(
    'both logs in the archive',
    async () => {
      const text = await read('manifest.json', build);
      const files = (JSON.parse(text) as { files: { path: string; kind: string }[] }).files;
      return files.filter(({ kind }) => kind === 'log').length >= 2 ? (JSON.parse(text) as Manifest) : undefined;
    },
    { seconds: 60 },
  );
  const paths = manifest.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'build-run1.txt.gz',
      'build-run1/dist/app.bin',
      'test-run1.txt.gz',
      'test-run1/report.txt',
    ]),
  );
  expect(manifest.runs.find(({ lane }) => lane === 'test')).toMatchObject({ platform: null, variant: null });
  expect(await read('SHA256SUMS', build)).toContain(`${sha256}  build-run1/dist/app.bin`);
  expect(tested.job.attributes.beside).toEqual({ lane: 'build', platform: 'linux', variant: 'opt' });
}, 120_000);

type Manifest = { files: { path: string }[]; runs: { lane: string; platform: string | null }[] };

/** A file of the directory in which the build lies. */
async function read(name: string, { pipeline }: JobDetail): Promise<string> {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/.exec(pipeline.buildId)!.map(Number);
  const time = Date.UTC(year!, month! - 1, day!, hour, minute, second) / 1000;
  return (await fetch(`${address}/archive/r/builds/main-linux-opt/${time}/${name}`)).text();
}

/** The file that is on its way into a checkout of this worker. */
async function findPart(directory: string): Promise<string | null> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const part = names.find((name) => name.endsWith('download.part'));
  return part === undefined ? null : join(directory, part);
}
