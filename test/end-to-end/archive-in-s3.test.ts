// An archive on a real S3 server: a job's log and artifacts lie there and nowhere else, are read through the server's pages or at
// a signed address, and the server may die in the middle of an upload.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createClient, type JobDetail } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../kit/database.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type Program, runProgram, startProgram } from '../kit/programs.ts';
import { type S3Server, startS3 } from '../kit/s3.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

const bucket = 'archive';
/** More than two parts of the smallest size that S3 servers take. */
const large = randomBytes(11 * 1_048_576);

let home: Awaited<ReturnType<typeof directoryToRemove>>;
let s3: S3Server;
let database: TestDatabase;
let repository: SampleRepository;
let server: Program;
let worker: Program;
let address: string;

beforeAll(async () => {
  home = await directoryToRemove('archive-in-s3');
  [s3, database, repository] = await Promise.all([startS3(), testDatabase(), sampleRepository({ empty: true })]);
  await s3.bucket(bucket);
}, 120_000);
afterAll(async () => {
  await worker?.kill9();
  await server?.kill9();
  await s3?.stop();
  await repository?.remove();
  await database?.drop();
  await home?.remove();
}, 60_000);

const settings = (more: NodeJS.ProcessEnv = {}) => ({
  DATABASE_URL: database.url,
  SIGNALBOX_DATA: join(home.path, 'data'),
  SIGNALBOX_ARCHIVE: 's3',
  SIGNALBOX_S3_ENDPOINT: s3.endpoint,
  SIGNALBOX_S3_BUCKET: bucket,
  SIGNALBOX_S3_PREFIX: 'ci',
  SIGNALBOX_S3_ACCESS_KEY: 'test:tester',
  SIGNALBOX_S3_SECRET_KEY_FILE: join(home.path, 's3-key'),
  SIGNALBOX_S3_PART_BYTES: '5242880',
  ...more,
});

async function serve(more?: NodeJS.ProcessEnv): Promise<Program> {
  const listen = address ? new URL(address).host : '127.0.0.1:0';
  const program = startProgram(['serve', '--listen', listen], { env: settings(more) });
  address = /http:\/\/[\d.:]+/.exec(await program.line(/listens on/, 60))![0];
  return program;
}

const files = async () => (await s3.contents(bucket)).files.filter((key) => !key.includes('.probe/'));

test('a server with a wrong key says so at its start, and leaves nothing', async () => {
  await writeFile(join(home.path, 's3-key'), 'wrong\n');
  const refused = startProgram(['serve', '--listen', '127.0.0.1:0'], { env: settings() });
  expect((await refused.ended).code).not.toBe(0);
  expect(refused.output).toContain('s3://archive/ci');
  expect(refused.output).toContain('SIGNALBOX_S3_SECRET_KEY');
  expect(refused.output).not.toContain('wrong');
  await writeFile(join(home.path, 's3-key'), 'testing\n');
}, 60_000);

test('a job passes though its server dies between the parts and the whole of its artifact', async () => {
  server = await serve({ CRASH_AT: 's3-parts-sent' });
  worker = startProgram(['worker', '--server', address, '--name', 'w', '--data', join(home.path, 'worker')], {
    env: { SIGNALBOX_TOKEN_FILE: join(home.path, 'data', 'worker-token'), SIGNALBOX_WORKER_RETRY_MOST_MILLIS: '1000' },
  });
  await writeFile(join(home.path, 'large.bin'), large);
  const jobs = `jobs: { make: { steps: ['echo hello; cp "${join(home.path, 'large.bin')}" . ; echo "<b>x</b>" > page.html'], artifacts: [large.bin, page.html] } }`;
  await repository.commit({ files: { '.signalbox.yml': `${jobs}\n` } });
  const added = await runProgram(['add', repository.path, '--name', 'r', '--server', address], {});
  expect(added.code, added.output).toBe(0);
  expect((await server.ended).signal).toBe('SIGKILL');
  // Its parts lie there unseen, until a sweep a day later (packages/server/test/record/stores.test.ts).
  expect((await s3.contents(bucket)).unfinished).toHaveLength(1);
  server = await serve();
  const job = await until(
    'the job to pass',
    async () => ((await newest()).job.verdict === 'passed' ? newest() : undefined),
    {
      seconds: 90,
    },
  );
  expect(job.runs).toHaveLength(1);
  expect(job.runs[0]!.artifacts.map(({ path }) => path)).toEqual(['large.bin', 'page.html']);
}, 180_000);

