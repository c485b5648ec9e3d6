// Lines by their numbers: what the index leads to is what a plain split of the whole text gives, before and after sealing.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { logSizes, readLines, readLog, recordDefaults } from '../../src/record/index.ts';
import { cut, type Part, type RecordKit, recordKit, type StartedRun } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const limit = recordDefaults.readBytes;

/** The plain way: a line is what stands up to a line end, that included, and what is left at the end. */
const splitLines = (text: Buffer) => text.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];

async function begin(text: Buffer, most: number): Promise<StartedRun> {
  const run = await kit.startRun();
  const parts = cut(0, text, most);
  for (let at = 0; at < parts.length; at += 500) await kit.send(run, parts.slice(at, at + 500));
  return run;
}

async function seal(run: StartedRun, text: Buffer): Promise<void> {
  await kit.end(run, [{}], [text.length]);
  await kit.seal();
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
}

const readRange = (run: StartedRun, first: number, last: number, most = limit) =>
  readLines(kit.db, kit.store, run.runId, 0, { kind: 'between', first, last }, most);
const readLast = (run: StartedRun, count: number) =>
  readLines(kit.db, kit.store, run.runId, 0, { kind: 'last', count }, limit);

test('any lines read through the index are those of a plain split, while the log grows and after it is sealed', async () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom('\n', '\n\n', '\r\n', 'x'), fc.string({ unit: 'binary', maxLength: 30 })), {
      minLength: 1,
      maxLength: 60,
    })
    .map((parts) => Buffer.from(parts.join('')))
    .filter((bytes) => bytes.length > 0);
  const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 70 })), {
    minLength: 4,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(text, ranges, fc.integer({ min: 1, max: 40 }), async (bytes, wanted, most) => {
      const run = await begin(bytes, most);
      const lines = splitLines(bytes);
      const compare = async () => {
        for (const [first, more] of wanted) {
          const part = await readRange(run, first, first + more);
          const right = lines.slice(first - 1, first + more);
          expect(part.bytes.toString('latin1')).toBe(right.join(''));
          expect([part.firstLine, part.lastLine]).toEqual([first, first + right.length - 1]);
          expect([part.next, part.lines, part.size]).toEqual([part.end, bytes.filter(isLineEnd).length, bytes.length]);
          const last = await readLast(run, more + 1);
          expect(last.bytes.toString('latin1')).toBe(lines.slice(-more - 1).join(''));
          expect(last.lastLine).toBe(lines.length);
        }
      };
      await compare();
      await seal(run, bytes);
      await compare();
    }),
    { numRuns: 8 },
  );
});

const isLineEnd = (byte: number) => byte === 10;

test('a line that is longer than an answer is read on by bytes, up to where the lines end', async () => {
  const text = Buffer.from(`short\n${'long '.repeat(5000)}\nlast\nnot asked for`);
  const run = await begin(text, 3000);
  const part = await readRange(run, 2, 3, 1000);
  expect(part).toMatchObject({ from: 6, next: 1006, end: text.length - 13, firstLine: 2, lastLine: 2 });
  const rest = await readLog(kit.db, kit.store, run.runId, 0, { from: part.next, limit: part.end - part.next });
  expect(part.bytes.toString() + rest.bytes.toString()).toBe(`${'long '.repeat(5000)}\nlast\n`);
});

test('a few lines of a big log cost reading a few members, wherever they are', async () => {
  // Of random bytes, so that a member in the archive is as big as what it holds.
  const line = () => `${randomBytes(500).toString('base64')}\n`;
  const lines = Array.from({ length: 4000 }, line);
  const run = await kit.startRun();
  const parts: Part[] = [];
  for (let at = 0, offset = 0; at < lines.length; at += 100) {
    const text = lines.slice(at, at + 100).join('');
    parts.push({ step: 0, offset, text });
    offset += text.length;
  }
  await kit.send(run, parts);
  await seal(run, Buffer.from(lines.join('')));
  let readBytes = 0;
  const counting: typeof kit.store = {
    ...kit.store,
    read(path, range) {
      readBytes += range.to - range.from;
      return kit.store.read(path, range);
    },
  };
  for (const first of [1, 1550, 3990]) {
    readBytes = 0;
    const wanted = { kind: 'between', first, last: first + 20 } as const;
    const part = await readLines(kit.db, counting, run.runId, 0, wanted, limit);
    expect(part.bytes.toString()).toBe(lines.slice(first - 1, first + 20).join(''));
    expect(readBytes).toBeLessThan(2 * 100 * 700);
  }
});

test('a log that is sealed between two looks of one reader is read from the file', async () => {
  const run = await begin(Buffer.from('one\ntwo\nthree\n'), 4);
  await kit.end(run, [{}], [14]);
  const slow: typeof kit.db = {
    ...kit.db,
    async query(statement) {
      const rows = await kit.db.query(statement);
      if (statement.text.includes('from log_chunk')) await kit.seal();
      return rows as never;
    },
  };
  const part = await readLines(slow, kit.store, run.runId, 0, { kind: 'between', first: 2, last: 2 }, limit);
  expect(part.bytes.toString()).toBe('two\n');
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
});

test('of a step that printed nothing no line is read; of a run that is not there, that is said', async () => {
  const run = await kit.startRun();
  for (const part of [await readRange(run, 1, 9), await readLast(run, 9)])
    expect(part).toMatchObject({ bytes: Buffer.alloc(0), firstLine: 1, lastLine: 0, lines: 0, end: 0 });
  const nowhere = readLines(kit.db, kit.store, 999_999, 0, { kind: 'last', count: 1 }, limit);
  await expect(nowhere).rejects.toMatchObject({ code: 'run-not-found' });
});

test('a worker that counted its lines wrong is told of, and the log is still read by bytes', async () => {
  const run = await begin(Buffer.from('one\ntwo\n'), 100);
  await kit.db.query(sql`update log_chunk set lines = 40 where run_id = ${run.runId}`);
  await expect(readRange(run, 30, 31)).rejects.toThrow(/line ends in bytes 0 to \d+ of step 0; its worker said 40/);
});
