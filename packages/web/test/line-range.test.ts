// Lines in the address of a page.
import { expect, test } from 'vitest';
import { chosen, formatRange, holds, parseRange } from '../src/log/line-range.ts';

test('one line and several are read as they are written', () => {
  for (const text of ['L1', 'L120', 'L120-140']) expect(formatRange(parseRange(`#${text}`)!)).toBe(text);
  expect(parseRange('L140-120')).toEqual({ from: 120, to: 140 });
  expect(parseRange('L120-L140')).toEqual({ from: 120, to: 140 });
});

test('what is not a line is none', () => {
  for (const text of ['', '#log', 'L0', 'L', 'L1-', 'L-3', 'L1x', '#L99999999999']) expect(parseRange(text)).toBeNull();
});

test('shift extends from what was chosen, in both directions', () => {
  const one = chosen(null, 5, true);
  expect(one).toEqual({ from: 5, to: 5 });
  expect(chosen(one, 9, true)).toEqual({ from: 5, to: 9 });
  expect(chosen({ from: 5, to: 9 }, 2, true)).toEqual({ from: 2, to: 9 });
  expect(chosen({ from: 5, to: 9 }, 7, true)).toEqual({ from: 5, to: 7 });
  expect(chosen({ from: 5, to: 9 }, 3, false)).toEqual({ from: 3, to: 3 });
});

test('a range holds its ends', () => {
  const range = { from: 3, to: 5 };
  expect([2, 3, 5, 6].map((line) => holds(range, line))).toEqual([false, true, true, false]);
  expect(holds(null, 3)).toBe(false);
});
