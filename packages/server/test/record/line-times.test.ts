// When lines were printed, and how a terminal stood before them: what a real worker's index says wherever one reads, before and after
// sealing; nothing where a worker says nothing; and no harm where one lies.
import { gzipSync } from 'node:zlib';
import { gzipHeadOf, type MaybeTimedLines, type MemberHead, plainHeadBytes, timesText } from '@signalbox/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FormSearch } from '../../../worker/src/log/form-search.ts';
import { Members } from '../../../worker/src/log/members.ts';
import { type SealedChunk, StepLog } from '../../../worker/src/log/step-log.ts';
import { append, logNews, logSizes, readLines, recordDefaults, searchLog } from '../../src/record/index.ts';
import { gunzip, type RecordKit, recordKit, type StartedRun } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const start = 1_795_436_400_000;
type Printed = readonly (readonly [text: string, gap: number])[];

/** As a worker's step cuts, compresses and describes it. */
function chunksOf(printed: Printed, chunkBytes: number): SealedChunk[] {
  const chunks: SealedChunk[] = [];
  let now = start;
  const log = new StepLog({
    step: 0,
    hidden: new FormSearch([]),
    limitBytes: 1e9,
    tailBytes: 1e6,
    chunkBytes,
    patienceMillis: () => 600_000,
    members: new Members(),
    onChunk: (chunk) => chunks.push(chunk),
    now: () => now,
  });
  for (const [text, gap] of printed) {
    now += gap;
    log.write(text);
  }
  log.end();
  return chunks;
}

function send(run: StartedRun, chunks: readonly SealedChunk[]): Promise<void> {
  return append(kit.db, run, chunks, Buffer.concat(chunks.map(({ member }) => member)), recordDefaults);
}

/** Of members as somebody made them. */
async function begin(parts: readonly { text: string; member?: Uint8Array }[]): Promise<StartedRun> {
  const run = await kit.startRun();
  let offset = 0;
  for (const { text, member = gzipSync(text) } of parts) {
    const sizeBytes = Buffer.byteLength(text);
    const lines = text.split('\n').length - 1;
    const chunk = { step: 0, offset, sizeBytes, lines, memberBytes: member.length, member: Buffer.from(member) };
    await send(run, [chunk]);
    offset += sizeBytes;
  }
  return run;
}

const withHead = (text: string, head: Uint8Array) => Buffer.concat([head, gzipSync(text).subarray(plainHeadBytes)]);
const headed = (text: string, head: MemberHead) => ({ text, member: withHead(text, gzipHeadOf(head)) });

async function seal(run: StartedRun, bytes: number): Promise<void> {
  await kit.end(run, [{}], [bytes]);
  await kit.seal();
  expect((await logSizes(kit.db, run.runId)).logState).toBe('sealed');
}

const read = (run: StartedRun, first: number, last: number) =>
  readLines(kit.db, kit.store, run.runId, 0, { kind: 'between', first, last }, recordDefaults.readBytes);
const readLast = (run: StartedRun, count: number) =>
  readLines(kit.db, kit.store, run.runId, 0, { kind: 'last', count }, recordDefaults.readBytes);
const each = (times: readonly MaybeTimedLines[]) =>
  times.flatMap(({ lines, at }) => Array<number | null>(lines).fill(at));

/** The plain way, with all of it at hand: each line's time is that of its first byte; its terminal has obeyed all before. */
function plainly(printed: Printed): { at: number; colours: string }[] {
  const lines: { at: number; colours: string }[] = [];
  let [at, before, begins] = [start, '', true];
  for (const [text, gap] of printed) {
    at += gap;
    for (const character of text) {
      if (begins) lines.push({ at, colours: coloursAfter(before) });
      before += character;
      begins = character === '\n';
    }
  }
  return lines;
}

