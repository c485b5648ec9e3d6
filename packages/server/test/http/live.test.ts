// The hints that keep pages live: what changed is said at once, to who asked for it, and nothing stays of readers that went.
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { type Live, startLive } from '../../src/base/index.ts';
import { streamHints } from '../../src/http/live/stream.ts';
import { ask } from './asking.ts';
import { openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;
const open: ClientRequest[] = [];

beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
});
afterEach(() => {
  for (const sent of open.splice(0)) sent.destroy();
});
afterAll(() => house.stop());

type Reader = {
  readonly response: IncomingMessage;
  readonly text: string;
  heard(topic: string): Promise<true>;
  leave(): void;
};

async function read(topics: string, address = house.address): Promise<Reader> {
  const sent = request(`${address}/api/v1/live?topics=${encodeURIComponent(topics)}`, { agent: false });
  open.push(sent);
  sent.on('error', () => undefined);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  response.on('error', () => undefined);
  return {
    response,
    get text() {
      return text;
    },
    heard: (topic) => until(`the hint ${topic}`, () => text.includes(`data: ${topic}\n\n`), { seconds: 5 }),
    leave: () => sent.destroy(),
  };
}

test('a stream begins at once, is not kept by anybody on the way, and says when to come back', async () => {
  const reader = await read('repos');
  await until('its beginning', () => reader.text.startsWith('retry: 1000\n\n'));
  expect(reader.response.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
});

test('each change is said to who asked for it, and to nobody else', async () => {
  const { person } = house;
  const [repos, workers, repo] = await Promise.all([
    read('repos'),
    read('workers'),
    read(`repo:${yard.repoId},repo:999`),
  ]);
  await person.call('add-repo', { params: { repo: 'app' }, body: { url: '/nowhere/app.git', pollSeconds: 0 } });
  await repos.heard('repos');
  const { jobId, pipelineId } = await yard.submitJob();
  const [job, pipeline] = await Promise.all([read(`job:${jobId}`), read(`pipeline:${pipelineId}`)]);
  const order = (await yard.claim())!;
  await Promise.all([
    job.heard(`job:${jobId}`),
    pipeline.heard(`pipeline:${pipelineId}`),
    repo.heard(`repo:${yard.repoId}`),
  ]);
  await workers.heard('workers');
  const run = await read(`run:${order.runId}`);
  const held = { runId: order.runId, claimId: order.claimId, jobId, pipelineId };
  await yard.appendLog(held, 'hello\n');
  await run.heard(`run:${order.runId}`);
  const before = pipeline.text.length;
  await yard.finish(held, 'passed', [6]);
  await until('the end of the pipeline', () => pipeline.text.length > before);
  expect(repos.text).not.toContain('job:');
  expect(job.text).not.toContain('pipeline:');
  expect(run.text.replace(/retry: 1000\n\n|data: run:\d+\n\n/g, '')).toBe('');
});

test('who reads the log of a run makes its worker send at once', async () => {
  const run = await yard.holdRun();
  expect(await yard.appendLog(run, 'one\n')).toEqual({ watched: false });
  const renewal = house.worker.call('renew', {
    params: { worker: yard.workerId },
    body: { held: [run].map(({ runId, claimId }) => ({ runId, claimId })), waitSeconds: 30 },
  });
  await read(`run:${run.runId}`);
  expect((await renewal).watched).toEqual([run.runId]);
  expect(await yard.appendLog(run, 'two\n', { offset: 4 })).toEqual({ watched: true });
});

test.each([
  ['nothing', ''],
  ['a comma', ','],
  ['what does not exist', 'jobs'],
  ['no number', 'job:'],
  ['job 0', 'job:0'],
  ['a negative number', 'job:-1'],
  ['more than a number', 'job:1x'],
  ['all runs', 'run:*'],
  ['all repositories', 'repo:*'],
  ['what servers tell each other of pools', 'ready:default'],
  ['what servers tell each other of workers', 'worker:1'],
  ['what servers tell each other of tokens', 'tokens'],
  ['a line break', 'repos\n'],
  ['a space', 'repos, workers'],
  ['too long a number', 'run:99999999999999999'],
  ['too many', Array.from({ length: 51 }, (_, index) => `job:${index + 1}`).join()],
  ['too much', 'a'.repeat(2001)],
])('who asks for %s is refused', async (_what, topics) => {
  const answer = await ask(house.address, `/api/v1/live?topics=${encodeURIComponent(topics)}`);
  expect([answer.status, answer.json['code']]).toEqual([400, 'bad-request']);
});

test('without topics, and by HEAD, there is an answer that ends', async () => {
  expect((await ask(house.address, '/api/v1/live')).status).toBe(400);
  const head = await ask(house.address, '/api/v1/live?topics=repos', { method: 'HEAD' });
  expect([head.status, head.headers['content-type'], head.text]).toEqual([200, 'text/event-stream', '']);
});

test('nothing is kept for readers that went', async () => {
  const real = startLive(house.database.url);
  let watching = 0;
  const counted: Live = {
    ...real,
    watch(topic, heard) {
      watching += 1;
      const unwatch = real.watch(topic, heard);
      return () => {
        watching -= 1;
        unwatch();
      };
    },
  };
  let beats = 0;
  const doors = fastify({ forceCloseConnections: true });
  doors.get('/api/v1/live', (_request, reply) => streamHints(reply, counted, ['repos', 'workers'], () => void beats++));
  const address = await doors.listen({ port: 0, host: '127.0.0.1' });
  try {
    const readers = await Promise.all(Array.from({ length: 20 }, () => read('repos', address)));
    await until('all readers', () => watching === 40);
    expect(beats).toBe(20);
    real.hint('repos');
    await Promise.all(readers.map((reader) => reader.heard('repos')));
    for (const reader of readers) reader.leave();
    await until('nobody', () => watching === 0);
    real.hint('repos');
    await turn();
  } finally {
    await doors.close();
    await real.stop();
  }
});

test('a reader that takes nothing is cut off instead of filling the memory', async () => {
  const real = startLive(house.database.url);
  const doors = fastify({ forceCloseConnections: true });
  let closed = false;
  doors.get('/api/v1/live', (_request, reply) => {
    reply.raw.once('close', () => {
      closed = true;
    });
    return streamHints(reply, real, ['repos'], () => undefined);
  });
  const address = await doors.listen({ port: 0, host: '127.0.0.1' });
  try {
    const sent = request(`${address}/api/v1/live`, { agent: false });
    open.push(sent);
    sent.on('error', () => undefined);
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.pause();
    response.on('error', () => undefined);
    let hints = 0;
    await until(
      'the cut',
      async () => {
        for (let each = 0; each < 50_000; each++) real.hint('repos');
        hints += 50_000;
        await turn();
        return closed || hints > 3_000_000;
      },
      { seconds: 15 },
    );
    expect(closed).toBe(true);
  } finally {
    await doors.close();
    await real.stop();
  }
});

test('a server stops at once though pages are open', { timeout: 10_000 }, async () => {
  const other = await testServer({}, { database: house.database });
  const reader = await read('repos,workers', other.address);
  const ended = new Promise((resolve) => reader.response.once('close', resolve));
  await other.stop();
  await ended;
});
