// A lock between processes is held by one at a time, and does not outlive its owner.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { lock, tryLock } from '../src/lock.ts';
import { isAlive, type Owner, thisProcess } from '../src/owner.ts';

const never = new AbortController().signal;

describe('a lock', () => {
  test('that many want is held by one at a time', async () => {
    const path = join(await temporaryDirectory('lock'), 'a.lock');
    let holders = 0;
    const work = async () => {
      const release = await lock(path, never);
      expect(++holders).toBe(1);
      await new Promise(setImmediate);
      holders--;
      await release();
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test('of a dead process is broken, by one of those that want it', async () => {
    const path = join(await temporaryDirectory('lock'), 'a.lock');
    const child = spawn('sleep', ['60']);
    const owner: Owner = { ...thisProcess(), processId: child.pid!, startedAt: null };
    child.kill('SIGKILL');
    await once(child, 'exit');
    writeFileSync(path, JSON.stringify(owner));
    const taken = await Promise.all([1, 2, 3, 4].map(() => tryLock(path)));
    expect(taken.filter((release) => release !== null)).toHaveLength(1);
    await taken.find((release) => release !== null)?.();
    expect(existsSync(path)).toBe(false);
  });

  test('of a living process stays', async () => {
    const path = join(await temporaryDirectory('lock'), 'a.lock');
    const release = await tryLock(path);
    expect(await tryLock(path)).toBeNull();
    await release?.();
  });

  test.runIf(process.platform === 'linux')('of an earlier process with the same id counts as dead', () => {
    expect(isAlive(thisProcess())).toBe(true);
    expect(isAlive({ ...thisProcess(), startedAt: 'another boot 1' })).toBe(false);
  });
});
