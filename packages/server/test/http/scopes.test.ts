// Every door has a lock, and the lock is the one that is written down: walked over the routes that the server really has.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, routes, type Scope } from '@signalbox/protocol';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { pageScopes } from '../../src/http/index.ts';
import { ask, askRaw, bearer } from './asking.ts';

type Door = { readonly method: string; readonly url: string };

let house: TestServer;
const doors: Door[] = [];
const tokens = {} as Record<Scope | 'all but admin', string>;

beforeAll(async () => {
  house = await testServer(
    { SIGNALBOX_LOGIN: 'token' },
    {
      onDoors: (server) =>
        server.addHook('onRoute', ({ method, url }: RouteOptions) => {
          for (const each of [method].flat()) doors.push({ method: String(each), url });
        }),
    },
  );
  tokens.admin = (await readFile(join(house.data, 'admin-token'), 'utf8')).trim();
  const administrator = createClient({ server: house.address, token: tokens.admin });
  const make = async (kind: 'person' | 'worker', scopes: Scope[]) =>
    (await administrator.call('create-token', { body: { kind, name: scopes.join(), scopes } })).secret;
  for (const scope of ['read', 'push', 'submit', 'act', 'approve', 'order'] as const)
    tokens[scope] = await make('person', [scope]);
  tokens.work = await make('worker', ['work']);
  tokens['all but admin'] = await make('person', ['read', 'push', 'submit', 'act', 'approve', 'order']);
});
afterAll(() => house.stop());

/** Undefined: nobody wrote it down. HEAD is behind the lock of GET. */
function scopeOf({ method, url }: Door): Scope | 'public' | undefined {
  const verb = method === 'HEAD' ? 'GET' : method;
  const known = Object.values(routes).find(([its, path]) => its === verb && path === url);
  const within = Object.keys(pageScopes).find((page) => page.endsWith('/*') && url.startsWith(page.slice(0, -1)));
  return known?.[2] ?? pageScopes[url] ?? pageScopes[within ?? ''];
}

const pathOf = (url: string) =>
  url.replace(/:(\w+)/g, (_all, name) => (name === 'secret' ? 'NAME' : '999')).replace('*', 'x');
const without = {
  read: 'work',
  push: 'read',
  submit: 'push',
  act: 'read',
  approve: 'act',
  order: 'act',
  admin: 'all but admin',
  work: 'admin',
} as const;

test('every route is in the contract or among the pages, and every endpoint of the contract is a route', () => {
  expect(doors.length).toBeGreaterThan(40);
  expect(doors.filter((door) => scopeOf(door) === undefined)).toEqual([]);
  const missing = Object.entries(routes).filter(
    ([, [method, path]]) => !doors.some((door) => door.method === method && door.url === path),
  );
  expect(missing).toEqual([]);
});

test('with log-in every door that is not public asks for a token, and for the right scope', async () => {
  const wrong: string[] = [];
  for (const door of doors) {
    const scope = scopeOf(door);
    const path = pathOf(door.url);
    const status = async (token?: string) =>
      (await ask(house.address, path, { method: door.method, headers: token ? bearer(token) : {} })).status;
    const say = (what: string, got: number) => wrong.push(`${door.method} ${path} (${scope}) ${what}: ${got}`);
    if (scope === undefined) continue;
    const nobody = await status();
    if (scope === 'public') {
      if (nobody === 401 || nobody === 403 || nobody >= 500) say('without a token', nobody);
      continue;
    }
    if (nobody !== 401) say('without a token', nobody);
    const unknown = await status('sbp_no-such-token');
    if (unknown !== 401) say('with an unknown token', unknown);
    const other = await status(tokens[without[scope]]);
    if (other !== 403) say('without the scope', other);
    const right = await status(tokens[scope]);
    if (right === 401 || right === 403 || right >= 500) say('with the scope', right);
  }
  expect(wrong).toEqual([]);
});

