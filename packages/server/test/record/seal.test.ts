// Sealing: the file is the log, byte for byte, whoever dies or comes late, and a reader never sees the change.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { type ArchiveStore, append, logSizes, openSealedLog, readLog, recordDefaults } from '../../src/record/index.ts';
import { missed, takeToSeal } from '../../src/record/to-seal.ts';
import { chunksOf, cut, gunzip, type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const countOf = async (table: 'chunk' | 'waiting', runId: number) => {
  const [row] = await kit.db.query<{ chunk: number; waiting: number }>(sql`
    select (select count(*) from log_chunk where run_id = ${runId}) as chunk,
           (select count(*) from to_seal where run_id = ${runId}) as waiting`);
  return row![table];
};

test('gunzip of the sealed file prints a header and every step between its lines, and the row says what it is', async () => {
  const run = await kit.startRun({ branch: 'feature/é', lane: 'unit', variant: 'debug' });
  await kit.send(run, [
    { step: 0, offset: 0, text: 'set up\n' },
    { step: 1, offset: 0, text: 'no line end' },
  ]);
  const steps = [
    { name: 'set up' },
    { name: 'make\nverdict: forged', state: 'failed', exitCode: 2 },
    { name: 'quiet' },
  ] as const;
  await kit.end(
    run,
    [...steps, { name: 'never', state: 'skipped', exitCode: null, startedAt: null, endedAt: null }],
    [7, 11, 0, 0],
  );
  expect(await kit.seal()).toEqual([run.runId]);
  const path = (await kit.sealedPath(run.runId))!;
  expect(path).toMatch(/^sample\/builds\/feature%2F%C3%A9-linux-debug\/\d{10}\/unit-run1\.txt\.gz$/);
  const file = join(kit.archive, path);
  expect(gunzip(file).toString()).toMatch(
    /^lane: unit\nrun: 1\nworker: anvil \(pool local\)\nstart: 2026-11-22T10:00:00.000Z\nend: 2026-11-22T10:00:02.000Z\nverdict: passed \(all-steps-passed: As it was.\)\nbuild id: \d{14}\nrepository: sample\nbranch: feature\/é\nrevision: a{40}\ncause: push\n\nStarted set up at 2026-11-22T10:00:00.000Z\nset up\n\nFinished set up at 2026-11-22T10:00:01.500Z \(passed, exit 0, elapsed 1.500 s\)\n\nStarted make verdict: forged at 2026-11-22T10:00:00.000Z\nno line end\nFinished make verdict: forged at 2026-11-22T10:00:01.500Z \(failed, exit 2, elapsed 1.500 s\)\n\nStarted quiet at 2026-11-22T10:00:00.000Z\nFinished quiet at 2026-11-22T10:00:01.500Z \(passed, exit 0, elapsed 1.500 s\)\n\nLeft out never \(skipped\)\n$/,
  );
  const bytes = await readFile(file);
  const opened = await openSealedLog(kit.db, kit.store, run.runId);
  expect(opened).toMatchObject({
    name: 'unit-run1.txt.gz',
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect(await countOf('chunk', run.runId)).toBe(0);
  expect(await countOf('waiting', run.runId)).toBe(0);
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
});

test('any range reads the same before and after sealing, across chunks and through the middle of a character', async () => {
  const run = await kit.startRun({ lane: 'ranges' });
  const steps = [Buffer.from('žluťoučký kůň 🐎\n'.repeat(3000)), randomBytes(30_000)];
  for (const [step, bytes] of steps.entries()) {
    const parts = cut(step, bytes, 2500);
    for (let at = 0; at < parts.length; at += 7) await kit.send(run, parts.slice(at, at + 7));
  }
  const compare = async () => {
    for (const [step, bytes] of steps.entries()) {
      for (let look = 0; look < 25; look++) {
        const from = Math.floor(Math.random() * (bytes.length + 10));
        const limit = 1 + Math.floor(Math.random() * 9000);
        const part = await readLog(kit.db, kit.store, run.runId, step, { from, limit });
        expect(part.bytes.equals(bytes.subarray(from, from + limit))).toBe(true);
        expect(part.next).toBe(Math.min(Math.min(from, bytes.length) + limit, bytes.length));
      }
      const tail = await readLog(kit.db, kit.store, run.runId, step, { from: 0, limit: 1, tail: 4001 });
      expect(tail.bytes.equals(bytes.subarray(-4001))).toBe(true);
    }
  };
  await compare();
  await kit.end(
    run,
    [{}, {}],
    steps.map(({ length }) => length),
  );
  // Once in memory, once streamed: 1 byte is small for nothing.
  await kit.seal({ ...recordDefaults, smallLogBytes: 1 });
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
  await compare();
  expect(gunzip(join(kit.archive, (await kit.sealedPath(run.runId))!)).includes(steps[1]!)).toBe(true);
});

test('a log of more chunks than are read in one go is sealed and read whole', async () => {
  const run = await kit.startRun({ lane: 'many' });
  const lines = Array.from({ length: 2300 }, (_, line) => `${line}\n`);
  const bytes = Buffer.from(lines.join(''));
  // Chunks of one line each.
  const parts = lines.map((text, at) => ({ step: 0, offset: Buffer.byteLength(lines.slice(0, at).join('')), text }));
  for (let at = 0; at < parts.length; at += 900) await kit.send(run, parts.slice(at, at + 900));
  const readAll = async () => {
    const got: Buffer[] = [];
    for (let from = 0; from < bytes.length; ) {
      const part = await readLog(kit.db, kit.store, run.runId, 0, { from, limit: 1 << 20 });
      got.push(part.bytes);
      from = part.next;
    }
    return Buffer.concat(got);
  };
  expect((await readAll()).equals(bytes)).toBe(true);
  await kit.end(run, [{}], [bytes.length]);
  await kit.seal({ ...recordDefaults, smallLogBytes: 1 });
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
  expect((await readAll()).equals(bytes)).toBe(true);
});

test('a log that is still on its way is not sealed; with its last chunk it is', async () => {
  const run = await kit.startRun({ lane: 'late' });
  await kit.send(run, [{ step: 0, offset: 0, text: 'early ' }]);
  await kit.end(run, [{}, {}], [10, 4]);
  expect(await kit.seal()).toEqual([]);
  await kit.send(run, [{ step: 0, offset: 6, text: 'late' }]);
  expect(await kit.seal()).toEqual([]);
  await kit.send(run, [{ step: 1, offset: 0, text: 'last' }]);
  expect(await kit.seal()).toEqual([run.runId]);
  // The answer of the last call got lost, and it comes again.
  await kit.send(run, [{ step: 1, offset: 0, text: 'last' }]);
});

test('after the time for it a log is sealed as it is; the file says what is missing, and what comes later is refused', async () => {
  const run = await kit.startRun({ lane: 'cut' });
  await kit.send(run, [{ step: 0, offset: 0, text: 'half' }]);
  await kit.end(run, [{}, {}], [100, 7]);
  await kit.db.query(sql`update to_seal set ended_at = now() - interval '601 seconds' where run_id = ${run.runId}`);
  expect(await kit.seal()).toEqual([run.runId]);
  const [row] = await kit.db.query(sql`select missing_bytes as missing from sealed_log where run_id = ${run.runId}`);
  expect(row).toEqual({ missing: 103 });
  const text = gunzip(join(kit.archive, (await kit.sealedPath(run.runId))!)).toString();
  expect(text).toContain('half\nMissing: 96 bytes of this log never arrived\nFinished step 0');
  expect(text).toContain('Missing: 7 bytes of this log never arrived\nFinished step 1');
  await expect(kit.send(run, [{ step: 0, offset: 4, text: 'rest' }])).rejects.toMatchObject({ code: 'claim-lost' });
  await kit.send(run, [{ step: 0, offset: 0, text: 'half' }]);
});

test('the log of a lost worker is sealed at once, with what had come of it', async () => {
  const run = await kit.startRun({ lane: 'lost' });
  await kit.send(run, [{ step: 1, offset: 0, text: 'last words\n' }]);
  await kit.end(run, [], null);
  expect(await kit.seal()).toEqual([run.runId]);
  const text = gunzip(join(kit.archive, (await kit.sealedPath(run.runId))!)).toString();
  expect(text).toContain('log: ends where the worker was lost');
  expect(text).toContain('last words\n\nNot finished: step 1\n');
});

test('a run that printed nothing has a log that says so', async () => {
  const run = await kit.startRun({ lane: 'silent' });
  await kit.end(run, [{}], [0]);
  await kit.seal();
  expect(gunzip(join(kit.archive, (await kit.sealedPath(run.runId))!)).toString()).toContain('Started step 0');
  expect(await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 10 })).toMatchObject({ size: 0, next: 0 });
});

test('chunks that race the sealing of their run are in the file, or refused', async () => {
  for (let round = 0; round < 8; round++) {
    const run = await kit.startRun({ lane: `race-${round}` });
    await kit.send(run, [{ step: 0, offset: 0, text: 'a' }]);
    await kit.end(run, [{}], [9]);
    await kit.db.query(sql`update to_seal set ended_at = now() - interval '601 seconds' where run_id = ${run.runId}`);
    const [sent] = await Promise.allSettled([kit.send(run, [{ step: 0, offset: 1, text: 'bc' }]), kit.seal()]);
    await kit.seal();
    const { bytes } = await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 10 });
    expect(bytes.toString()).toBe(sent.status === 'fulfilled' ? 'abc' : 'a');
    expect(await countOf('chunk', run.runId)).toBe(0);
  }
});

