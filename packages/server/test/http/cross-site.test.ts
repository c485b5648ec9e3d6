// On one's own machine there is no log-in, so pages of other sites must not act through one's browser.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { ask, askJson, askRaw } from './asking.ts';

let house: TestServer;
let port: string;

beforeAll(async () => {
  house = await testServer();
  port = new URL(house.address).port;
  await askJson(house.address, 'PUT', '/api/v1/repos/app', { url: '/nowhere/app.git', pollSeconds: 0 });
});
afterAll(() => house.stop());

const refused = { status: 403, json: expect.objectContaining({ code: 'cross-site' }) };
const report = (headers: Record<string, string>) =>
  askJson(house.address, 'POST', '/api/v1/repos/app/pushes', {}, headers);
const isThere = async () => (await ask(house.address, '/api/v1/repos/app')).status === 200;

test('the pages of this server and programs without a browser may act', async () => {
  expect((await report({})).status).toBe(202);
  expect((await report({ origin: house.address, 'sec-fetch-site': 'same-origin' })).status).toBe(202);
});

test.each([
  [{ origin: 'https://evil.example' }],
  [{ origin: 'null' }],
  [{ origin: 'http://localhost:1' }],
  [{ origin: 'file://' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }],
])('a page of another site may change nothing: %o', async (headers) => {
  expect(await report(headers)).toMatchObject(refused);
  expect(await askJson(house.address, 'DELETE', '/api/v1/repos/app', {}, headers)).toMatchObject(refused);
  expect(await askJson(house.address, 'POST', '/api/v1/tokens', { kind: 'person', name: 'x' }, headers)).toMatchObject(
    refused,
  );
  expect(await isThere()).toBe(true);
});

test('a page of another site may read nothing, but a link from there opens a page', async () => {
  const asked = (dest: string, path: string) =>
    ask(house.address, path, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': dest } });
  for (const path of ['/api/v1/repos', '/api/v1/live?topics=repos', '/archive/', '/metrics']) {
    expect(await asked('empty', path)).toMatchObject(refused);
    expect(await asked('script', path)).toMatchObject(refused);
    expect(await asked('iframe', path)).toMatchObject(refused);
  }
  expect((await asked('document', '/archive/')).status).toBe(200);
});

test.each(['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.nip.io', '0.0.0.0'])(
  'a name that points at this machine and is not its own is refused for reads and writes: %s',
  async (host) => {
    const named = !host.includes(':') ? `${host}:${port}` : host;
    expect(await ask(house.address, '/api/v1/repos', { headers: { host: named } })).toMatchObject(refused);
    expect(await ask(house.address, '/archive/', { headers: { host: named } })).toMatchObject(refused);
    expect(await report({ host: named })).toMatchObject(refused);
    expect(await report({ host: named, origin: `http://${named}` })).toMatchObject(refused);
  },
);

test('who names no server at all is refused', async () => {
  expect(await askRaw(house.address, 'GET /api/v1/repos HTTP/1.0\r\n\r\n')).toContain('"code":"cross-site"');
  expect(await askRaw(house.address, 'GET /api/v1/repos HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1.1 400 /,
  );
});

test.each(['localhost', '127.0.0.1', '[::1]'])('this machine is known as %s', async (name) => {
  const host = `${name}:${port}`;
  expect((await ask(house.address, '/api/v1/repos', { headers: { host } })).status).toBe(200);
  expect((await report({ host, origin: `http://${host}` })).status).toBe(202);
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/html',
  'application/xml',
])('a form of another site cannot hide as %s, even from a browser that says nothing', async (type) => {
  for (const [method, path] of [
    ['POST', '/api/v1/repos/app/pushes'],
    ['POST', '/api/v1/jobs/1/cancel'],
    ['PUT', '/api/v1/repos/other'],
    ['POST', '/api/v1/session'],
  ] as const) {
    const sent = await ask(house.address, path, {
      method,
      headers: { 'content-type': type },
      body: '{"url":"/nowhere/x.git","a":"=x"}',
    });
    expect([path, sent.status, sent.json['code']]).toEqual([path, 415, 'unsupported-body']);
  }
});

test('no other site may see an answer: there is no CORS', async () => {
  const asked = await ask(house.address, '/api/v1/repos', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  expect(asked.headers['access-control-allow-origin']).toBeUndefined();
  expect(asked.headers['access-control-allow-methods']).toBeUndefined();
});

test('behind a proxy without log-in nothing is open', async () => {
  for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    expect((await ask(house.address, '/api/v1/repos', { headers: { [header]: '10.0.0.1' } })).status).toBe(403);
  }
});

test('taking runs needs a token of a worker, on this machine too', async () => {
  const facts = { name: 'w', pools: ['default'], capacity: 1, version: '0', platform: 'linux-x64' };
  expect(await askJson(house.address, 'POST', '/api/v1/workers', facts)).toMatchObject({
    status: 401,
    json: { code: 'not-logged-in' },
  });
  const { secret } = await house.person.call('create-token', {
    body: { kind: 'person', name: 'p', scopes: ['admin'] },
  });
  expect(
    await askJson(house.address, 'POST', '/api/v1/workers', facts, { authorization: `Bearer ${secret}` }),
  ).toMatchObject({ status: 403, json: { code: 'not-allowed' } });
});
