// What comes as a body: without end, beyond the limit, malformed, hostile. It is refused by name and leaves nothing behind.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { contract, type Endpoint, type EndpointId, type Problem, problems, routes } from '@signalbox/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { ask, askJson, bearer } from './asking.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;
let worker: { authorization: string };

beforeAll(async () => {
  house = await testServer({
    SIGNALBOX_JSON_BYTES: '20000',
    SIGNALBOX_LOG_APPEND_BYTES: '30000',
    SIGNALBOX_ARTIFACT_BYTES: '40000',
  });
  yard = await openYard(house);
  worker = bearer((await readFile(join(house.data, 'worker-token'), 'utf8')).trim());
});
afterAll(() => house.stop());

const bytes = { 'content-type': 'application/octet-stream' };
const digest = 'a'.repeat(64);
const chunks = JSON.stringify([{ step: 0, offset: 0, sizeBytes: 5, lines: 1, memberBytes: 25 }]);
const logHeaders = (run: HeldRun) => ({ ...worker, ...bytes, 'x-claim-id': run.claimId, 'x-log-chunks': chunks });
const artifactHeaders = (run: HeldRun) => ({ ...worker, ...bytes, 'x-claim-id': run.claimId, 'x-sha256': digest });
const unfinished = () => readdir(join(house.data, 'archive/.unfinished'));

/** Pours bytes until the server cuts the connection; what it answered before. */
function pour(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(house.address);
    const sent = request({
      hostname,
      port,
      path,
      method,
      headers: { ...headers, connection: 'keep-alive' },
      agent: false,
    });
    const part = Buffer.alloc(1000, ' ');
    let answer: { status: number; code: string } | undefined;
    const timer = setInterval(() => sent.write(part), 2);
    sent.on('response', async (response) => {
      let text = '';
      for await (const piece of response) text += piece;
      answer = { status: response.statusCode ?? 0, code: (JSON.parse(text) as Problem).code };
    });
    sent.on('error', () => undefined);
    sent.on('close', () => {
      clearInterval(timer);
      if (answer) resolve(answer);
      else reject(new Error(`${method} ${path}: cut without an answer`));
    });
  });
}

describe('a body without end', () => {
  test('is answered with what is wrong, then cut off, and leaves nothing behind', async () => {
    const run = await yard.holdRun();
    const json = { 'content-type': 'application/json' };
    const base = `/api/v1/runs/${run.runId}`;
    const strange = { ...artifactHeaders(run), 'x-claim-id': randomUUID() };
    const tooLarge = { status: 413, code: 'too-large' };
    expect(
      await Promise.all([
        pour('PUT', '/api/v1/repos/endless', json),
        pour('POST', `${base}/finish`, { ...json, ...worker }),
        pour('POST', `${base}/log`, logHeaders(run)),
        pour('PUT', `${base}/artifacts/endless`, artifactHeaders(run)),
        pour('PUT', `${base}/artifacts/strange`, strange),
        pour('PUT', `${base}/artifacts/nobody`, bytes),
        pour('POST', `${base}/finish`, bytes),
      ]),
    ).toEqual([
      tooLarge,
      tooLarge,
      tooLarge,
      tooLarge,
      { status: 409, code: 'claim-lost' },
      { status: 401, code: 'not-logged-in' },
      { status: 401, code: 'not-logged-in' },
    ]);
    const detail = await house.person.call('get-run', { params: { run: run.runId } });
    expect([detail.logs, detail.artifacts, detail.run.verdict]).toEqual([[], [], null]);
    expect(await unfinished()).toEqual([]);
    expect((await ask(house.address, '/api/v1/repos/endless')).status).toBe(404);
  });

  test('that says its length is refused before it is read', async () => {
    const answer = await ask(house.address, '/api/v1/repos/long', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'content-length': '99999999' },
      body: ' '.repeat(100),
    });
    expect(answer).toMatchObject({ status: 413, json: { code: 'too-large' } });
  });

  test('whose sender goes away in the middle leaves nothing behind', async () => {
    const run = await yard.holdRun();
    const { hostname, port } = new URL(house.address);
    const path = `/api/v1/runs/${run.runId}/artifacts/half`;
    const sent = request({ hostname, port, path, method: 'PUT', headers: artifactHeaders(run), agent: false });
    sent.on('error', () => undefined);
    sent.write(Buffer.alloc(5000));
    await until('the file that was begun', async () => (await unfinished()).length > 0);
    sent.destroy();
    await until('its removal', async () => (await unfinished()).length === 0);
    expect((await house.person.call('get-run', { params: { run: run.runId } })).artifacts).toEqual([]);
    await yard.putArtifact(run, 'half', 'whole');
  });
});