test('a log is not closed under an append that has begun, and an append waits for a closing that has', async () => {
  const run = await kit.startRun({ lane: 'turns' });
  await kit.end(run, [{}], [9]);
  await kit.db.query(sql`update to_seal set ended_at = now() - interval '601 seconds' where run_id = ${run.runId}`);
  const { chunks, body } = chunksOf([{ step: 0, offset: 0, text: 'abc' }]);
  await kit.db.transaction(async (tx) => {
    await append(tx, run, chunks, body, recordDefaults);
    expect(await kit.seal()).toEqual([]);
  });
  let sending: Promise<unknown> = Promise.resolve();
  await kit.db.transaction(async (tx) => {
    expect(await takeToSeal(tx, recordDefaults)).toEqual([run.runId]);
    sending = kit.send(run, [{ step: 0, offset: 3, text: 'def' }]).catch((error: unknown) => error);
    await kit.untilHeldUp(sending);
  });
  expect(await sending).toMatchObject({ code: 'claim-lost' });
  await kit.db.query(sql`update to_seal set not_before = now() where run_id = ${run.runId}`);
  expect(await kit.seal()).toEqual([run.runId]);
  expect((await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 10 })).bytes.toString()).toBe('abc');
});

test('a log that is sealed between two looks of one reader is read from the file', async () => {
  const run = await kit.startRun({ lane: 'between' });
  await kit.send(run, [{ step: 0, offset: 0, text: 'text' }]);
  await kit.end(run, [{}], [4]);
  const slow: typeof kit.db = {
    ...kit.db,
    async query(statement) {
      if (statement.text.includes('from log_chunk')) await kit.seal();
      return kit.db.query(statement);
    },
  };
  const part = await readLog(slow, kit.store, run.runId, 0, { from: 1, limit: 2 });
  expect(part.bytes.toString()).toBe('ex');
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
});

