// Appending: what comes twice, what comes late, what comes from one who has lost the run, and what is no log at all.
import { randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { append, logSizes, readLog, recordDefaults } from '../../src/record/index.ts';
import { chunksOf, cut, type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const textOf = async (runId: number, step: number) =>
  (await readLog(kit.db, kit.store, runId, step, { from: 0, limit: 1 << 30 })).bytes.toString();

test('one call carries the log of several steps, and each can be read from any byte', async () => {
  const run = await kit.startRun();
  await kit.send(run, [
    { step: 0, offset: 0, text: 'set up\n' },
    { step: 1, offset: 0, text: 'one\ntwo\n' },
    { step: 1, offset: 8, text: 'three' },
  ]);
  expect(await logSizes(kit.db, run.runId)).toEqual({
    logState: 'open',
    archivePath: null,
    logs: [
      { step: 0, sizeBytes: 7, lines: 1 },
      { step: 1, sizeBytes: 13, lines: 2 },
    ],
  });
  expect(await textOf(run.runId, 1)).toBe('one\ntwo\nthree');
  const part = await readLog(kit.db, kit.store, run.runId, 1, { from: 6, limit: 4 });
  expect(part).toMatchObject({ from: 6, next: 10, size: 13 });
  expect(part.bytes.toString()).toBe('o\nth');
  const tail = await readLog(kit.db, kit.store, run.runId, 1, { from: 0, limit: 1, tail: 7 });
  expect([tail.from, tail.bytes.toString(), tail.next]).toEqual([6, 'o\nthree', 13]);
  expect(await readLog(kit.db, kit.store, run.runId, 9, { from: 5, limit: 9 })).toMatchObject({
    from: 0,
    next: 0,
    size: 0,
  });
});

test('a repeat changes nothing, also when it brings more behind what is there already', async () => {
  const run = await kit.startRun();
  const first = { step: 0, offset: 0, text: 'first\n' };
  const second = { step: 0, offset: 6, text: 'second\n' };
  await kit.send(run, [first]);
  await kit.send(run, [first]);
  await kit.send(run, [first, second]);
  await kit.send(run, [first, second]);
  await kit.send(run, [second, { step: 1, offset: 0, text: 'other' }]);
  expect(await textOf(run.runId, 0)).toBe('first\nsecond\n');
  expect((await logSizes(kit.db, run.runId)).logs).toEqual([
    { step: 0, sizeBytes: 13, lines: 2 },
    { step: 1, sizeBytes: 5, lines: 0 },
  ]);
});

test('a gap is refused and says from where to go on', async () => {
  const run = await kit.startRun();
  await kit.send(run, [{ step: 2, offset: 0, text: 'abc' }]);
  const gap = { code: 'log-gap', extra: { step: 2, expected: 3 } };
  await expect(kit.send(run, [{ step: 2, offset: 4, text: 'x' }])).rejects.toMatchObject(gap);
  // Cut otherwise than before: half of it is there.
  await expect(kit.send(run, [{ step: 2, offset: 1, text: 'bcdef' }])).rejects.toMatchObject(gap);
  await expect(kit.send(run, [{ step: 3, offset: 1, text: 'x' }])).rejects.toMatchObject({
    code: 'log-gap',
    extra: { step: 3, expected: 0 },
  });
  expect((await logSizes(kit.db, run.runId)).logs).toEqual([{ step: 2, sizeBytes: 3, lines: 0 }]);
});

test('the same calls racing each other make each chunk once', async () => {
  for (let round = 0; round < 5; round++) {
    const run = await kit.startRun();
    const bytes = randomBytes(3000);
    const parts = cut(0, bytes, 400);
    for (let at = 0; at < parts.length; at += 3) {
      const batch = [...parts.slice(Math.max(0, at - 1), at + 3), { step: at + 1, offset: 0, text: 'one\n' }];
      await Promise.all([1, 2, 3, 4].map(() => kit.send(run, batch)));
    }
    const read = await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 1 << 20 });
    expect(read.bytes.equals(bytes)).toBe(true);
    const lines = bytes.filter((byte) => byte === 10).length;
    expect((await logSizes(kit.db, run.runId)).logs[0]).toEqual({ step: 0, sizeBytes: 3000, lines });
  }
});

