// Error lines are found in the pieces of a log as they go out, where a line may lie across two; within limits, at little cost.
import {
  type ErrorLine,
  type ErrorPatternSpec,
  errorPatternOf,
  fingerprintOf,
  plainLine,
} from '@signalbox/protocol/browser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ErrorWatch } from '../src/log/error-watch.ts';
import type { FoundErrors } from '../src/log/step-errors.ts';

type Limits = { most?: number; seconds?: number; patterns?: readonly ErrorPatternSpec[] };

const lineEnds = (text: Buffer) => text.filter((byte) => byte === 10).length;

function lookThrough(pieces: readonly Buffer[], { most = 40, seconds = 60, patterns = [] }: Limits = {}) {
  const step = new ErrorWatch({ patterns, most, seconds }).step(1);
  const found = pieces.map((piece): FoundErrors => step.look(piece, lineEnds(piece)));
  return {
    lines: found.flatMap(({ errors }) => errors ?? []),
    stops: found.flatMap(({ errorStop }) => errorStop ?? []),
  };
}

/** The same by the simplest means: the whole log, line by line. */
function slowly(text: string): Pick<ErrorLine, 'line' | 'startByte' | 'pattern'>[] {
  let startByte = 0;
  return text.split('\n').flatMap((raw, index) => {
    const at = startByte;
    startByte += Buffer.byteLength(raw) + 1;
    const pattern = errorPatternOf(plainLine(raw));
    return pattern === null ? [] : [{ line: index + 1, startByte: at, pattern }];
  });
}

const word = fc.constantFrom(
  'a.c:1:2: error: bad',
  'error:',
  '\x1b[31mTypeError: x\x1b[0m',
  'not ok 3',
  'all is well',
  'FAILED',
  '0 errors',
  'caf\u00e9 \u2715 ',
  '10 %\r50 %\r',
  'panic: ',
  'make: *** [x] Error 2',
  '',
);
// A number of its own makes each line one of its kind: else the limit of what is alike would count.
const letters = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 6, maxLength: 12 });
const line = fc
  .tuple(word, letters, fc.boolean())
  .map(([text, tail, isApart]) => `${text}${isApart ? ' ' : ''}${tail}`);
const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'));
const places = (lines: readonly Pick<ErrorLine, 'line' | 'startByte' | 'pattern'>[]) =>
  lines.map(({ line, startByte, pattern }) => ({ line, startByte, pattern }));

describe('what is found', () => {
  test('is what a look at each line finds, in pieces that end with lines', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(5), { maxLength: 30 }), (whole, sizes) => {
        const lines = whole.split(/(?<=\n)/);
        const pieces: Buffer[] = [];
        for (let at = 0, turn = 0; at < lines.length; turn++) {
          const size = 1 + (sizes[turn] ?? 3);
          pieces.push(Buffer.from(lines.slice(at, at + size).join('')));
          at += size;
        }
        expect(places(lookThrough(pieces, { most: 1000 }).lines)).toEqual(slowly(whole));
      }),
      { numRuns: 300 },
    );
  });

  test('lacks none of them in pieces that end anywhere, and says the right places', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 40 })), (whole, sizes) => {
        const bytes = Buffer.from(whole);
        const pieces: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % Math.max(1, sizes.length)] ?? 7;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const found = lookThrough(pieces, { most: 1000 }).lines;
        const at = (lines: readonly Pick<ErrorLine, 'line' | 'startByte'>[]) =>
          lines.map(({ line, startByte }) => `${line}:${startByte}`);
        expect(at(found)).toEqual(expect.arrayContaining(at(slowly(whole))));
        expect(new Set(at(found)).size).toBe(found.length);
      }),
      { numRuns: 300 },
    );
  });

  test('is told as people read it, with a fingerprint that numbers and directories do not change', () => {
    const raw = '\x1b[1m/home/ci/work/a.c:12:\x1b[31m error: \x1b[0mexpected 3 arguments\n';
    const { lines } = lookThrough([Buffer.from(`one\ntwo\n${raw}`)]);
    expect(lines).toEqual([
      {
        step: 1,
        line: 3,
        startByte: 8,
        text: '/home/ci/work/a.c:12: error: expected 3 arguments',
        pattern: 'compiler',
        fingerprint: fingerprintOf('/srv/other/a.c:99: error: expected 7 arguments'),
      },
    ]);
  });

  test('is what is left of a progress bar, however long it was', () => {
    const bar = Buffer.from(`${'working\r'.repeat(200_000)}error: it broke`);
    const pieces = [];
    for (let at = 0; at < bar.length; at += 65_536) pieces.push(bar.subarray(at, at + 65_536));
    expect(lookThrough(pieces).lines).toMatchObject([{ line: 1, startByte: 0, text: 'error: it broke' }]);
  });

  test('is cut where it is long, and never within a character', () => {
    const { lines } = lookThrough([Buffer.from(`error: ${'\u{1f600}'.repeat(5000)}\n`)]);
    expect(lines[0]!.text.length).toBeLessThanOrEqual(500);
    expect(lines[0]!.text).toMatch(/^error: \u{1f600}+\ufffd?$/u);
  });
});