test('a server that dies between file and row has done no harm: the next one makes the same file and the row', async () => {
  const run = await kit.startRun({ lane: 'crash' });
  const bytes = randomBytes(5000);
  await kit.send(run, cut(0, bytes, 700));
  await kit.end(run, [{}], [5000]);
  const dying: ArchiveStore = {
    ...kit.store,
    async put(path, body, accept) {
      await kit.store.put(path, body, accept);
      throw new Error('killed');
    },
  };
  await expect(kit.seal(recordDefaults, dying)).rejects.toThrow(
    `The log of run ${run.runId} could not be sealed: killed`,
  );
  const [file] = await readdir(kit.archive, { recursive: true }).then((all) =>
    all.filter((name) => name.endsWith('crash-run1.txt.gz')),
  );
  const before = await readFile(join(kit.archive, file!));
  expect((await logSizes(kit.db, run.runId)).logState).toBe('arriving');
  expect((await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 9000 })).bytes.equals(bytes)).toBe(true);
  // Not at once again, and not only when its time to seal it would be over.
  expect(await kit.seal()).toEqual([]);
  const soon = await kit.db.query(sql`select 1 from to_seal where not_before < now() + interval '20 seconds'`);
  expect(soon).toHaveLength(1);
  await kit.db.query(sql`update to_seal set not_before = now() where run_id = ${run.runId}`);
  expect(await kit.seal()).toEqual([run.runId]);
  expect((await readFile(join(kit.archive, file!))).equals(before)).toBe(true);
  expect((await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 9000 })).bytes.equals(bytes)).toBe(true);
});

