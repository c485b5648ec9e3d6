// What `signalbox add` registers, and what it will not.
import { expect, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { isLoopback } from '../src/loopback.ts';
import { signalbox } from './kit.ts';

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
