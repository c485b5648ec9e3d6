// How the bytes of a log become lines: `\r`, colours that go on, lines that never end; and which of them are kept.
import { describe, expect, test } from 'vitest';
import { LineStore } from '../src/log/line-store.ts';
import { type Line, lineOf, linesOf, overwritten } from '../src/log/lines.ts';

describe('a line', () => {
  test('shows what a progress bar left in the end', () => {
    expect(overwritten('10 %\r50 %\r100 %')).toBe('100 %');
    expect(overwritten('10 %\r50 %\r')).toBe('50 %');
    expect(overwritten('windows\r')).toBe('windows');
    expect(overwritten('\r')).toBe('');
    expect(overwritten('plain')).toBe('plain');
  });

  test('keeps the colours that were set in what was overwritten', () => {
    expect(overwritten('\x1b[32m10 %\r100 %')).toBe('\x1b[32m100 %');
    expect(overwritten('\x1b[32m10 %\x1b[0m\r100 %')).toBe('100 %');
  });

  test('of a megabyte is cut, and says so', () => {
    const line = lineOf('x'.repeat(1_000_000), '');
    expect(line.text.length).toBe(2000);
    expect(line.cut).toBe(998_000);
  });

  test('begins in the colours that the one before left open', () => {
    const lines = linesOf('\x1b[31mred\nstill red\x1b[0m\nplain\n', '');
    expect(lines.map((line) => line.style)).toEqual(['', '\x1b[31m', '']);
  });

  test('does not carry more than a few codes, however many a program sets, and the link that is open', () => {
    const many = '\x1b[1m\x1b[31m'.repeat(500);
    const link = '\x1b]8;;https://ci.example/\x1b\\';
    const lines = linesOf(`${many}a\nb\x1b[0;32m\nc\x1b[m${link}\nd\x1b]8;;\x1b\\\ne`, '');
    expect(lines.map((line) => line.style)).toEqual(['', '\x1b[1;31m', '\x1b[32m', link, '']);
  });
});

describe('the lines that are here', () => {
  const lines = (count: number, length = 10): Line[] =>
    Array.from({ length: count }, () => ({ text: 'x'.repeat(length), style: '', cut: 0, at: null }));

  test('are asked for where they are missing, and not twice', () => {
    const store = new LineStore();
    store.grew(1000, false);
    expect(store.missing({ from: 100, to: 200 })).toEqual({ from: 100, to: 200 });
    store.put(100, lines(50), false);
    expect(store.missing({ from: 100, to: 200 })).toEqual({ from: 150, to: 200 });
    store.put(180, lines(100), false);
    expect(store.missing({ from: 100, to: 200 })).toEqual({ from: 150, to: 179 });
    store.put(150, lines(30), false);
    expect(store.missing({ from: 100, to: 279 })).toBeNull();
    expect(store.missing({ from: 990, to: 2000 })).toEqual({ from: 990, to: 1000 });
  });

  test('are let go when there are too many characters, those in use last', () => {
    const store = new LineStore(10_000);
    store.grew(1_000_000, false);
    for (let first = 1; first <= 100_000; first += 100) {
      store.use([{ from: 1, to: 50 }]);
      store.put(first, lines(100), false);
      expect(store.keptCharacters).toBeLessThan(10_000 + 2 * 256 * 10);
    }
    expect(store.line(1)).not.toBeNull();
    expect(store.line(50_000)).toBeNull();
    expect(store.line(99_999)).not.toBeNull();
  });

  test('of which the last had no end are asked for again when there is more of it, and shown until then', () => {
    const store = new LineStore();
    store.grew(2, true);
    store.put(1, lines(3), true);
    expect([store.last, store.missing({ from: 1, to: 3 })]).toEqual([3, null]);
    store.doubtOpenLine();
    expect(store.missing({ from: 1, to: 3 })).toEqual({ from: 3, to: 3 });
    expect(store.line(3)).not.toBeNull();
    store.put(3, lines(1), true);
    expect(store.missing({ from: 1, to: 3 })).toBeNull();
    store.grew(10, false);
    expect(store.missing({ from: 3, to: 3 })).toEqual({ from: 3, to: 10 });
  });
});