describe('the limits', () => {
  test('when there are enough of a step it stops, says where, and other steps go on', () => {
    const watch = new ErrorWatch({ patterns: [], most: 3, seconds: 60 });
    const kinds = ['one', 'two', 'three', 'four'].map((kind) => `error: ${kind}\n`).join('fine\n');
    const [first, second] = [watch.step(1), watch.step(2)];
    const piece = Buffer.from(kinds);
    expect(first.look(piece, lineEnds(piece))).toMatchObject({
      errors: [{ line: 1 }, { line: 3 }, { line: 5 }],
      errorStop: { step: 1, line: 6, why: 'enough' },
    });
    expect(first.look(piece, lineEnds(piece))).toEqual({});
    expect(second.look(piece, lineEnds(piece)).errors).toHaveLength(3);
  });

  test('what is said again and again leaves room for what is said once', () => {
    const pieces = Array.from({ length: 1000 }, (_, at) => Buffer.from(`a.c:${at + 1}: error: the same\n`));
    const { lines } = lookThrough([...pieces, Buffer.from('b.c:1: error: another\n')]);
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toMatchObject({ line: 1001, text: 'b.c:1: error: another' });
  });

  test('when it has taken too long of a run it stops, and says so', () => {
    // Each line is a candidate, and none is an error line.
    const piece = Buffer.from('+ echo error: nothing\n'.repeat(5_000));
    const { lines, stops } = lookThrough([piece, piece, piece], { seconds: 0.000_001 });
    expect(lines).toEqual([]);
    expect(stops).toEqual([{ step: 1, line: 2, why: 'time' }]);
  });

  test('with none wanted nothing is looked at', () => {
    expect(lookThrough([Buffer.from('error: x\n')], { most: 0 })).toEqual({ lines: [], stops: [] });
  });
});

describe('patterns of a repository', () => {
  const spec = (more: Partial<ErrorPatternSpec>): ErrorPatternSpec => ({
    name: 'ours',
    contains: ['LINT'],
    matches: null,
    ignore: false,
    ...more,
  });

  test('find their lines, by text or by expression', () => {
    const patterns = [spec({}), spec({ name: 'wide', contains: ['wide:'], matches: '^wide: [0-9]+ columns$' })];
    const { lines } = lookThrough([Buffer.from('LINT bad\nwide: 99 columns\nwide: none\n')], { patterns });
    expect(lines.map(({ line, pattern }) => [line, pattern])).toEqual([
      [1, 'ours'],
      [2, 'wide'],
    ]);
  });

  test('let be what they say is none', () => {
    const patterns = [spec({ name: 'known', contains: ['flaky mirror'], ignore: true })];
    const { lines } = lookThrough([Buffer.from('error: flaky mirror\nerror: broken\n')], { patterns });
    expect(lines).toMatchObject([{ line: 2 }]);
  });

  test('a hostile expression holds nothing up, and one that is none finds nothing', () => {
    const patterns = [
      spec({ contains: ['aaaa'], matches: '(a+)+b$' }),
      spec({ contains: ['aaaa'], matches: '(a|a?){90}b' }),
      spec({ contains: ['aaaa'], matches: '(' }),
    ];
    const piece = Buffer.from(`${'a'.repeat(999)}!\n`.repeat(200));
    const since = performance.now();
    expect(lookThrough([piece], { patterns }).lines).toEqual([]);
    // Some milliseconds; with an engine that goes back, longer than the universe lasts.
    expect(performance.now() - since).toBeLessThan(10_000);
  });
});

test('an ordinary log is looked through much faster than it can be compressed', () => {
  const step = new ErrorWatch({ patterns: [], most: 40, seconds: 60 }).step(1);
  const usual = Array.from({ length: 2600 }, (_, at) =>
    `[${at}/2600] Building CXX object src/widgets/CMakeFiles/widgets.dir/button_${at}.cc.o with some flags\n`.slice(
      -101,
    ),
  );
  const piece = Buffer.from(usual.join(''));
  const rates: number[] = [];
  for (let turn = 0; turn < 30; turn++) {
    const since = performance.now();
    step.look(piece, usual.length);
    rates.push(piece.length / 1_000 / (performance.now() - since));
  }
  // 600 MB/s and more on a free machine; what goes through the log once for each pattern does 30.
  expect(Math.max(...rates)).toBeGreaterThan(100);
});