test('servers that seal at once take different runs, and every run is sealed once', async () => {
  const runs = [];
  for (let at = 0; at < 30; at++) {
    const run = await kit.startRun({ lane: `lane-${at}` });
    await kit.send(run, [{ step: 0, offset: 0, text: `run ${run.runId}\n` }]);
    await kit.end(run, [{}], [`run ${run.runId}\n`.length]);
    runs.push(run);
  }
  const limits = { ...recordDefaults, sealBatch: 7 };
  const sealed = (await Promise.all([kit.seal(limits), kit.seal(limits), kit.seal(limits)])).flat();
  expect(sealed.sort((a, b) => a - b)).toEqual(runs.map(({ runId }) => runId));
  expect(await takeToSeal(kit.db, recordDefaults)).toEqual([]);
  for (const { runId } of runs) {
    const { bytes } = await readLog(kit.db, kit.store, runId, 0, { from: 0, limit: 100 });
    expect(bytes.toString()).toBe(`run ${runId}\n`);
  }
});

test('one log that cannot be sealed does not hold up the others', async () => {
  const [bad, good] = [await kit.startRun({ lane: 'bad' }), await kit.startRun({ lane: 'good' })];
  for (const run of [bad, good]) {
    await kit.send(run, [{ step: 0, offset: 0, text: 'text' }]);
    await kit.end(run, [{}], [4]);
  }
  await kit.db.query(sql`delete from log_chunk where run_id = ${bad.runId}`);
  await expect(kit.seal()).rejects.toThrow(
    `run ${bad.runId} could not be sealed: Step 0 lacks the chunk at byte 0 of 4`,
  );
  expect(await kit.sealedPath(good.runId)).toBeDefined();
  expect(await kit.sealedPath(bad.runId)).toBeUndefined();
  expect(await kit.unfinished()).toEqual([]);
});

test('a reader who looks while the log is being sealed misses nothing', async () => {
  const run = await kit.startRun({ lane: 'watched' });
  const bytes = randomBytes(20_000);
  await kit.send(run, cut(0, bytes, 900));
  await kit.end(run, [{}], [20_000]);
  let isSealed = false;
  const reading = (async () => {
    do {
      const part = await readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 1 << 20 });
      expect(part.bytes.equals(bytes)).toBe(true);
    } while (!isSealed);
  })();
  await kit.seal();
  isSealed = true;
  await reading;
});

test('a sealed file that is gone from the disk is named', async () => {
  const run = await kit.startRun({ lane: 'gone' });
  await kit.send(run, [{ step: 0, offset: 0, text: 'text' }]);
  await kit.end(run, [{}], [4]);
  await kit.seal();
  const path = (await kit.sealedPath(run.runId))!;
  await kit.store.remove(path);
  await expect(readLog(kit.db, kit.store, run.runId, 0, { from: 0, limit: 4 })).rejects.toThrow(
    `${path} is not in the archive`,
  );
  await expect(openSealedLog(kit.db, kit.store, run.runId)).rejects.toMatchObject({ code: 'not-found' });
  expect(await kit.store.list(dirname(path), 10)).toEqual([]);
});

test('a run that printed nothing has no log file, waits in no line, and says so', async () => {
  const run = await kit.startRun({ lane: 'silent' });
  await kit.end(run, [{ name: 'set up' }], [0, 0]);
  await kit.db.query(sql`delete from to_seal where run_id = ${run.runId}`);
  await kit.db.query(sql`update run set ended_at = now() - interval '10 seconds' where id = ${run.runId}`);
  await missed(kit.db, 60);
  expect(await countOf('waiting', run.runId)).toBe(0);
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
  await expect(openSealedLog(kit.db, kit.store, run.runId)).rejects.toThrow(/printed nothing/);
});

test('the time in which a log may arrive runs only while there is a server that takes it', async () => {
  const run = await kit.startRun();
  await kit.send(run, [{ step: 0, offset: 0, text: 'begin\n' }]);
  await kit.end(run, [{}], [10]);
  await kit.db.query(sql`update to_seal set ended_at = now() - interval '1 hour' where run_id = ${run.runId}`);
  // Servers were away, or their disk was full, until a moment ago.
  await kit.db.query(sql`update lease_clock set logs_taken_since = now()`);
  expect(await kit.seal()).toEqual([]);
  await kit.send(run, [{ step: 0, offset: 6, text: 'end\n' }]);
  expect(await kit.seal()).toEqual([run.runId]);

  const never = await kit.startRun();
  await kit.end(never, [{}], [10]);
  await kit.db.query(sql`
    with clock as (update lease_clock set logs_taken_since = now() - interval '11 minutes')
    update to_seal set ended_at = now() - interval '1 hour' where run_id = ${never.runId}`);
  expect(await kit.seal()).toEqual([never.runId]);
});
