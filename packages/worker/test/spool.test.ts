// Unsent log survives on disk, comes back in order, and takes no more room than it may.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { Spool } from '../src/log/spool.ts';
import { SpoolBudget } from '../src/log/spool-budget.ts';
import type { SealedChunk } from '../src/log/step-log.ts';

function chunk(step: number, offset: number, text: string): SealedChunk {
  const member = gzipSync(text);
  return { step, offset, sizeBytes: text.length, lines: 0, memberBytes: member.length, member };
}

async function spool(parts: { directory?: string; memoryBytes?: number; budget?: SpoolBudget } = {}) {
  const directory = parts.directory ?? join(await temporaryDirectory('spool'), 'spool');
  const troubles: unknown[] = [];
  const budget = parts.budget ?? new SpoolBudget(1e9);
  const options = { directory, memoryBytes: parts.memoryBytes ?? 1e6, millis: 60_000, budget };
  return { directory, troubles, budget, spool: new Spool({ ...options, onTrouble: (error) => troubles.push(error) }) };
}

const files = (directory: string) => readdir(directory).catch(() => []);

describe('a spool', () => {
  test('whose chunks are taken at once writes no file', async () => {
    const { spool: own, directory } = await spool();
    own.add(chunk(0, 0, 'hello'));
    const batch = await own.oldest(1e6, 64);
    expect(batch.map(({ offset }) => offset)).toEqual([0]);
    await own.forget(() => true);
    await own.flush();
    expect(own.isEmpty).toBe(true);
    expect(await files(directory)).toEqual([]);
  });

  test('gives back from disk, after its process died, what had been written, in order and byte for byte', async () => {
    const before = await spool({ memoryBytes: 10 });
    const chunks = Array.from({ length: 20 }, (_, index) => chunk(index % 3, index * 7, `chunk ${index}`));
    for (const one of chunks) before.spool.add(one);
    await before.spool.flush();
    const after = await spool({ directory: before.directory });
    await after.spool.restore();
    expect(await after.spool.oldest(1e6, 64)).toEqual(chunks);
    await after.spool.forget(() => true);
    expect(await files(before.directory)).toEqual([]);
    expect(after.budget.bytes).toBe(0);
  });

  test('gives back the error lines that were found in what it kept', async () => {
    const line = { step: 1, line: 3, startByte: 9, text: 'error: x', pattern: 'compiler', fingerprint: '0'.repeat(16) };
    const found = { errors: [line], errorStop: { step: 1, line: 4, why: 'enough' as const } };
    const before = await spool();
    before.spool.add({ ...chunk(1, 0, 'text'), ...found });
    await before.spool.flush();
    const after = await spool({ directory: before.directory });
    await after.spool.restore();
    expect(await after.spool.oldest(1e6, 64)).toEqual([expect.objectContaining(found)]);
  });

  test('gives back once what a full disk made it write twice, and nothing of a frame that was cut off', async () => {
    const before = await spool({ memoryBytes: 1 });
    const chunks = [chunk(0, 0, 'first'), chunk(0, 5, 'second')];
    for (const one of chunks) before.spool.add(one);
    await before.spool.flush();
    const [segment] = await files(before.directory);
    const whole = await readFile(join(before.directory, segment!));
    await writeFile(join(before.directory, '00000000'), whole.subarray(0, -3));
    const after = await spool({ directory: before.directory });
    await after.spool.restore();
    expect(await after.spool.oldest(1e6, 64)).toEqual(chunks);
  });

  test('keeps what it is just writing when all that lies beside it has been taken', async () => {
    const { spool: own, directory } = await spool();
    own.add(chunk(0, 0, 'first'));
    await own.flush();
    const second = chunk(0, 5, 'second');
    own.add(second);
    const written = own.flush();
    // The write has begun, and waits for the disk.
    await Promise.resolve();
    await own.forget(({ offset }) => offset === 0);
    await written;
    expect(await own.oldest(1e6, 64)).toEqual([second]);
    await own.forget(() => true);
    expect(await files(directory)).toEqual([]);
  });

  test('hands out batches of limited size, at least one chunk each', async () => {
    const { spool: own } = await spool();
    for (let index = 0; index < 5; index++) own.add(chunk(0, index, 'x'));
    expect(await own.oldest(1, 64)).toHaveLength(1);
    expect(await own.oldest(1e6, 3)).toHaveLength(3);
  });

  test('keeps its chunks in memory when the disk refuses, and says so', async () => {
    const { spool: own, troubles } = await spool({ directory: import.meta.filename });
    own.add(chunk(0, 0, 'kept'));
    await own.flush();
    expect(troubles).toHaveLength(1);
    expect(await own.oldest(1e6, 64)).toHaveLength(1);
  });

  test('that is full makes writers wait until something is taken', async () => {
    const budget = new SpoolBudget(30);
    const { spool: own } = await spool({ budget });
    own.add(chunk(0, 0, 'some text that is long enough'));
    expect(budget.isFull).toBe(true);
    const room = budget.room();
    await own.forget(() => true);
    await room;
    expect(budget.isFull).toBe(false);
  });
});