test('a sender that falls silent in the middle of a body is cut off', async () => {
  let stallMs = 0;
  const other = await testServer(
    {},
    {
      database: house.database,
      onDoors(doors) {
        stallMs = doors.server.timeout;
        doors.server.timeout = 500;
      },
    },
  );
  // Longer than a claim may wait.
  expect(stallMs).toBeGreaterThan(60_000);
  const { hostname, port } = new URL(other.address);
  const socket = connect(Number(port), hostname);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(
    'POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  );
  await ended;
  await other.stop();
});

const repo = '/api/v1/repos/app';
const url = '/nowhere/app.git';

describe('a body for people', () => {
  test.each([
    ['no JSON', '{"url": "/x"'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a key too many', { url, pollseconds: 3 }],
    ['a __proto__', `{"url":"${url}","__proto__":{"pollSeconds":1}}`],
    ['a constructor with a prototype', `{"url":"${url}","constructor":{"prototype":{"a":1}}}`],
    ['a NUL', { url: '/no\0where' }],
    ['half of a character', `{"url":"/x\\ud800"}`],
    ['the other half', `{"url":"/x\\udc00y"}`],
    ['too long a text', { url: `/${'a'.repeat(1001)}` }],
    ['a number below its least', { url, pollSeconds: -1 }],
    ['a number beyond its most', { url, pollSeconds: 1e300 }],
    ['half a number', { url, pollSeconds: 1.5 }],
    ['what is no number', { url, pollSeconds: 'soon' }],
  ])('with %s is a bad request, and nothing is stored', async (_what, body) => {
    const answer = await askJson(house.address, 'PUT', repo, body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'bad-request' } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(Object.keys(answer.json).sort()).toEqual(['code', 'detail', 'instance', 'status', 'title', 'type']);
    expect((await ask(house.address, repo)).status).toBe(404);
  });

  test('with a mistyped key names it', async () => {
    const { json } = await askJson(house.address, 'PUT', repo, { url, pollSecs: 3 });
    expect(json['detail']).toContain('"pollSecs"');
  });

  test('must be of the kind that the contract says', async () => {
    const sent = (headers: Record<string, string>) =>
      ask(house.address, repo, { method: 'PUT', headers, body: '{"url":"/x"}' });
    for (const type of [
      'text/plain',
      'application/octet-stream',
      'application/jsonx',
      'no type at all',
      'application/x-ndjson',
    ])
      expect([type, (await sent({ 'content-type': type })).status]).toEqual([type, 415]);
    expect((await sent({})).status).toBe(415);
  });

  test('with a secret that could not be struck out of logs is refused, and says why', async () => {
    expect((await askJson(house.address, 'PUT', '/api/v1/repos/secretive', { url })).status).toBe(200);
    const set = (value: string) =>
      askJson(house.address, 'PUT', '/api/v1/repos/secretive/secrets/PIN', { value }).then(({ status, json }) => [
        status,
        json['detail'],
      ]);
    expect(await set('4711')).toEqual([400, expect.stringContaining('8')]);
    expect(await set('   4711   ')).toEqual([400, expect.stringMatching(/PIN has fewer than 8.*struck out of logs/)]);
    expect(await set('4711-4711')).toEqual([200, undefined]);
  });

  test('of a report is looked at before it is taken', async () => {
    await askJson(house.address, 'PUT', '/api/v1/repos/told', { url, pollSeconds: 0 });
    const report = (body: object) => askJson(house.address, 'POST', '/api/v1/repos/told/pushes', body);
    for (const body of [
      { branch: '' },
      { branch: '--upload-pack=x' },
      { branch: 'a..b' },
      { branch: 'main', revision: 'HEAD' },
      { branch: 'main', revision: 'abc123' },
      { branch: 'main', before: '--all' },
    ]) {
      expect([body, await report(body)]).toEqual([body, expect.objectContaining({ status: 400 })]);
    }
    expect((await report({ branch: 'refs/heads/main', revision: 'a'.repeat(40), before: '0'.repeat(40) })).status).toBe(
      202,
    );
    expect((await report({})).status).toBe(202);
  });
});

test('a worker that is newer than the server may say more than the server understands', async () => {
  const facts = { name: 'newer', pools: ['default'], capacity: 1, version: '9', platform: 'linux-x64', gpus: 2 };
  expect((await askJson(house.address, 'POST', '/api/v1/workers', facts, worker)).status).toBe(200);
});

test('a worker hears what is wrong with what it sends as bytes', async () => {
  const run = await yard.holdRun();
  const log = (more: Record<string, string>, body: string | Buffer = 'x'.repeat(25)) =>
    ask(house.address, `/api/v1/runs/${run.runId}/log`, {
      method: 'POST',
      headers: { ...logHeaders(run), ...more },
      body,
    });
  const one = { step: 0, offset: 0, sizeBytes: 5, lines: 1, memberBytes: 25 };
  for (const wrong of [
    'no json',
    '[]',
    '{}',
    'null',
    '[null]',
    '[1]',
    JSON.stringify([{ ...one, step: -1 }]),
    JSON.stringify([{ ...one, step: 99_999_999_999 }]),
    JSON.stringify([{ ...one, offset: 2 ** 53 }]),
    JSON.stringify([{ ...one, sizeBytes: 0 }]),
    JSON.stringify([{ ...one, memberBytes: 24 }]),
    JSON.stringify([{ ...one, memberBytes: 1e9 }]),
    JSON.stringify([one, one]),
    JSON.stringify([one]),
  ]) {
    expect([wrong, (await log({ 'x-log-chunks': wrong })).status]).toEqual([wrong, 400]);
  }
  expect((await log({ 'content-type': 'application/json' }, '{}')).status).toBe(415);
  expect((await log({ 'x-claim-id': 'mine' })).status).toBe(400);
  const put = (path: string, more: Record<string, string> = {}) =>
    ask(house.address, `/api/v1/runs/${run.runId}/artifacts/${path}`, {
      method: 'PUT',
      headers: { ...artifactHeaders(run), ...more },
      body: 'x',
    });
  for (const path of [
    '',
    '/',
    '/etc/passwd',
    'a//b',
    'a/',
    '.',
    '..',
    '../x',
    'a/../../x',
    '%2e%2e/x',
    'a%00b',
    'a%5cb',
    'C:/x',
    'a%0ab',
    'x'.repeat(1001),
    '%ff',
  ])
    expect([path, (await put(path)).status]).toEqual([path, 400]);
  expect((await put('x', { 'x-sha256': 'A'.repeat(64) })).status).toBe(400);
  expect(await put('x')).toMatchObject({ status: 422, json: { code: 'digest-mismatch' } });
});

test('a number in an address is a whole one from 1 on, as far as numbers are exact', async () => {
  const asked = async (path: string) => (await ask(house.address, path)).status;
  for (const id of [
    '0',
    '-1',
    '1.5',
    '1e30',
    'NaN',
    'Infinity',
    '%20',
    '9007199254740993',
    '99999999999999999999',
    'a',
    '%00',
    "1'--",
  ]) {
    for (const kind of ['jobs', 'runs', 'pushes', 'pipelines']) {
      expect([id, kind, await asked(`/api/v1/${kind}/${id}`)]).toEqual([id, kind, 400]);
    }
  }
  expect(await asked('/api/v1/jobs/9007199254740991')).toBe(404);
  expect(await asked('/api/v1/runs/9007199254740991/log.txt.gz')).toBe(404);
  const { runId } = await yard.holdRun();
  expect(await asked(`/api/v1/runs/${runId}/steps/99999999999/log`)).toBe(400);
  expect(await asked(`/api/v1/runs/${runId}/steps/2147483647/log?from=9007199254740991`)).toBe(200);
  for (const query of [
    'cursor=0',
    'cursor=-1',
    'cursor=x',
    'cursor=1e3',
    'limit=0',
    'limit=9999',
    'limit=x',
    'state=odd',
    'branch=%00',
    'name=a%00',
  ])
    expect([query, await asked(`/api/v1/jobs?${query}`)]).toEqual([query, 400]);
  expect(await asked('/api/v1/jobs?cursor=9007199254740991')).toBe(200);
  expect(await asked('/api/v1/jobs?cursor=9999999999999999')).toBe(200);
});

describe('whatever is sent', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '\0',
      '\ud800',
      'a'.repeat(300),
      '__proto__',
      '2026-01-01T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-23:59',
      randomUUID(),
    ),
  );
  const value = fc.oneof(
    text,
    fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 53, 1e300, 1e-300)),
    fc.jsonValue({ maxDepth: 2 }),
  );

  /** What the schema asks for, now and then with something else in its place: so it comes deeper than noise would. */
  type Schema = { readonly [key: string]: unknown };
  function like(schema: Schema): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 12, arbitrary: right(schema) }, { weight: 1, arbitrary: value });
  }
  function right(schema: Schema): fc.Arbitrary<unknown> {
    if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
    if (Array.isArray(schema['anyOf'])) return fc.oneof(...(schema['anyOf'] as Schema[]).map(like));
    if (schema['type'] === 'null') return fc.constant(null);
    if (schema['type'] === 'boolean') return fc.boolean();
    if (schema['type'] === 'array') return fc.array(like(schema['items'] as Schema), { maxLength: 3 });
    if (schema['type'] === 'integer' || schema['type'] === 'number') {
      const least = (schema['minimum'] as number | undefined) ?? -5;
      const most = Math.min((schema['maximum'] as number | undefined) ?? 2 ** 53, Number.MAX_SAFE_INTEGER);
      const [from, to] = [least, Math.min(most, 2 ** 31 - 1)];
      const between =
        schema['type'] === 'integer'
          ? fc.integer({ min: from, max: to })
          : fc.double({ min: from, max: to, noNaN: true });
      return fc.oneof(between, fc.constantFrom(least, most));
    }
    if (schema['type'] === 'string') {
      if (schema['format'] === 'date-time')
        return fc.oneof(
          fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
          text,
        );
      if (schema['pattern'])
        return fc.oneof(fc.stringMatching(new RegExp(schema['pattern'] as string)), fc.constant(randomUUID()));
      return text;
    }
    const shape = (schema['properties'] ?? {}) as Record<string, Schema>;
    const required = (schema['required'] as string[] | undefined) ?? [];
    return fc.record(Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, like(inner)])), {
      requiredKeys: required,
    });
  }

  const endpoints = (Object.entries(contract) as [EndpointId, Endpoint][]).filter(
    // Streams have no end.
    ([, { body, output }]) => body !== 'bytes' && output !== 'events',
  );
  const plain = (schema: unknown) => JSON.parse(JSON.stringify(schema ?? { type: 'object', properties: {} })) as Schema;

  test('is answered as the contract says or refused by a problem of the closed list, and never a failure of ours', async () => {
    const run = await yard.holdRun();
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...endpoints)
          .chain(([id, endpoint]) =>
            fc.tuple(
              fc.constant(id),
              like(plain(endpoint.params)),
              like(plain(endpoint.query)),
              like(plain(endpoint.body)),
              fc.boolean(),
            ),
          ),
        async ([id, params, query, body, mine]) => {
          const [method, route, scope] = routes[id];
          const given: Record<string, unknown> = {
            ...(params as Record<string, unknown>),
            ...(mine && { run: run.runId, job: run.jobId, worker: yard.workerId, repo: 'yard' }),
          };
          const path = route.replace(/:(\w+)|\*/g, (hole, name?: string) => encode(given[name ?? hole] ?? 'x'));
          const search = Object.entries((query ?? {}) as object).map(([key, one]) => `${encode(key)}=${encode(one)}`);
          // A wait would only make it long.
          const sent =
            body !== null && typeof body === 'object'
              ? {
                  ...body,
                  ...('waitSeconds' in body && { waitSeconds: 0 }),
                  ...(mine && 'claimId' in body && { claimId: run.claimId }),
                }
              : body;
          const answer = await askJson(
            house.address,
            method,
            `${path}?${search.join('&')}`,
            method === 'GET' || sent === undefined ? '' : JSON.stringify(sent),
            scope === 'work' ? worker : {},
          );
          expect(answer.status).toBeLessThan(500);
          if (answer.status >= 400) {
            expect(Object.keys(problems)).toContain(answer.json['code']);
            expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
          }
        },
      ),
      { numRuns: Number(process.env['SIGNALBOX_TEST_FUZZ'] ?? 100) },
    );
  });

  const encode = (one: unknown) =>
    encodeURIComponent(Buffer.from(String(typeof one === 'object' ? JSON.stringify(one) : one)).toString());
});
