// Holds where a server without log-in may listen: on its own machine, and nowhere else.
import { expect, test } from 'vitest';
import { isLoopbackAddress, mayListen } from '../../src/access/index.ts';

test('without log-in the server listens on its own machine only, and says how to change that', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) {
    expect(mayListen({ host, login: 'none' }), host).toEqual({ ok: true });
  }
  for (const host of [
    '0.0.0.0',
    '::',
    '',
    '192.168.1.5',
    'ci.example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
  ]) {
    const decision = mayListen({ host, login: 'none' });
    expect(decision, host).toMatchObject({ ok: false });
    expect(decision.ok || decision.text).toMatch(/SIGNALBOX_LOGIN=token.*SIGNALBOX_PUBLIC_URL=.*admin-token/);
    expect(mayListen({ host, login: 'token' }), host).toEqual({ ok: true });
  }
});

test('a public address without log-in is refused too: a proxy on this machine would bring the others', () => {
  expect(mayListen({ host: '127.0.0.1', login: 'none', publicUrl: 'https://ci.example.com' }).ok).toBe(false);
  expect(mayListen({ host: '127.0.0.1', login: 'none', publicUrl: 'not an address' }).ok).toBe(false);
  expect(mayListen({ host: '127.0.0.1', login: 'none', publicUrl: 'http://localhost:8080' }).ok).toBe(true);
  expect(mayListen({ host: '0.0.0.0', login: 'token', publicUrl: 'https://ci.example.com' }).ok).toBe(true);
});

test('a peer is on this machine by its address, in both families', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopbackAddress)).toBe(true);
  expect(['10.0.0.1', '::ffff:10.0.0.1', '::', '', undefined, '127.0.0.1, 8.8.8.8'].some(isLoopbackAddress)).toBe(
    false,
  );
});
