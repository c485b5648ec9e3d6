// A server with log-in: the first administrator, the pages' cookie, its end, and where a server without log-in will not listen.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient, version } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.ts';
import { repositoryRoot, startProcess } from '../../../../test/kit/programs.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import { main } from '../../src/main.ts';
import { ask, askJson, bearer } from './asking.ts';

let house: TestServer;
let secret: string;
let administrator: Client;

beforeAll(async () => {
  house = await testServer({ SIGNALBOX_LOGIN: 'token', SIGNALBOX_PUBLIC_URL: 'http://ci.example.org' });
  secret = (await readFile(join(house.data, 'admin-token'), 'utf8')).trim();
  administrator = createClient({ server: house.address, token: secret });
  await administrator.call('add-repo', { params: { repo: 'app' }, body: { url: '/nowhere/app.git', pollSeconds: 0 } });
});
afterAll(() => house.stop());

const logIn = (token: string, headers = {}) => askJson(house.address, 'POST', '/api/v1/session', { token }, headers);
const cookieOf = async (token: string) => String((await logIn(token)).headers['set-cookie']).split(';')[0]!;
const read = (headers: Record<string, string>) => ask(house.address, '/api/v1/repos', { headers });
const report = (headers: Record<string, string>) =>
  askJson(house.address, 'POST', '/api/v1/repos/app/pushes', {}, headers);
const personToken = async (scopes: ('read' | 'push' | 'act' | 'admin')[] = ['read', 'push']) =>
  administrator.call('create-token', { body: { kind: 'person', name: 'dana', scopes } });

describe('the first administrator', () => {
  test("has a token in a file that only the server's own user may read", async () => {
    expect(secret).toMatch(/^sbp_\w{38}$/);
    expect((await stat(join(house.data, 'admin-token'))).mode & 0o777).toBe(0o600);
    expect((await read(bearer(secret))).status).toBe(200);
  });
});

