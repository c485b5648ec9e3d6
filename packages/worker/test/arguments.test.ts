// The command line says what is wrong with it, and its help shows examples.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { help, readArguments } from '../src/arguments.ts';
import { readSettings, settingsTable } from '../src/settings.ts';

const server = ['--server', 'http://127.0.0.1:8080'];

describe('the command line', () => {
  test('names servers, pools, name, capacity and data', async () => {
    const args = [
      '--server',
      'https://a.example/,https://b.example',
      ...server,
      '--pools',
      'linux, big',
      '--name',
      'w1',
    ];
    const request = readArguments([...args, '--capacity', '4', '--cost', '10', '--data', '/data', '--log', 'json'], {});
    expect(request).toMatchObject({
      servers: ['https://a.example', 'https://b.example', 'http://127.0.0.1:8080'],
      pools: ['linux', 'big'],
      name: 'w1',
      capacity: 4,
      cost: 10,
      logStyle: 'json',
    });
  });

  test('takes the token from a file that the environment names', async () => {
    const file = join(await temporaryDirectory('token'), 'token');
    writeFileSync(file, 'sbw_from-a-file\n');
    expect(readArguments(server, { SIGNALBOX_TOKEN_FILE: file })).toMatchObject({ token: 'sbw_from-a-file' });
    expect(readArguments(server, { SIGNALBOX_TOKEN: 'a', SIGNALBOX_TOKEN_FILE: file })).toMatchObject({ token: 'a' });
    expect(readArguments([...server, '--token', 'b'], { SIGNALBOX_TOKEN: 'a' })).toMatchObject({ token: 'b' });
  });

  test('puts its data where the system keeps state', () => {
    const request = readArguments(server, { XDG_STATE_HOME: '/state' });
    expect(request).toMatchObject({ dataDir: join('/state', 'signalbox', 'worker') });
  });

  test.each([
    [[], 'say which server'],
    [['--server', 'localhost'], '--server "localhost" is not an address'],
    [[...server, '--capacity', 'two'], '--capacity is "two"'],
    [[...server, '--cost', '1.5'], '--cost is "1.5"'],
    [[...server, '--pools', 'a b'], '--pools is "a b"'],
    [[...server, '--name', '-x'], '--name'],
    [[...server, '--log', 'loud'], 'choose plain, pretty or json'],
    [['--sever', 'x'], "Unknown option '--sever'"],
  ])('%j is told: %s', (argv, message) => {
    expect(() => readArguments(argv, {})).toThrow(message);
  });

  test('has a help with an example and every limit', () => {
    expect(readArguments(['--help'], {})).toBe('help');
    expect(help).toContain('signalbox worker --server http://127.0.0.1:8080');
    for (const { env } of Object.values(settingsTable)) expect(help).toContain(env);
  });

  test('takes limits from the environment, and says which one is wrong', () => {
    expect(readSettings({ SIGNALBOX_WORKER_GRACE_SECONDS: '1.5' }).graceSeconds).toBe(1.5);
    expect(() => readSettings({ SIGNALBOX_WORKER_GRACE_SECONDS: 'soon' })).toThrow(
      'SIGNALBOX_WORKER_GRACE_SECONDS is "soon"; it must be a number that is not negative, such as 5',
    );
  });
});
