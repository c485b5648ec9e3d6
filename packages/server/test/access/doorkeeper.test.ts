// Holds the doorkeeper: bearer tokens, the session cookie from log-in to log-out, and what a stolen or forged one is worth.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import {
  checkPools,
  createDoorkeeper,
  createToken,
  createTokenFinder,
  type Doorkeeper,
  type Headers,
  type Login,
  revokeToken,
  type TokenFinder,
  type TokenRequest,
} from '../../src/access/index.ts';

let database: TestDatabase;
let tokens: TokenFinder;
const key = randomBytes(32);
let clock = Date.parse('2026-11-01T00:00:00Z');

beforeAll(async () => {
  database = await testDatabase();
  tokens = createTokenFinder(database.db, {
    cacheSeconds: 0,
    onError: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await tokens.stop();
  await database.drop();
});

const keeper = (login: Login = 'token', publicUrl = 'https://ci.example.com'): Doorkeeper =>
  createDoorkeeper({
    login,
    publicUrl,
    tokens,
    session: { key, secure: publicUrl.startsWith('https:'), seconds: 3600 },
    now: () => clock,
  });
const make = (request: TokenRequest) => database.db.transaction((tx) => createToken(tx, 'a test', request));
const ask = (door: Doorkeeper, headers: Headers, scope: 'public' | 'read' | 'act' | 'work' = 'read', method = 'GET') =>
  door.admit({ method, headers: { host: 'ci.example.com', ...headers }, peerAddress: '192.0.2.1', scope });
const cookieOf = (setCookie: string) => setCookie.split(';')[0] ?? '';

test('a bearer token lets its owner in from anywhere; anything else in its place does not', async () => {
  const { token, secret } = await make({ kind: 'person', name: 'alice', scopes: ['read'] });
  const door = keeper();
  const caller = await ask(door, { authorization: `Bearer ${secret}`, host: '10.1.2.3:8080' });
  expect(caller).toEqual({
    kind: 'person',
    name: `alice (token ${token.id})`,
    scopes: ['read'],
    pools: [],
    tokenId: token.id,
  });
  await expect(ask(door, { authorization: `Basic ${secret}` })).rejects.toMatchObject({ code: 'not-logged-in' });
  await expect(ask(door, { authorization: '' })).rejects.toMatchObject({ code: 'not-logged-in' });
  await expect(ask(door, {})).rejects.toMatchObject({ code: 'not-logged-in' });
  await expect(ask(door, { authorization: `Bearer ${secret}` }, 'act', 'POST')).rejects.toMatchObject({
    code: 'not-allowed',
  });
});

test('log-in gives a cookie that scripts and other sites do not get, and log-out takes it back', async () => {
  const { secret } = await make({ kind: 'person', name: 'bob', scopes: ['read', 'act'] });
  const door = keeper();
  const { setCookie } = await door.logIn(database.db, ` ${secret}\n`);
  expect(setCookie).toMatch(/^__Host-signalbox=[\w.-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure$/);
  expect(setCookie).not.toContain(secret.slice(8));
  const cookie = `other=1; ${cookieOf(setCookie)}; more=2`;
  expect(await ask(door, { cookie })).toMatchObject({ kind: 'person', scopes: ['read', 'act'] });
  const ours = { cookie, origin: 'https://ci.example.com', 'sec-fetch-site': 'same-origin' };
  expect(await ask(door, ours, 'act', 'POST')).toMatchObject({ kind: 'person' });
  const theirs = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  await expect(ask(door, theirs, 'act', 'POST')).rejects.toMatchObject({ code: 'cross-site' });
  expect(door.logOut().setCookie).toMatch(/^__Host-signalbox=; Path=\/; Max-Age=0/);
});

test('a session ends with its time and with its token', async () => {
  const { token, secret } = await make({ kind: 'person', name: 'carol' });
  const door = keeper();
  const cookie = cookieOf((await door.logIn(database.db, secret)).setCookie);
  clock += 3_599_000;
  expect(await ask(door, { cookie })).toMatchObject({ kind: 'person' });
  clock += 1_000;
  await expect(ask(door, { cookie })).rejects.toMatchObject({ code: 'not-logged-in' });
  const fresh = cookieOf((await door.logIn(database.db, secret)).setCookie);
  expect(await ask(door, { cookie: fresh })).toMatchObject({ kind: 'person' });
  await database.db.transaction((tx) => revokeToken(tx, 'a test', token.id));
  await expect(ask(door, { cookie: fresh })).rejects.toMatchObject({ code: 'not-logged-in' });
  expect(await ask(door, { cookie: fresh }, 'public')).toMatchObject({ kind: 'nobody', scopes: [] });
});

test('a forged cookie is worth nothing, and a real one is no bearer token', async () => {
  const { token, secret } = await make({ kind: 'person', name: 'dora' });
  const administrator = await make({ kind: 'person', name: 'admin', scopes: ['admin'] });
  const door = keeper();
  const cookie = cookieOf((await door.logIn(database.db, secret)).setCookie);
  const value = cookie.slice('__Host-signalbox='.length);
  const [, until, signature] = value.split('.');
  const forged = [
    `${administrator.token.id}.${until}.${signature}`,
    `${token.id}.${Number(until) + 1}.${signature}`,
    `${token.id}.${until}.${'A'.repeat(43)}`,
    `${token.id}.${until}.`,
    `${token.id}.${until}.${'ä'.repeat(43)}`,
    `-${value}`,
    '',
  ];
  for (const text of forged) {
    await expect(ask(door, { cookie: `__Host-signalbox=${text}` }), text).rejects.toMatchObject({
      code: 'not-logged-in',
    });
  }
  // The name without __Host- could have been set by any neighbour of the host.
  await expect(ask(door, { cookie: `signalbox=${value}` })).rejects.toMatchObject({ code: 'not-logged-in' });
  await expect(ask(door, { authorization: `Bearer ${value}` })).rejects.toMatchObject({ code: 'not-logged-in' });
});

test('a worker token opens no session, and only worker tokens take runs', async () => {
  const worker = await make({ kind: 'worker', name: 'box', pools: ['linux'] });
  const administrator = await make({ kind: 'person', name: 'root', scopes: ['admin'] });
  const door = keeper();
  await expect(door.logIn(database.db, worker.secret)).rejects.toThrow(/worker token; pages need a person token/);
  await expect(door.logIn(database.db, 'sbp_nonsense')).rejects.toMatchObject({ code: 'not-logged-in' });
  const caller = await ask(door, { authorization: `Bearer ${worker.secret}` }, 'work', 'POST');
  expect(() => checkPools(caller, ['linux'])).not.toThrow();
  expect(() => checkPools(caller, ['linux', 'release'])).toThrow(/may serve linux; not release/);
  const asAdministrator = ask(door, { authorization: `Bearer ${administrator.secret}` }, 'work', 'POST');
  await expect(asAdministrator).rejects.toMatchObject({ code: 'not-allowed' });
});

test('without log-in the machine itself is let in, by its address and not by what a header says', async () => {
  const door = keeper('none', 'http://localhost:8080');
  const knock = { method: 'POST', headers: { host: 'localhost:8080' }, scope: 'act' } as const;
  expect(await door.admit({ ...knock, peerAddress: '::ffff:127.0.0.1' })).toMatchObject({
    kind: 'local',
    name: 'local',
  });
  const spoofed = { ...knock, headers: { ...knock.headers, 'x-forwarded-for': '127.0.0.1' }, peerAddress: '192.0.2.1' };
  await expect(door.admit(spoofed)).rejects.toMatchObject({ code: 'not-allowed' });
  await expect(door.admit({ ...knock, peerAddress: undefined })).rejects.toMatchObject({ code: 'not-allowed' });
});