test('another claim, and a worker that was given up, are fenced off', async () => {
  const run = await kit.startRun();
  await kit.send(run, [{ step: 0, offset: 0, text: 'mine' }]);
  const stranger = { runId: run.runId, claimId: randomUUID() };
  await expect(kit.send(stranger, [{ step: 0, offset: 4, text: 'x' }])).rejects.toMatchObject({ code: 'claim-lost' });
  await kit.end(run, [{}], null);
  await expect(kit.send(run, [{ step: 0, offset: 4, text: 'x' }])).rejects.toMatchObject({ code: 'claim-lost' });
  await expect(kit.send({ ...run, runId: 999_999 }, [{ step: 0, offset: 0, text: 'x' }])).rejects.toMatchObject({
    code: 'run-not-found',
  });
  expect(await textOf(run.runId, 0)).toBe('mine');
});

test('after its end a run takes the log that it announced, and no more', async () => {
  const run = await kit.startRun();
  await kit.send(run, [{ step: 0, offset: 0, text: 'begin ' }]);
  await kit.end(run, [{}, {}], [9, 2]);
  expect((await logSizes(kit.db, run.runId)).logState).toBe('arriving');
  await expect(kit.send(run, [{ step: 0, offset: 6, text: 'endless' }])).rejects.toMatchObject({ code: 'bad-request' });
  await expect(kit.send(run, [{ step: 2, offset: 0, text: 'x' }])).rejects.toMatchObject({ code: 'bad-request' });
  await kit.send(run, [
    { step: 0, offset: 6, text: 'end' },
    { step: 1, offset: 0, text: 'ok' },
  ]);
  expect(await textOf(run.runId, 0)).toBe('begin end');
  expect(await textOf(run.runId, 1)).toBe('ok');
});

test('the rest of a log is taken also before its run is in line to be sealed, and puts it there', async () => {
  const run = await kit.startRun();
  await kit.send(run, [{ step: 0, offset: 0, text: 'first, ' }]);
  await kit.end(run, [{}], [11]);
  // As between the end and what follows it, and for a minute when the server dies there.
  await kit.db.query(sql`delete from to_seal where run_id = ${run.runId}`);
  await kit.send(run, [{ step: 0, offset: 7, text: 'rest' }]);
  expect(await kit.seal()).toContain(run.runId);
  expect(await textOf(run.runId, 0)).toBe('first, rest');
});

test('an append that races the end of its run is either before it or told of it, never half there', async () => {
  for (let round = 0; round < 10; round++) {
    const run = await kit.startRun();
    await kit.send(run, [{ step: 0, offset: 0, text: 'a' }]);
    const [sent] = await Promise.allSettled([
      kit.send(run, [{ step: 0, offset: 1, text: 'bc' }]),
      kit.end(run, [{}], round % 2 ? null : [3]),
    ]);
    const size = (await logSizes(kit.db, run.runId)).logs[0]!.sizeBytes;
    expect(size).toBe(sent.status === 'fulfilled' ? 3 : 1);
    if (sent.status === 'rejected') expect(sent.reason).toMatchObject({ code: 'claim-lost' });
  }
});

test('an append waits for the end of its run that has begun, and then knows of it', async () => {
  const run = await kit.startRun();
  let sending: Promise<unknown> = Promise.resolve();
  await kit.db.transaction(async (tx) => {
    await tx.query(sql`update run set ended_at = now(), verdict = 'errored' where id = ${run.runId}`);
    sending = kit.send(run, [{ step: 0, offset: 0, text: 'late' }]).catch((error: unknown) => error);
    await kit.untilHeldUp(sending);
  });
  expect(await sending).toMatchObject({ code: 'claim-lost' });
  expect((await logSizes(kit.db, run.runId)).logs).toEqual([]);
});

test('the end of a run waits for an append that has begun, so what is sealed then holds it', async () => {
  const run = await kit.startRun({ lane: 'in-time' });
  const { chunks, body } = chunksOf([{ step: 0, offset: 0, text: 'in time' }]);
  let ending: Promise<unknown> = Promise.resolve();
  await kit.db.transaction(async (tx) => {
    await append(tx, run, chunks, body, recordDefaults);
    ending = kit.end(run, [{}], null);
    await kit.untilHeldUp(ending);
    expect((await logSizes(kit.db, run.runId)).logState).toBe('open');
  });
  await ending;
  expect(await kit.seal()).toContain(run.runId);
  expect(await textOf(run.runId, 0)).toBe('in time');
});