test('its log and artifacts lie in the bucket under the paths of the archive, and nothing lies on the disk', async () => {
  const found = await until('the log', async () => ((await files()).length === 3 ? files() : undefined), {
    seconds: 60,
  });
  expect(found.map((key) => key.replace(/\/\d{10}\//, '/ID/'))).toEqual([
    'ci/r/builds/main/ID/make-run1.txt.gz',
    'ci/r/builds/main/ID/make-run1/large.bin',
    'ci/r/builds/main/ID/make-run1/page.html',
  ]);
  expect(await readdir(join(home.path, 'data'))).not.toContain('archive');
  expect(await readdir(join(home.path, 'data/uploads'))).toEqual([]);
});

test('they are read through the pages: listed, whole, in part, with digests, and without a script', async () => {
  const [log, artifact, page] = (await files()).map((key) => `${address}/archive/${key.slice('ci/'.length)}`);
  const whole = await fetch(artifact!);
  expect(Buffer.from(await whole.arrayBuffer()).equals(large)).toBe(true);
  const sha256 = createHash('sha256').update(large).digest('hex');
  expect(whole.headers.get('etag')).toBe(`"${sha256}"`);
  expect(whole.headers.get('cache-control')).toContain('immutable');
  const part = await fetch(artifact!, { headers: { range: 'bytes=-5' } });
  expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, large.subarray(-5)]);
  expect((await fetch(artifact!, { headers: { 'if-none-match': `"${sha256}"` } })).status).toBe(304);
  const shown = await fetch(page!);
  expect(shown.headers.get('content-disposition')).toContain('attachment');
  expect(shown.headers.get('content-security-policy')).toContain('sandbox');
  const printed = gunzipSync(Buffer.from(await (await fetch(log!)).arrayBuffer())).toString();
  expect(printed).toContain('hello\n');
  const directory = log!.slice(0, log!.lastIndexOf('/') + 1);
  expect(await (await fetch(`${directory}SHA256SUMS`)).text()).toContain(`${sha256}  make-run1/large.bin`);
  expect(await (await fetch(directory)).text()).toContain('make-run1.txt.gz');
  const read = await runProgram(['log', 'make', '--repo', 'r', '--server', address], {});
  expect(read.stdout).toContain('hello\n');
});

test('where links are allowed, readers are sent to the S3 server, and get the same bytes', async () => {
  await server.stop('SIGTERM');
  server = await serve({ SIGNALBOX_S3_LINK_SECONDS: '60' });
  const [log, artifact, page] = (await files()).map((key) => `${address}/archive/${key.slice('ci/'.length)}`);
  const sent = await fetch(artifact!, { redirect: 'manual' });
  expect([sent.status, sent.headers.get('cache-control')]).toEqual([302, 'no-store']);
  expect(sent.headers.get('location')).toMatch(new RegExp(`^${s3.endpoint}/archive/ci/r/.*X-Amz-Signature=`));
  expect(Buffer.from(await (await fetch(artifact!)).arrayBuffer()).equals(large)).toBe(true);
  expect((await fetch(page!)).headers.get('content-type')).toBe('application/octet-stream');
  expect(gunzipSync(Buffer.from(await (await fetch(log!)).arrayBuffer())).toString()).toContain('hello\n');
  // The pages read logs by lines, which never leave the server whole.
  const read = await runProgram(['log', 'make', '--repo', 'r', '--server', address], {});
  expect(read.stdout).toContain('hello\n');
  expect(await readFile(join(home.path, 's3-key'), 'utf8')).toBe('testing\n');
});

async function newest(): Promise<JobDetail> {
  const client = createClient({ server: address });
  const [brief] = (await client.call('list-jobs', { query: { limit: 1 } })).items;
  if (!brief) throw new Error('there is no job');
  return client.call('get-job', { params: { job: brief.id } });
}
