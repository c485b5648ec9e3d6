// Small decisions of the log viewer: links of programs, marks of a search, times, and what goes into the clipboard.
import { describe, expect, test } from 'vitest';
import { asMarkdown, cleanText } from '../src/log/copy-text.ts';
import { safeAddress } from '../src/log/links.ts';
import { marked, placesOf } from '../src/log/matches.ts';
import { spansOf } from '../src/log/spans.ts';
import { elapsed, printedTime, slowGap, timeText } from '../src/log/times.ts';

const spans = (text: string) => spansOf({ text, style: '' });

describe('a link that a program wrote', () => {
  test('keeps its text, its colours and its place in the line', () => {
    const line = 'see \x1b[31mthe \x1b]8;id=1;https://ci.example/a?b=c\x07report\x1b]8;;\x07 now';
    expect(spans(line).map(({ text, start, href, color }) => [text, start, href, color])).toEqual([
      ['see ', 0, null, null],
      ['the ', 4, null, 'red'],
      ['report', 8, 'https://ci.example/a?b=c', 'red'],
      [' now', 14, null, 'red'],
    ]);
  });

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a.example/x',
    'ssh://host',
    '//a.example',
    '/archive/x',
    `https://a.example/${'x'.repeat(2000)}`,
  ])('leads nowhere when it is %.40s', (address) => {
    expect(safeAddress(address)).toBeNull();
    expect(spans(`\x1b]8;;${address}\x1b\\text\x1b]8;;\x1b\\`)).toMatchObject([{ text: 'text', href: null }]);
  });
});

describe('what somebody searches for', () => {
  test('is found at every place, with and without case', () => {
    expect(placesOf('Error, error', 'error', true)).toEqual([
      { from: 0, to: 5 },
      { from: 7, to: 12 },
    ]);
    expect(placesOf('Error, error', 'error', false)).toEqual([{ from: 7, to: 12 }]);
    expect(placesOf('anything', '', true)).toEqual([]);
    // İ is longer in small letters.
    expect(placesOf('İİ error', 'error', true)).toEqual([{ from: 3, to: 8 }]);
  });

  test('is marked across colours, and nothing else is', () => {
    const cut = marked(spans('a \x1b[31mred er\x1b[32mror b'), [{ from: 6, to: 11 }]);
    expect(cut.map(({ text, isMatch }) => [text, isMatch])).toEqual([
      ['a ', false],
      ['red ', false],
      ['er', true],
      ['ror', true],
      [' b', false],
    ]);
    expect(cut.map(({ start }) => start)).toEqual([0, 2, 6, 8, 11]);
  });
});

describe('times', () => {
  const at = Date.parse('2026-11-23T02:03:04.056Z');
  test('are of the day, since the beginning, or since the line before', () => {
    expect(timeText('absolute', at, null, null)).toBe('02:03:04.056');
    expect(timeText('relative', at, null, at - 61_500)).toBe('1:01.500');
    expect(timeText('delta', at, at - 4, null)).toBe('+0.004');
    expect(timeText('delta', at, null, null)).toBe('');
    expect(timeText('absolute', null, null, null)).toBe('');
    expect([elapsed(0), elapsed(59_999), elapsed(3_600_000), elapsed(-5)]).toEqual([
      '0.000',
      '59.999',
      '1:00:00.000',
      '0.000',
    ]);
  });

  test('are read from lines that begin with one', () => {
    expect(printedTime('2026-11-23T02:03:04.056Z compiling')).toBe(at);
    expect(printedTime('[2026-11-23 02:03:04,056] compiling')).toBe(at);
    expect(printedTime('2026-11-23T03:03:04.0567891+01:00 compiling')).toBe(at);
    expect(printedTime('2026-11-23 02:03:04 compiling')).toBe(at - 56);
    expect(printedTime('compiled 2026-11-23T02:03:04Z')).toBeNull();
    expect(printedTime('2026-99-99 02:03:04')).toBeNull();
    expect(printedTime('2026-11-23')).toBeNull();
  });

  test('show where nothing was printed for long', () => {
    expect(slowGap(at, at - 9_999)).toBeNull();
    expect(slowGap(at, at - 42_000)).toBe(42_000);
    expect(slowGap(at, null)).toBeNull();
  });
});

describe('what is copied', () => {
  test('has neither colours nor carriage returns', () => {
    expect(cleanText('\x1b[31mred\x1b[0m\r\n10 %\r20 %\r\nlast\n')).toBe('red\n20 %\nlast');
  });

  test('is fenced by more ticks than it holds, and its link cannot be broken', () => {
    const text = asMarkdown('a ```` b', 'build [x](y), lines 1–2', 'https://ci.example/jobs/1?x=(1)#L1-2');
    expect(text).toBe(
      '[build \\[x\\](y), lines 1–2](https://ci.example/jobs/1?x=%281%29#L1-2)\n\n`````text\na ```` b\n`````\n',
    );
  });
});
