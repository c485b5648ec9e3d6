// The main job on real input: five pushes through git and its hook to a repository with real source, real compilers and test
// runners in the jobs, a browser that sees the log grow, and a server that is killed in the middle and loses nothing.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Client, createClient, type JobBrief, type JobDetail, type PushDetail } from '@signalbox/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../kit/browser.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type Program, repositoryRoot, runProgram, startProgram } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

const soakLines = 6000;
const config = `
env:
  TSC: ${join(repositoryRoot, 'node_modules/typescript/bin/tsc')}
jobs:
  types:
    steps:
      - name: Compile
        script: node "$TSC" --noEmit --pretty false -p .
  test:
    needs: [types]
    steps:
      - name: Run the tests
        script: node --test test/
    artifacts: [package.json]
  soak:
    if-changed: [soak.mjs]
    checkout: true
    steps:
      - name: Print for a while
        script: node soak.mjs
`;
/** Prints numbered lines for some seconds: what the log must hold, byte for byte, is known beforehand. */
const soak = `
let line = 0;
const more = () => {
  for (let part = 0; part < ${soakLines / 60}; part += 1) { line += 1; process.stdout.write('line ' + line + ' of the long run\\n'); }
  if (line < ${soakLines}) setTimeout(more, 150);
};
more();
`;

let home: Awaited<ReturnType<typeof directoryToRemove>>;
let repository: SampleRepository;
let browser: Browser;
let address: string;
let client: Client;
let server: Program;
let worker: Program;

beforeAll(async () => {
  home = await directoryToRemove('end-to-end');
  address = `http://127.0.0.1:${await freePort()}`;
  [repository, browser] = await Promise.all([realSource(), openBrowser()]);
  server = await startServer();
  worker = startProgram(
    ['worker', '--server', address, '--name', 'w1', '--capacity', '2', '--data', join(home.path, 'worker')],
    {
      env: { SIGNALBOX_TOKEN_FILE: join(home.path, 'server', 'worker-token') },
    },
  );
  client = createClient({ server: address });
  const added = await runProgram(['add', repository.barePath, '--name', 'yaml', '--server', address]);
  expect(added.output).toContain('Its hook tells of new commits now');
  await until('the first look', async () => (await client.call('get-repo', { params: { repo: 'yaml' } })).lastLookAt, {
    seconds: 30,
  });
}, 120_000);

afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  await browser?.close();
  await repository?.remove();
  await home?.remove();
});

test('the repository holds real source in at least 30 commits', async () => {
  expect(Number(await repository.git('rev-list', '--count', 'HEAD'))).toBeGreaterThanOrEqual(30);
});

test('a push is compiled and tested by real tools, and its files and logs lie in the archive', async () => {
  const push = await pushAndWait({ files: { '.signalbox.yml': config }, message: 'Build it with Signalbox' });
  expect(verdicts(push)).toEqual({ types: 'passed', test: 'passed' });
  expect(push.pipelines[0]?.pipeline.leftOut).toMatchObject([{ name: 'soak', kind: 'unchanged' }]);
  const detail = await jobOf(push, 'test');
  const text = await archivedLog(detail);
  expect(text).toMatch(/# pass 2/);
  expect(detail.runs[0]?.artifacts).toMatchObject([{ path: 'package.json' }]);
}, 120_000);

test('a push that does not compile is red, with the compiler’s own line in its log and on the page', async () => {
  const bad = 'export const count: number = "three";\n';
  const push = await pushAndWait({ files: { 'src/wrong.ts': bad }, message: 'Break the types' });
  expect(verdicts(push)).toEqual({ types: 'failed', test: 'skipped' });
  const detail = await jobOf(push, 'types');
  expect(detail.job.reason?.text).toContain('Compile');
  expect(await archivedLog(detail)).toContain(
    "src/wrong.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.",
  );
  const page = await browser.newPage();
  await page.goto(`${address}/jobs/${detail.job.id}`);
  await page
    .getByText(/error TS2322/)
    .first()
    .waitFor({ timeout: 15_000 });
  await page.close();
}, 120_000);

test('the push that mends it is green again', async () => {
  const push = await pushAndWait({
    files: { 'src/wrong.ts': 'export const count: number = 3;\n' },
    message: 'Mend the types',
  });
  expect(verdicts(push)).toEqual({ types: 'passed', test: 'passed' });
}, 120_000);

test('a browser sees the log grow while the run writes it', async () => {
  const job = await pushSoak('Print for a while');
  const page = await browser.newPage();
  await page.goto(`${address}/jobs/${job.id}`);
  const log = page.getByRole('log');
  await log
    .getByText(/line \d+ of the long run/)
    .first()
    .waitFor({ timeout: 20_000 });
  const newest = async () =>
    Math.max(0, ...[...((await log.textContent()) ?? '').matchAll(/line (\d+) of/g)].map((match) => Number(match[1])));
  const early = await newest();
  expect((await client.call('get-job', { params: { job: job.id } })).job.state).toBe('running');
  await until('more lines without a reload', async () => (await newest()) > early, { seconds: 15 });
  await page.getByText(`line ${soakLines} of the long run`).waitFor({ timeout: 60_000 });
  await page.close();
  await expectWholeSoak(job.id);
}, 120_000);

test('kill -9 of the server in the middle of a run and a restart lose nothing: the run ends with its whole log', async () => {
  const job = await pushSoak('Print again\n\nand survive', '// once more\n');
  await until(
    'a part of the log',
    async () =>
      (await client.call('get-job', { params: { job: job.id } })).runs[0]?.logs.some(
        (log) => log.step > 0 && log.sizeBytes > 0,
      ),
    { seconds: 30 },
  );
  await server.kill9();
  server = await startServer();
  await expectWholeSoak(job.id);
  const detail = await client.call('get-job', { params: { job: job.id } });
  expect(detail.runs.length, 'one run: it was not interrupted').toBe(1);
}, 180_000);

/** yaml's own TypeScript declarations and modules, in commits of a few files each, with a small program and tests on top. */
async function realSource(): Promise<SampleRepository> {
  const made = await sampleRepository();
  const source = join(repositoryRoot, 'node_modules/yaml/dist');
  const files = (await readdir(source, { recursive: true })).filter((file) => /\.(js|d\.ts)$/.test(file)).sort();
  const each = Math.ceil(files.length / 34);
  for (let from = 0; from < files.length; from += each) {
    const part = files.slice(from, from + each);
    const texts = await Promise.all(
      part.map(async (file) => [`yaml/${file}`, await readFile(join(source, file), 'utf8')] as const),
    );
    await made.commit({ files: Object.fromEntries(texts), message: `Add ${part[0]} and ${part.length - 1} more` });
  }
  const types = join(repositoryRoot, 'node_modules/@types');
  await made.commit({
    message: 'Read a document',
    files: {
      'package.json': '{ "name": "reader", "type": "commonjs" }\n',
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          strict: true,
          module: 'node16',
          target: 'es2022',
          skipLibCheck: true,
          types: ['node'],
          typeRoots: [types],
        },
        include: ['src'],
      }),
      'src/read.ts':
        "import { parse } from '../yaml/index.js';\nexport const read = (text: string): unknown => parse(text);\n",
      'test/read.test.js':
        "const test = require('node:test');\nconst assert = require('node:assert');\nconst { parse } = require('../yaml/index.js');\n" +
        "test('a list is read', () => assert.deepEqual(parse('- 1\\n- 2\\n'), [1, 2]));\ntest('a map is read', () => assert.deepEqual(parse('a: b'), { a: 'b' }));\n",
    },
  });
  await made.push();
  return made;
}

