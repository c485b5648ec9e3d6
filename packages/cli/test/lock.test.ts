// One start a data directory, whatever became of the one before.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { askToStop, type Holder, lockFile, readHolder, takeLock } from '../src/start/lock.ts';

const nothing = () => {};

async function held(data: string, onStop = nothing) {
  const taken = await takeLock(data, onStop);
  if (!('lock' in taken)) throw new Error('somebody else holds it');
  return taken;
}

test('the second who asks is told of the first, and where it serves', async () => {
  const data = await temporaryDirectory('lock');
  const { lock } = await held(data);
  lock.tell({ address: 'http://127.0.0.1:9999' });
  expect(await takeLock(data, nothing)).toMatchObject({
    other: { address: 'http://127.0.0.1:9999', pid: process.pid },
  });
  lock.release();
  (await held(data)).lock.release();
  expect(await readdir(data)).toEqual([]);
});

test('of many who ask at once one gets it', async () => {
  const data = await temporaryDirectory('lock');
  const all = await Promise.all(Array.from({ length: 20 }, () => takeLock(data, nothing)));
  const winners = all.filter((one) => 'lock' in one);
  expect(winners).toHaveLength(1);
  for (const one of winners) if ('lock' in one) one.lock.release();
});

test('the lock of a killed start is taken over, once, with what it left', async () => {
  const data = await temporaryDirectory('lock');
  const dead: Holder = { pid: 1, door: 'http://127.0.0.1:1/', key: 'k', children: [7, 8], address: 'http://x' };
  await writeFile(lockFile(data), JSON.stringify(dead));
  const all = await Promise.all(Array.from({ length: 10 }, () => takeLock(data, nothing)));
  const winners = all.flatMap((one) => ('lock' in one ? [one] : []));
  expect(winners).toHaveLength(1);
  expect(winners[0]?.leftover?.children).toEqual([7, 8]);
  winners[0]?.lock.release();
  expect(await readdir(data)).toEqual([]);
});

test('a lock file that a killed start has half written holds nobody up', async () => {
  const data = await temporaryDirectory('lock');
  await writeFile(lockFile(data), '{"pid": 12');
  (await held(data)).lock.release();
});

test('the holder is asked to stop through its door, by those who may read its file', async () => {
  const data = await temporaryDirectory('lock');
  let asked = 0;
  const { lock } = await held(data, () => {
    asked += 1;
  });
  const found = await readHolder(data);
  expect(found?.alive).toBe(true);
  expect(await askToStop({ ...found!.holder, key: 'guessed' })).toBe(false);
  expect(asked).toBe(0);
  expect(await askToStop(found!.holder)).toBe(true);
  expect(asked).toBe(1);
  lock.release();
  expect(await readHolder(data)).toBeUndefined();
});

test('a holder in another process that is killed lets go', async () => {
  const data = await temporaryDirectory('lock');
  const source = new URL('../dist/start/lock.js', import.meta.url);
  const code = `const { takeLock } = await import('${source}'); await takeLock(${JSON.stringify(data)}, () => {}); console.log('has it'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(await takeLock(data, nothing)).toMatchObject({ other: { pid: child.pid } });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { lock, leftover } = await held(data);
  expect(leftover?.pid).toBe(child.pid);
  expect(JSON.parse(await readFile(lockFile(data), 'utf8'))).toMatchObject({ pid: process.pid });
  lock.release();
});
