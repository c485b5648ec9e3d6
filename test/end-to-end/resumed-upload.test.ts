// A large artifact on its way: the network is cut, the server is killed, the worker is killed, and each time only the rest is
// sent. Real processes, and the bytes are counted between them.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../packages/server/src/base/index.ts';
import { Link } from '../chaos/proxy.ts';
import { type TestDatabase, testDatabase } from '../kit/database.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type Program, runProgram, startProgram } from '../kit/programs.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

const mib = 1_048_576;
const large = randomBytes(64 * mib);

let home: Awaited<ReturnType<typeof directoryToRemove>>;
let database: TestDatabase;
let repository: SampleRepository;
let server: Program;
let worker: Program;
let address = '';
let wire: Link;

beforeAll(async () => {
  home = await directoryToRemove('resumed-upload');
  [database, repository] = await Promise.all([testDatabase(), sampleRepository({ empty: true })]);
  await serve();
  wire = new Link('worker to server', () => ({ host: '127.0.0.1', port: Number(new URL(address).port) }));
  await wire.open();
}, 120_000);
afterAll(async () => {
  await worker?.kill9();
  await server?.kill9();
  await wire?.close();
  await repository?.remove();
  await database?.drop();
  await home?.remove();
}, 60_000);

const data = () => join(home.path, 'data');

async function serve(): Promise<void> {
  const listen = address ? new URL(address).host : '127.0.0.1:0';
  server = startProgram(['serve', '--data', data(), '--listen', listen], { env: { DATABASE_URL: database.url } });
  address = /http:\/\/[\d.:]+/.exec(await server.line(/listens on/, 60))![0];
}

function startWorker(): void {
  const by = `http://127.0.0.1:${wire.port}`;
  worker = startProgram(['worker', '--server', by, '--name', 'w', '--data', join(home.path, 'worker')], {
    env: { SIGNALBOX_TOKEN_FILE: join(data(), 'worker-token'), SIGNALBOX_WORKER_RETRY_MOST_MILLIS: '1000' },
  });
}

/** Bytes of it that the server has. */
async function come(): Promise<number> {
  const directory = join(data(), 'archive/.unfinished');
  const [name] = (await readdir(directory)).filter((one) => one.startsWith('upload-'));
  return name ? (await stat(join(directory, name))).size : 0;
}

const runs = () => database.db.query<{ id: number; verdict: string | null }>(sql`select id, verdict from run`);
const hasCome = (bytes: number) =>
  until(`${bytes} bytes to come`, async () => (await come()) >= bytes, { seconds: 60 });

test('only the rest is sent after each cut, and the job passes at its first attempt', async () => {
  startWorker();
  // Slow enough that each cut falls into it.
  wire.turn({ kind: 'throttle', bytesPerSecond: 16 * mib });
  await writeFile(join(home.path, 'large.bin'), large);
  const jobs = `jobs: { make: { steps: ['cp "${join(home.path, 'large.bin')}" .'], artifacts: [large.bin] } }`;
  await repository.commit({ files: { '.signalbox.yml': `${jobs}\n` } });
  const added = await runProgram(['add', repository.path, '--name', 'r', '--server', address], {});
  expect(added.code, added.output).toBe(0);
  await hasCome(16 * mib);
  wire.cut();
  await hasCome(32 * mib);
  await server.kill9();
  await serve();
  await hasCome(48 * mib);
  await worker.kill9();
  startWorker();
  const person = createClient({ server: address });
  const run = await until('the job to pass', async () => (await runs()).find(({ verdict }) => verdict !== null), {
    seconds: 90,
  });
  expect(await runs()).toEqual([{ id: run.id, verdict: 'passed' }]);
  const sha256 = createHash('sha256').update(large).digest('hex');
  const answer = await person.call('get-artifact', { params: { run: run.id, '*': 'large.bin' } });
  expect(
    createHash('sha256')
      .update(Buffer.from(await answer.arrayBuffer()))
      .digest('hex'),
  ).toBe(sha256);
  expect(await come()).toBe(0);
  // Again from the start after any one of the cuts would be 16 MB more at least.
  expect(wire.counts.sentBytes).toBeGreaterThan(large.length);
  expect(wire.counts.sentBytes).toBeLessThan(large.length + 12 * mib);
}, 240_000);