test('an administrator may do all that people do, and never takes runs', async () => {
  for (const door of doors.filter((one) => !['DELETE', 'HEAD'].includes(one.method))) {
    const scope = scopeOf(door);
    const { status } = await ask(house.address, pathOf(door.url), {
      method: door.method,
      headers: bearer(tokens.admin),
    });
    expect([door.url, status === 403]).toEqual([door.url, scope === 'work']);
  }
});

test('every answer has the security headers, refusals and what is no route among them', async () => {
  const odd = [
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/jobs/12' },
    { method: 'GET', path: '/api/v1/nothing' },
    { method: 'GET', path: '/assets/nothing.js' },
    { method: 'GET', path: '/%zz' },
    { method: 'GET', path: `/api/v1/repos/${'a'.repeat(2000)}` },
    { method: 'TRACE', path: '/' },
    { method: 'PATCH', path: '/api/v1/repos' },
    { method: 'OPTIONS', path: '/api/v1/repos' },
  ];
  const all = [...doors.map(({ method, url }) => ({ method, path: pathOf(url) })), ...odd];
  const wrong: string[] = [];
  for (const { method, path } of all) {
    const { status, headers, json } = await ask(house.address, path, { method });
    const policy = String(headers['content-security-policy'] ?? '');
    const good =
      headers['x-content-type-options'] === 'nosniff' &&
      headers['referrer-policy'] === 'same-origin' &&
      headers['cross-origin-opener-policy'] === 'same-origin' &&
      headers['cross-origin-resource-policy'] === 'same-origin' &&
      /frame-ancestors 'none'/.test(policy) &&
      !/unsafe-eval|script-src[^;]*unsafe-inline/.test(policy);
    // Where the pages are not built, that is said.
    if (!good || (status >= 500 && json['code'] !== 'not-ready')) wrong.push(`${method} ${path}: ${status} ${policy}`);
  }
  expect(wrong).toEqual([]);
});

test('what is no HTTP request is answered with a problem, and the connection is closed', async () => {
  const answer = await askRaw(house.address, 'HELLO\r\n\r\n');
  expect(answer).toContain('400 ');
  expect(answer).toContain('application/problem+json');
  expect(answer).toContain('"code":"bad-request"');
  const long = await askRaw(house.address, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`);
  expect(long).toContain('"code":"too-large"');
});

test('a worker speaks for itself alone', async () => {
  const administrator = createClient({ server: house.address, token: tokens.admin });
  const stranger = (await administrator.call('create-token', { body: { kind: 'worker', name: 'stranger' } })).secret;
  const own = createClient({ server: house.address, token: tokens.work });
  const other = createClient({ server: house.address, token: stranger });
  const facts = { name: 'w1', pools: ['default'], capacity: 1, version: '0', platform: 'linux-x64' };
  const params = { worker: (await own.call('register-worker', { body: facts })).workerId };
  const notAllowed = { code: 'not-allowed' };
  const claimId = crypto.randomUUID();
  await expect(other.call('claim', { params, body: { claimId, waitSeconds: 0 } })).rejects.toMatchObject(notAllowed);
  await expect(other.call('renew', { params, body: { held: [], waitSeconds: 0 } })).rejects.toMatchObject(notAllowed);
  await expect(other.call('sign-off-worker', { params })).rejects.toMatchObject(notAllowed);
  expect((await administrator.call('list-workers', {})).items).toMatchObject([{ name: 'w1', state: 'idle' }]);
  await own.call('sign-off-worker', { params });
  await own.call('sign-off-worker', { params });
});

test('a worker serves the pools of its token and no others', async () => {
  const administrator = createClient({ server: house.address, token: tokens.admin });
  const body = { kind: 'worker' as const, name: 'signer', pools: ['signing'] };
  const signer = createClient({
    server: house.address,
    token: (await administrator.call('create-token', { body })).secret,
  });
  const facts = { name: 'w2', capacity: 1, version: '0', platform: 'linux-x64' };
  await expect(
    signer.call('register-worker', { body: { ...facts, pools: ['signing', 'default'] } }),
  ).rejects.toMatchObject({ code: 'not-allowed', message: expect.stringContaining('signalbox token create --worker') });
  await signer.call('register-worker', { body: { ...facts, pools: ['signing'] } });
});
