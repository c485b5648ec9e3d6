// How a command finds its server and its token.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { findServer, findToken } from '../src/connect.ts';
import { removeRunning, writeRunning } from '../src/running.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

test('what is said wins over what is set, that over what runs here, that over the usual address', async () => {
  const env = { XDG_STATE_HOME: await temporaryDirectory('state') };
  const [one, two] = [await temporaryDirectory('one'), await temporaryDirectory('two')];
  expect(findServer(env, {})).toEqual({ url: 'http://127.0.0.1:8080', from: 'usual' });
  writeRunning(env, { address: 'http://127.0.0.1:8081', data: one, startedAt: at(1) });
  writeRunning(env, { address: 'http://127.0.0.1:8082', data: two, startedAt: at(2) });
  expect(findServer(env, {})).toEqual({ url: 'http://127.0.0.1:8082', from: 'running', data: two });
  expect(findServer({}, { data: one }).url).toBe('http://127.0.0.1:8081');
  const set = { ...env, SIGNALBOX_SERVER: 'https://set.example/' };
  expect(findServer(set, {})).toEqual({ url: 'https://set.example', from: 'set' });
  expect(findServer(set, { server: 'https://told.example' }).url).toBe('https://told.example');
});

test('the last start that ends leaves nothing in the state directory', async () => {
  const state = await temporaryDirectory('state');
  const env = { XDG_STATE_HOME: state };
  const [one, two] = [await temporaryDirectory('one'), await temporaryDirectory('two')];
  for (const data of [one, two]) writeRunning(env, { address: 'http://127.0.0.1:1', data, startedAt: at(1) });
  removeRunning(env, one);
  expect(findServer(env, {}).data).toBe(two);
  removeRunning(env, two);
  removeRunning(env, two);
  expect(() => findServer(env, { data: two })).toThrow(`No Signalbox runs with ${two}`);
  expect(await readdir(state)).toEqual([]);
});

test('a token comes from the environment, a file, or the configuration of that server alone', async () => {
  const home = await temporaryDirectory('config');
  const env = { XDG_CONFIG_HOME: home };
  expect(findToken(env, 'https://ci.example.org')).toBeUndefined();
  await mkdir(join(home, 'signalbox'));
  await writeFile(join(home, 'signalbox', 'config.json'), '{"tokens": {"https://ci.example.org": "kept"}}');
  expect(findToken(env, 'https://ci.example.org')).toBe('kept');
  expect(findToken(env, 'https://other.example.org')).toBeUndefined();
  await writeFile(join(home, 'token'), 'from-file\n');
  expect(findToken({ ...env, SIGNALBOX_TOKEN_FILE: join(home, 'token') }, 'https://ci.example.org')).toBe('from-file');
  expect(findToken({ ...env, SIGNALBOX_TOKEN: 'plain' }, 'https://ci.example.org')).toBe('plain');
});

test('a configuration that is no JSON is named, with how it should look', async () => {
  const home = await temporaryDirectory('config');
  await mkdir(join(home, 'signalbox'));
  await writeFile(join(home, 'signalbox', 'config.json'), 'token: x');
  expect(() => findToken({ XDG_CONFIG_HOME: home }, 'https://ci.example.org')).toThrow('config.json is not JSON');
});