test('what is no log is refused before anything is written', async () => {
  const run = await kit.startRun();
  const { chunks, body } = chunksOf([{ step: 0, offset: 0, text: 'hello' }]);
  const [chunk] = chunks as [(typeof chunks)[0]];
  const tryIt = (changed: typeof chunks, bytes: Buffer, limits = recordDefaults) =>
    append(kit.db, run, changed, bytes, limits);
  const bad = { code: 'bad-request' };
  await expect(tryIt([], body)).rejects.toMatchObject(bad);
  await expect(tryIt([{ ...chunk, sizeBytes: 6 }], body)).rejects.toThrow('holds 5 bytes by its own trailer, not 6');
  await expect(tryIt([{ ...chunk, memberBytes: body.length + 1 }], body)).rejects.toMatchObject(bad);
  await expect(tryIt([chunk], Buffer.concat([body, body]))).rejects.toMatchObject(bad);
  await expect(tryIt([{ ...chunk, step: 5000 }], body)).rejects.toMatchObject(bad);
  await expect(tryIt([{ ...chunk, lines: 6 }], body)).rejects.toMatchObject(bad);
  await expect(tryIt([chunk, chunk], Buffer.concat([body, body]))).rejects.toMatchObject(bad);
  await expect(tryIt([{ ...chunk, memberBytes: 40 }], Buffer.alloc(40, 'hello'))).rejects.toThrow(
    'does not begin as gzip',
  );
  await expect(tryIt([chunk], body, { ...recordDefaults, chunkBytes: 4 })).rejects.toMatchObject(bad);
  await expect(tryIt([chunk], body, { ...recordDefaults, logBytes: 4 })).rejects.toMatchObject({ code: 'too-large' });
  await expect(tryIt([chunk], body, { ...recordDefaults, appendChunks: 0 })).rejects.toMatchObject({
    code: 'too-large',
  });
  expect((await logSizes(kit.db, run.runId)).logs).toEqual([]);
});

test('a member that lies in its very trailer is named when it is read, and the rest stays readable', async () => {
  const run = await kit.startRun();
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  bomb.writeUInt32LE(20_000, bomb.length - 4);
  const { chunks, body } = chunksOf([{ step: 0, offset: 20_003, text: 'end' }]);
  await kit.send(run, [{ step: 0, offset: 0, text: 'abc' }]);
  const liar = { step: 0, offset: 3, sizeBytes: 20_000, lines: 0, memberBytes: bomb.length };
  await append(kit.db, run, [liar, ...chunks], Buffer.concat([bomb, body]), recordDefaults);
  const read = (from: number, limit: number) => readLog(kit.db, kit.store, run.runId, 0, { from, limit });
  await expect(read(0, 100)).rejects.toThrow(`The log of run ${run.runId} is damaged, bytes 3 to 20003 of step 0`);
  expect((await read(0, 3)).bytes.toString()).toBe('abc');
  expect((await read(20_003, 10)).bytes.toString()).toBe('end');
  await kit.end(run, [{}], [20_006]);
  expect(await kit.seal()).toContain(run.runId);
  await expect(read(0, 100)).rejects.toThrow('is damaged, bytes 3 to 20003 of step 0');
  expect((await read(20_003, 10)).bytes.toString()).toBe('end');
});

test('an append is one statement', async () => {
  const run = await kit.startRun();
  let statements = 0;
  const counting: typeof kit.db = {
    ...kit.db,
    query(statement) {
      statements++;
      return kit.db.query(statement);
    },
  };
  const { chunks, body } = chunksOf([0, 1, 2, 3].map((step) => ({ step, offset: 0, text: `step ${step}\n` })));
  await append(counting, run, chunks, body, recordDefaults);
  expect(statements).toBe(1);
  const [count] = await kit.db.query(sql`select count(*) as chunks from log_chunk where run_id = ${run.runId}`);
  expect(count).toEqual({ chunks: 4 });
});