describe('a session', () => {
  test('begins with a person token: the cookie reads, and acts from the pages of this server', async () => {
    const { token, secret: own } = await personToken();
    const answer = await logIn(own, { origin: house.address, 'sec-fetch-site': 'same-origin' });
    expect([answer.status, answer.json['login'], answer.json['scopes']]).toEqual([200, 'token', ['read', 'push']]);
    const [setCookie] = answer.headers['set-cookie']!;
    expect(setCookie).toMatch(/^signalbox=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    expect(setCookie).not.toContain(own.slice(5, 20));
    const cookie = setCookie!.split(';')[0]!;
    expect((await read({ cookie })).status).toBe(200);
    expect((await read({ cookie: `theme=dark; ${cookie}; more=1` })).status).toBe(200);
    expect((await report({ cookie, origin: house.address, 'sec-fetch-site': 'same-origin' })).status).toBe(202);
    expect((await report({ cookie, host: 'ci.example.org', origin: 'http://ci.example.org' })).status).toBe(202);
    const session = await ask(house.address, '/api/v1/session', { headers: { cookie } });
    expect(session.json).toEqual(answer.json);
    expect(session.json).toEqual({
      login: 'token',
      name: `dana (token ${token.id})`,
      scopes: ['read', 'push'],
      version,
    });
  });

  test('is of no use to pages of other sites, nor under another name', async () => {
    const cookie = await cookieOf(secret);
    const crossSite = { status: 403, json: { code: 'cross-site' } };
    expect(await report({ cookie, origin: 'https://evil.example' })).toMatchObject(crossSite);
    expect(await report({ cookie, 'sec-fetch-site': 'cross-site' })).toMatchObject(crossSite);
    expect(await report({ cookie, 'sec-fetch-site': 'same-site' })).toMatchObject(crossSite);
    expect(await read({ cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'empty' })).toMatchObject(crossSite);
    expect(await read({ cookie, host: 'evil.example' })).toMatchObject(crossSite);
    expect(await logIn(secret, { origin: 'https://evil.example' })).toMatchObject(crossSite);
    const out = { method: 'DELETE', headers: { cookie, origin: 'https://evil.example' } };
    expect(await ask(house.address, '/api/v1/session', out)).toMatchObject(crossSite);
  });

  test('holds what the token holds, and an administrator’s says all that it may do', async () => {
    const cookie = await cookieOf((await personToken(['read'])).secret);
    expect(await report({ cookie })).toMatchObject({ status: 403, json: { code: 'not-allowed' } });
    const session = await ask(house.address, '/api/v1/session', { headers: { cookie: await cookieOf(secret) } });
    expect(session.json['scopes']).toEqual(['read', 'push', 'submit', 'act', 'approve', 'order', 'admin']);
  });

  test('ends with log-out, in the browser', async () => {
    const answer = await ask(house.address, '/api/v1/session', {
      method: 'DELETE',
      headers: { cookie: await cookieOf(secret) },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^signalbox=; .*Max-Age=0/);
    expect(answer.json).toMatchObject({ login: 'token', name: null, scopes: [] });
    const nobody = await ask(house.address, '/api/v1/session');
    expect(nobody.json).toEqual({ login: 'token', name: null, scopes: [], version });
  });

  test('ends when its token is revoked, as the token itself does', async () => {
    const { token, secret: own } = await personToken();
    const cookie = await cookieOf(own);
    expect([(await read({ cookie })).status, (await read(bearer(own))).status]).toEqual([200, 200]);
    await administrator.call('revoke-token', { params: { token: token.id } });
    expect([(await read({ cookie })).status, (await read(bearer(own))).status]).toEqual([401, 401]);
    expect((await logIn(own)).status).toBe(401);
    const { text } = await ask(house.address, '/api/v1/session', { headers: { cookie } });
    expect(JSON.parse(text)).toMatchObject({ name: null });
  });

  test('cannot be made up', async () => {
    const cookie = await cookieOf(secret);
    const [id, until, signature] = cookie.slice('signalbox='.length).split('.');
    for (const forged of [
      `${Number(id) + 1}.${until}.${signature}`,
      `${id}.${Number(until) + 1}.${signature}`,
      `${id}.${until}.${'A'.repeat(43)}`,
      `${id}.${until}.`,
      `${id}.${until}`,
      secret,
      '',
      '%00',
    ]) {
      expect([forged, (await read({ cookie: `signalbox=${forged}` })).status]).toEqual([forged, 401]);
    }
  });

  test('is not given to workers, nor for anything that is no token', async () => {
    const worker = await administrator.call('create-token', { body: { kind: 'worker', name: 'w' } });
    const refused = { status: 401, json: { code: 'not-logged-in' } };
    expect(await logIn(worker.secret)).toMatchObject(refused);
    for (const wrong of ['', 'sbp_', `${secret}x`, secret.toUpperCase(), '\n']) {
      const answer = await logIn(wrong);
      expect(answer).toMatchObject(refused);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect((await read(bearer(worker.secret))).status).toBe(403);
  });

  test('a token works from anywhere and under any name: only a program can send it', async () => {
    expect((await read({ ...bearer(secret), host: 'signalbox.internal:8080' })).status).toBe(200);
    expect((await report({ ...bearer(secret), origin: 'https://evil.example' })).status).toBe(202);
    expect((await read({ authorization: secret })).status).toBe(401);
    expect((await read({ authorization: `Basic ${btoa(`x:${secret}`)}` })).status).toBe(401);
    const cookie = await cookieOf(secret);
    expect((await read({ cookie, ...bearer('sbp_wrong') })).status).toBe(401);
  });
});

describe('a server that others could reach', () => {
  test('does not start without log-in, and says how', async () => {
    const data = join(await temporaryDirectory('refused'), 'data');
    vi.stubEnv('SIGNALBOX_DATA', data);
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      for (const place of ['0.0.0.0:0', '[::]:0', '10.1.2.3:0', 'ci.example.org:0']) {
        said.mockClear();
        expect(await main(['--listen', place])).toBe(1);
        expect(String(said.mock.calls)).toMatch(/without log-in.*SIGNALBOX_LOGIN=token.*admin-token/);
      }
      expect(existsSync(data)).toBe(false);
    } finally {
      said.mockRestore();
      vi.unstubAllEnvs();
    }
  });

  test('starts with log-in, asks everyone for a token, and stops when told', async () => {
    const database = await testDatabase();
    const data = await temporaryDirectory('open');
    const bin = join(repositoryRoot, 'packages/cli/bin/signalbox.js');
    const serve = ['--import', 'tsx', '-C', 'source', bin, 'serve', '--listen', '0.0.0.0:0', '--data', data];
    const program = startProcess(process.execPath, serve, {
      env: { SIGNALBOX_LOGIN: 'token', DATABASE_URL: database.url, SIGNALBOX_LOG_STYLE: 'json' },
    });
    try {
      const line = await program.line(/listens on http/);
      const address = /http:\/\/localhost:\d+/.exec(line)![0].replace('localhost', '127.0.0.1');
      expect((await ask(address, '/api/v1/repos')).status).toBe(401);
      expect((await ask(address, '/healthz')).status).toBe(200);
      const token = (await readFile(join(data, 'admin-token'), 'utf8')).trim();
      expect((await ask(address, '/api/v1/repos', { headers: bearer(token) })).status).toBe(200);
      expect(program.output).not.toContain(token);
    } finally {
      expect(await program.stop()).toEqual({ code: 0, signal: null });
      await database.drop();
    }
  });
});
