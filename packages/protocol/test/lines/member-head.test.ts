// What a member's head says of its lines comes back as it was, fits where every server has room, and leaves the member what it is.
import { execFileSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  gzipHeadOf,
  headOf,
  type MemberHead,
  plainHeadBytes,
  type TimedLines,
  timesOf,
  timesText,
} from '../../src/index.ts';

const times = (gaps: readonly (readonly [gap: number, lines: number])[]): TimedLines[] => {
  let at = 1_795_436_400_000;
  return gaps.map(([gap, lines]) => {
    at += gap;
    return { lines, at };
  });
};
const withHead = (member: Buffer, head: MemberHead) =>
  Buffer.concat([gzipHeadOf(head), member.subarray(plainHeadBytes)]);
const gaps = (most: number) =>
  fc.array(fc.tuple(fc.nat(100_000), fc.integer({ min: 1, max: 5000 })), { maxLength: most });
const state = fc.constantFrom('', '\x1b[1;38;2;1;2;3m', '\x1b[31m\x1b]8;;https://exämple.org/ü\x1b\\');
const total = (all: readonly { lines: number }[]) => all.reduce((sum, { lines }) => sum + lines, 0);

describe('the head of a member', () => {
  test('says what was put into it, and gunzip passes over it', () => {
    fc.assert(
      fc.property(fc.boolean(), state, gaps(80), fc.string(), (isInsideLine, state, gaps, text) => {
        const head = { isInsideLine, state, times: times(gaps).filter(({ at }, n, all) => at !== all[n - 1]?.at) };
        const member = withHead(gzipSync(text, { level: 1 }), head);
        expect(headOf(member)).toEqual(head);
        expect(gunzipSync(Buffer.concat([member, member])).toString()).toBe(text + text);
      }),
    );
    const two = Buffer.concat(
      ['a\n', 'b\n'].map((text) => withHead(gzipSync(text), { isInsideLine: true, state: '', times: [] })),
    );
    expect(execFileSync('gzip', ['-dc'], { input: two }).toString()).toBe('a\nb\n');
  });

  test('never has more than 512 bytes with that of gzip: then its times are less exact, and no line is lost', () => {
    fc.assert(
      fc.property(gaps(3000), state, (gaps, state) => {
        const member = withHead(gzipSync('x'), { isInsideLine: false, state, times: times(gaps) });
        expect(member.length).toBeLessThanOrEqual(512);
        expect(total(headOf(member)!.times)).toBe(total(times(gaps)));
      }),
    );
  });

  test('is none in what an earlier worker made, and none where it was broken, without a fault', () => {
    expect(headOf(gzipSync('x'))).toBeUndefined();
    const member = withHead(gzipSync('text'), { isInsideLine: true, state: '\x1b[1m', times: times([[0, 5]]) });
    fc.assert(
      fc.property(fc.nat(member.length - 1), fc.nat(255), fc.nat(member.length), (at, byte, length) => {
        const broken = Uint8Array.from(member.subarray(0, length));
        if (at < length) broken[at] = byte;
        for (const { lines, at } of headOf(broken)?.times ?? []) {
          expect(lines > 0 && Number.isFinite(new Date(at).getTime())).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the times of lines as text', () => {
  test('are read as they were written, also where some are not known and where a clock was set back', () => {
    const known = [
      { lines: 5, at: 1_795_436_400_000 },
      { lines: 7, at: null },
      { lines: 1, at: 1_795_436_400_250 },
      { lines: 2, at: 1_795_436_399_000 },
      { lines: 1, at: null },
    ];
    expect(timesText(known)).toBe('1795436400000*5 ?*7 250 -1250*2 ?');
    expect(timesOf(timesText(known))).toEqual(known.flatMap(({ lines, at }) => Array(lines).fill(at)));
    expect(timesText([{ lines: 3, at: null }])).toBeUndefined();
  });

  test('are exact for 300 lines of 2,000 characters; of any number the first times are known, and none is too early', () => {
    const each = times(Array.from({ length: 300 }, () => [9_999, 1]));
    expect(timesOf(timesText(each, 2000))).toEqual(each.map(({ at }) => at));
    const many = times(Array.from({ length: 20_000 }, (_, n) => [n % 5000, 1]));
    const text = timesText(many, 2000)!;
    expect(text.length).toBeLessThanOrEqual(2000);
    const told = timesOf(text);
    expect(told).toHaveLength(20_000);
    const most = Math.max(...told.map((at, line) => many[line]!.at - at!));
    expect(Math.min(...told.map((at, line) => many[line]!.at - at!))).toBe(0);
    expect(most).toBeLessThanOrEqual((many.at(-1)!.at - many[0]!.at) / 150);
  });

  test('of a worker that says what it likes take no longer, and have as little room', () => {
    const hostile = Array.from({ length: 300_000 }, (_, n) =>
      n % 3 ? { lines: 1, at: (n * 7e9) % 8e15 } : { lines: 12, at: null },
    );
    const start = performance.now();
    expect(timesText(hostile, 2000)!.length).toBeLessThanOrEqual(2000);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('that nobody can read are no times', () => {
    for (const text of [null, undefined, '', 'x', '1 -x', '?x', '1*', '1e999', '1*-1'])
      expect(timesOf(text)).toEqual([]);
    expect(timesOf('1*999999999999')).toHaveLength(100_000);
  });
});