async function startServer(): Promise<Program> {
  const program = startProgram([
    'serve',
    '--data',
    join(home.path, 'server'),
    '--listen',
    address.replace('http://', ''),
  ]);
  await program.line(/Signalbox listens on/, 60);
  return program;
}

/** Pushes a commit with git; the hook does the rest. Waits until its pipeline has ended. */
async function pushAndWait(change: Parameters<SampleRepository['commit']>[0]): Promise<PushDetail> {
  const pushed = await pushOne(change);
  return until(
    'the end of the pipeline',
    async () => {
      const detail = await client.call('get-push', { params: { push: pushed.push.id } });
      return detail.pipelines[0]?.pipeline.finishedAt && detail;
    },
    { seconds: 90 },
  );
}

async function pushOne(change: Parameters<SampleRepository['commit']>[0]): Promise<PushDetail> {
  const revision = await repository.commit(change);
  await repository.push();
  return until(
    'the pipeline of the push',
    async () => {
      const { rows } = await client.call('get-grid', { params: { repo: 'yaml' }, query: { limit: 1 } });
      return rows[0]?.push.revision === revision && rows[0].pipelines.length > 0 && rows[0];
    },
    { seconds: 30 },
  );
}

async function pushSoak(message: string, more = ''): Promise<JobBrief> {
  const push = await pushOne({ files: { 'soak.mjs': soak + more }, message });
  const job = push.pipelines[0]?.jobs.find((each) => each.name === 'soak');
  return job!;
}

/** The long run has passed, and what the archive holds of it is what it printed, byte for byte. */
async function expectWholeSoak(jobId: number): Promise<void> {
  const detail = await until(
    'the end of the long run',
    async () => {
      const seen = await client.call('get-job', { params: { job: jobId } });
      return seen.job.verdict && seen.runs[0]?.logState === 'sealed' && seen;
    },
    { seconds: 120 },
  );
  expect(detail.job).toMatchObject({ verdict: 'passed', runCount: 1 });
  const step = detail.runs[0]!.run.steps.find((each) => each.name === 'Print for a while')!;
  const log = await client.call('read-log', { params: { run: detail.runs[0]!.run.id, step: step.index } });
  const printed = Array.from({ length: soakLines }, (_, index) => `line ${index + 1} of the long run\n`).join('');
  const text = await log.text();
  expect(createHash('sha256').update(text).digest('hex')).toBe(createHash('sha256').update(printed).digest('hex'));
  expect(await archivedLog(detail)).toContain(printed);
}

const verdicts = (push: PushDetail) =>
  Object.fromEntries(push.pipelines[0]!.jobs.map((job) => [job.name, job.verdict]));

function jobOf(push: PushDetail, name: string): Promise<JobDetail> {
  const job = push.pipelines[0]!.jobs.find((each) => each.name === name)!;
  return until('its log in the archive', async () => {
    const detail = await client.call('get-job', { params: { job: job.id } });
    return detail.runs[0]?.logState === 'sealed' && detail;
  });
}

async function archivedLog(detail: JobDetail): Promise<string> {
  const file = await client.call('download-log', { params: { run: detail.runs[0]!.run.id } });
  return gunzipSync(Buffer.from(await file.arrayBuffer())).toString();
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