/** A small terminal. */
function coloursAfter(text: string): string {
  let [bold, colour] = ['', ''];
  for (const [, codes = ''] of text.matchAll(/\x1b\[([\d;]*)m/g)) {
    for (const code of codes.split(';')) {
      if (code === '' || code === '0') [bold, colour] = ['', ''];
      else if (code === '1') bold = code;
      else if (code === '22') bold = '';
      else colour = code === '39' ? '' : code;
    }
  }
  return `${bold} ${colour}`;
}

const everyLine = { pattern: { text: '', isExpression: true, ignoreCase: false }, limit: 1000 };

describe('of what a worker sends', () => {
  const text = fc
    .array(
      fc.constantFrom('a', 'long words ', '\n', '\n\n', '10 %\r', '\x1b[31m', '\x1b[1;32m', '\x1b[0m', '\x1b[39m'),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((parts) => parts.join(''));
  const printed = fc.array(fc.tuple(text, fc.constantFrom(0, 1, 5, 250, 60_000)), { minLength: 1, maxLength: 20 });
  const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 0, max: 25 })), {
    minLength: 4,
    maxLength: 4,
  });

  test('the times of any lines, to five milliseconds, and the colours before them are those of a plain look at all', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(printed, ranges, fc.integer({ min: 4, max: 60 }), async (printed, wanted, chunkBytes) => {
        const run = await kit.startRun();
        const chunks = chunksOf(printed, chunkBytes);
        await send(run, chunks);
        const lines = plainly(printed);
        const bytes = Buffer.from(printed.map(([text]) => text).join(''));
        const hold = (times: readonly MaybeTimedLines[], right: typeof lines) => {
          const told = each(times);
          expect(told).toHaveLength(right.length);
          expect(told.filter((at, line) => at === null || at > right[line]!.at || at < right[line]!.at - 4)).toEqual(
            [],
          );
        };
        const compare = async () => {
          for (const [first, more] of wanted) {
            const part = await read(run, first, first + more);
            const right = lines.slice(first - 1, first + more);
            hold(part.times, right);
            if (right[0]) expect(coloursAfter(part.state!)).toBe(right[0].colours);
            hold((await readLast(run, more + 1)).times, lines.slice(-more - 1));
            // By bytes, as somebody who follows it gets it: of the lines that begin there.
            const from = (first * 7 + more) % bytes.length;
            const news = await logNews(kit.db, kit.store, run.runId, 0, from);
            const to = Math.min(bytes.length, from + more);
            const begun = (byte: number) =>
              bytes
                .subarray(0, byte)
                .toString('latin1')
                .match(/[^\n]*\n|[^\n]+$/g)?.length ?? 0;
            hold(news.times(to), lines.slice(begun(from), Math.max(begun(from), begun(to))));
          }
        };
        await compare();
        const found = await searchLog(
          kit.db,
          kit.store,
          run.runId,
          everyLine,
          recordDefaults,
          new AbortController().signal,
        );
        hold(
          found.hits.map(({ printedAt = null }) => ({ lines: 1, at: printedAt })),
          lines,
        );
        await seal(run, bytes.length);
        await compare();
        expect(gunzip(`${kit.archive}/${await kit.sealedPath(run.runId)}`).includes(bytes)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });
});

describe('of members without an index, as of an older worker', () => {
  test('nothing is said, neither before nor after sealing', async () => {
    const run = await begin([{ text: 'one\ntw' }, { text: 'o\n\x1b[31mthree\n' }, { text: 'four\n' }]);
    for (let isSealed = false; ; isSealed = true) {
      expect(await read(run, 1, 4)).toMatchObject({ times: [], state: '' });
      expect(await read(run, 4, 4)).toMatchObject({ times: [], state: undefined });
      expect((await logNews(kit.db, kit.store, run.runId, 0, 0)).times(20)).toEqual([]);
      if (isSealed) break;
      await seal(run, 23);
    }
  });

  test('the lines of the others are told, at their places', async () => {
    const run = await begin([
      { text: 'one\ntw' },
      headed('o\nthree\nfou', { isInsideLine: true, state: '\x1b[31m', times: [{ lines: 2, at: start }] }),
      { text: 'r\nfive\n' },
      headed('six\n', { isInsideLine: false, state: '\x1b[1m', times: [{ lines: 1, at: start + 9 }] }),
    ]);
    expect(each((await read(run, 1, 9)).times)).toEqual([null, null, start, start, null, start + 9]);
    expect(await read(run, 3, 3)).toMatchObject({ times: [{ lines: 1, at: start }], state: '\x1b[31m' });
    expect(await read(run, 6, 6)).toMatchObject({ times: [{ lines: 1, at: start + 9 }] });
    // Whether a line begins at byte 17 nobody said.
    expect((await logNews(kit.db, kit.store, run.runId, 0, 17)).times(99)).toEqual([]);
  });
});

