// What `signalbox add` registers, and what it will not.
import { expect, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { isLoopback } from '../src/loopback.ts';
import { listener, signalbox } from './kit.ts';

test.each([
  ['http://127.0.0.1:8080', true],
  ['http://127.8.0.1', true],
  ['http://[::1]:8080', true],
  ['http://localhost:8080', true],
  ['http://10.0.0.7:8080', false],
  ['https://127.0.0.1.example.org', false],
  ['https://localhost.example.org', false],
])('a server at %s is on this machine: %s', (url, expected) => {
  expect(isLoopback(url)).toBe(expected);
});

test('a path of this machine is not given to a server elsewhere', async () => {
  const own = await sampleRepository();
  try {
    const ran = await signalbox(['add', own.path, '--server', 'https://ci.example.org']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('is a path of this machine, and the server is elsewhere: https://ci.example.org');
    expect(ran.stderr).toContain('Push it somewhere that server can reach');
  } finally {
    await own.remove();
  }
});

test('levels of branches are given in their order, and nonsense is told before anything is asked', async () => {
  const far = await listener(({ path }) => [200, { name: 'api', url: path, pollSeconds: 0 }]);
  const add = (...levels: string[]) =>
    signalbox([
      'add',
      'https://example.org/api.git',
      '--server',
      far.url,
      ...levels.flatMap((one) => ['--level', one]),
    ]);
  expect((await add('release/*=3', 'try=1')).code).toBe(0);
  expect((await add()).code).toBe(0);
  expect(far.heard.map(({ body }) => body)).toEqual([
    {
      url: 'https://example.org/api.git',
      branchLevels: [
        { pattern: 'release/*', level: 3 },
        { pattern: 'try', level: 1 },
      ],
    },
    { url: 'https://example.org/api.git' },
  ]);
  const wrong = await add('release/*=4');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('a level from 1 to 3') });
  expect(far.heard.length).toBe(2);
});
