// A log cut into segments anywhere is searched as one: what threads find side by side is what a plain walk over its lines finds.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordDefaults } from '../../src/record/index.ts';
import type { FoundLog, MemberLines } from '../../src/record/log-members.ts';
import type { LogPattern } from '../../src/record/log-pattern.ts';
import { planSegments, type SegmentSizes } from '../../src/record/search/plan-segments.ts';
import { type SegmentSearch, searchSegment } from '../../src/record/search/search-segment.ts';
import { type StepSearch, searchSegments } from '../../src/record/search/search-step.ts';
import type { ArchiveStore } from '../../src/record/store.ts';

type Cut = { readonly text: Buffer; readonly members: readonly Buffer[] };

const limits = { ...recordDefaults, expressionLineBytes: 100 };

/** The members in memory; threads are calls. */
function stepOf({ members }: Cut, search: SegmentSearch): StepSearch {
  const packed = members.map((text) => gzipSync(text, { level: 1 }));
  let [at, startByte] = [0, 0];
  const index = members.map((text, number) => {
    const place = [
      at,
      packed[number]!.length,
      startByte,
      text.length,
      text.filter((byte) => byte === 10).length,
    ] as const;
    at += packed[number]!.length;
    startByte += text.length;
    return place;
  });
  const file = Buffer.concat(packed);
  const log: FoundLog = { runId: 1, step: 0, sizeBytes: startByte, path: 'here', members: index };
  return {
    log,
    members: index.map(([, , start, sizeBytes, lines]): MemberLines => ({ startByte: start, sizeBytes, lines })),
    db: { query: () => Promise.reject(new Error('nothing is asked of the database')) },
    store: { read: async (_path, { from, to }) => file.subarray(from, to) } as Partial<ArchiveStore> as ArchiveStore,
    thread: async (task) => structuredClone(searchSegment(task, () => false)),
    search,
    signal: new AbortController().signal,
    until: Number.POSITIVE_INFINITY,
    ahead: 3,
    isEnough: (_bytes, hits) => hits >= search.limit,
  };
}

const searchOf = (pattern: LogPattern, more: Partial<SegmentSearch> = {}): SegmentSearch => {
  return { pattern, limits, limit: 1000, keep: 'first', afterByte: null, beforeByte: null, ...more };
};

function cutAt(text: Buffer, lengths: readonly number[]): Cut {
  const members: Buffer[] = [];
  for (let [at, turn] = [0, 0]; at < text.length; turn++) {
    members.push(text.subarray(at, at + lengths[turn % lengths.length]!));
    at += members.at(-1)!.length;
  }
  return { text, members };
}

const words = fc.constantFrom('error', 'Error', 'ERR', 'or', 'ě', 'Ě', '🐎', 'a', ' ', '\t', '\r', '.', '\u001b[31m');
const line = fc.array(words, { maxLength: 8 }).map((some) => some.join(''));
const log = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 40 }),
    isOpen: fc.boolean(),
    lengths: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 9 }),
  })
  .map(({ lines, isOpen, lengths }) => cutAt(Buffer.from(lines.join('\n') + (isOpen ? '' : '\n')), lengths));
const sizes = fc.record({
  segmentBytes: fc.integer({ min: 1, max: 200 }),
  longLineBytes: fc.integer({ min: 1, max: 80 }),
  members: fc.integer({ min: 1, max: 20 }),
});
const plain = (text: string, ignoreCase = false) => ({ text, isExpression: false, ignoreCase });
const expression = (text: string) => ({ text, isExpression: true, ignoreCase: false });
const ways = [
  [plain('error'), /error/],
  [plain('ERR', true), /err/i],
  [plain('Ě', true), /ě/i],
  [plain('or'), /or/],
  [expression('e.?r+'), /e.?r+/],
] as const;

function linesWith(text: Buffer, twin: RegExp): { line: number; byte: number }[] {
  let byte = 0;
  return text
    .toString()
    .split('\n')
    .flatMap((shown, at) => {
      const begin = byte;
      byte += Buffer.byteLength(shown) + 1;
      return twin.test(shown.replace(/\r$/, '')) ? [{ line: at + 1, byte: begin }] : [];
    });
}

const found = async (cut: Cut, sizes: SegmentSizes, search: SegmentSearch, from = { line: 1, byte: 0 }) => {
  const step = stepOf(cut, search);
  return searchSegments(step, planSegments(step.members, from, sizes));
};

test('every line that holds it is found once, wherever members and segments end', async () => {
  await fc.assert(
    fc.asyncProperty(log, sizes, fc.constantFrom(...ways), async (cut, sizes, [pattern, twin]) => {
      const right = linesWith(cut.text, twin);
      const all = await found(cut, sizes, searchOf(pattern));
      expect(all.hits.map(({ at }) => at)).toEqual(right);
      expect([all.matches, all.searchedBytes, all.stoppedAt]).toEqual([right.length, cut.text.length, null]);
      const counted = await found(cut, sizes, searchOf(pattern, { keep: 'none' }));
      expect([counted.matches, counted.hits]).toEqual([right.length, []]);
    }),
    { numRuns: 400 },
  );
});

test('going on from where it stopped finds the rest, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(log, sizes, fc.integer({ min: 1, max: 3 }), async (cut, sizes, limit) => {
      const places: { line: number; byte: number }[] = [];
      for (let from: { line: number; byte: number } | null = { line: 1, byte: 0 }; from; ) {
        const part = await found(cut, sizes, searchOf(plain('or'), { limit }), from);
        places.push(...part.hits.map(({ at }) => at));
        expect(part.hits.length).toBeLessThanOrEqual(limit);
        if (part.stoppedAt) expect(part.stoppedAt.byte).toBeGreaterThan(from.byte);
        from = part.stoppedAt;
      }
      expect(places).toEqual(linesWith(cut.text, /or/));
    }),
    { numRuns: 300 },
  );
});