describe('of a worker that lies', () => {
  const text = 'one\ntwo\nthree\n';
  const extra = (field: readonly number[], length = field.length + 4) =>
    Uint8Array.from([
      ...[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, (field.length + 4) & 255, (field.length + 4) >> 8],
      ...[0x53, 0x62, length - 4, 0, ...field],
    ]);
  const number = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
  const beyond = [0xff, ...number];

  test('lines and text are the same; what cannot be is not believed', async () => {
    const fields = [
      [],
      [9, 9, 9],
      [1, 0, 200],
      [1, 0, 0, ...number, 1],
      [1, 0, 0, ...beyond, 1],
      [1, 0, 0, 1, ...beyond],
      [1, 0, ...beyond],
      [1, 0, 0, 5],
      [1, 7, 0, 5, 0],
      [1, 0, 0, ...Array(400).fill(0xff)],
      Array.from({ length: 440 }, (_, at) => (at * 7919) & 255),
    ];
    for (const field of fields) {
      for (const head of [extra(field), extra(field, 200), extra(field, 4)]) {
        const member = Buffer.concat([head, gzipSync(text).subarray(plainHeadBytes)]);
        const run = await begin([{ text, member }]);
        const part = await read(run, 2, 3);
        expect(part).toMatchObject({ times: [], state: '', firstLine: 2, lastLine: 3 });
        expect(part.bytes.toString()).toBe('two\nthree\n');
        await seal(run, text.length);
        expect((await read(run, 2, 3)).times).toEqual([]);
      }
    }
  });

  test('more lines than there are change nothing of others, and a state is codes or nothing', async () => {
    const run = await begin([
      headed('a\nb\n', {
        isInsideLine: true,
        state: '',
        times: [
          { lines: 1e9, at: start },
          { lines: 1e9, at: start + 5 },
        ],
      }),
      headed('c\nd\n', {
        isInsideLine: true,
        state: '<script>\r\nset-cookie: a=b\x1b[31mx',
        times: [{ lines: 1, at: start + 9 }],
      }),
    ]);
    expect(each((await read(run, 1, 4)).times)).toEqual([start, start, start + 9, null]);
    expect((await read(run, 4, 4)).state).toBe('\x1b[31m');
  });

  test('as many times as can be cost a reader next to nothing', async () => {
    const lines = 240;
    const times = Array.from({ length: lines }, (_, at) => ({ lines: 1, at: at * 127 }));
    const one = '\n'.repeat(lines);
    const part = headed(one, { isInsideLine: false, state: '', times });
    const run = await kit.startRun();
    for (let offset = 0; offset < 1900 * lines; offset += 190 * lines) {
      const chunks = Array.from({ length: 190 }, (_, at) => {
        const { member } = part;
        return { step: 0, offset: offset + at * lines, sizeBytes: lines, lines, memberBytes: member.length, member };
      });
      await send(run, chunks);
    }
    const began = performance.now();
    const found = await read(run, 1, 1900 * lines);
    expect(timesText(found.times, 2000)!.length).toBeLessThanOrEqual(2000);
    expect(each(found.times)).toHaveLength(1900 * lines);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
