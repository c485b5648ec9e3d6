// How the bytes of a log become lines: `\r`, pieces cut anywhere, colours that go on, lines that never end.
import { describe, expect, test } from 'vitest';
import { codesAfter, lineOf, linesOf, overwritten } from '../src/log/lines.ts';
import { LogText } from '../src/log/log-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

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
    expect(line.text.length).toBe(10_000);
    expect(line.cut).toBe(990_000);
  });

  test('begins in the colours that the one before left open', () => {
    const { lines, style } = linesOf('\x1b[31mred\nstill red\x1b[0m\nplain\n', '');
    expect(lines.map((line) => line.style)).toEqual(['', '\x1b[31m', '']);
    expect(style).toBe('');
  });

  test('does not carry more than a few codes, however many a program sets', () => {
    const many = '\x1b[1m\x1b[31m'.repeat(500);
    expect(codesAfter('', many).length).toBeLessThan(200);
    expect(codesAfter('\x1b[1m', '\x1b[0;32mx')).toBe('\x1b[0;32m');
    expect(codesAfter('\x1b[1m', '\x1b[mx')).toBe('');
  });
});

describe('a log', () => {
  test('is the same, wherever its pieces are cut', () => {
    const whole = bytes('first\nzweite Zeile: äöü 🚦\n\x1b[32m10 %\r\x1b[32m100 %\nlast\n');
    const expected = read(pieces(whole, whole.length));
    for (let length = 1; length < 12; length++) expect(read(pieces(whole, length))).toEqual(expected);
    expect(expected).toEqual(['first', 'zweite Zeile: äöü 🚦', '\x1b[32m\x1b[32m100 %', 'last']);
  });

  test('shows a line that has no end yet, and a character that is cut only when it is whole', () => {
    const text = new LogText();
    text.setPartial(bytes('half ä').subarray(0, 6));
    expect(text.row(0)).toMatchObject({ kind: 'line', number: 1, line: { text: 'half ' } });
    text.add({ startByte: 0, endByte: 8, startLine: 1 }, bytes('half ä\n'));
    text.setPartial(bytes(''));
    expect(text.rowCount).toBe(1);
    expect(text.row(0)).toMatchObject({ number: 1, line: { text: 'half ä' } });
  });

  test('has a row for what was not read, and none once it is', () => {
    const text = new LogText();
    text.add({ startByte: 0, endByte: 4, startLine: 1 }, bytes('a\nb\n'));
    text.add({ startByte: 8, endByte: 10, startLine: 5 }, bytes('e\n'));
    expect(text.rowCount).toBe(4);
    expect(text.row(2)).toEqual({ kind: 'hole', fromByte: 4, toByte: 8, startLine: 3, lines: 2 });
    expect(text.row(3)).toMatchObject({ number: 5 });
    expect(text.rowOf(4)).toBeNull();
    expect(text.rowOf(5)).toBe(3);
    text.add({ startByte: 4, endByte: 8, startLine: 3 }, bytes('c\nd\n'));
    expect(text.hole).toBeNull();
    expect(text.rowCount).toBe(5);
    expect(text.rowOf(4)).toBe(3);
  });

  test('remembers which lines look like errors', () => {
    const text = new LogText();
    text.add({ startByte: 0, endByte: 30, startLine: 1 }, bytes('fine\nerror: no such\n0 errors: fine\n'));
    expect(text.errorLines).toEqual([2]);
  });
});

function* pieces(whole: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < whole.length; at += length) yield whole.subarray(at, at + length);
}

/** Puts pieces together as the reader does: whole lines are added, the rest waits. */
function read(all: Iterable<Uint8Array>): string[] {
  const text = new LogText();
  let rest = new Uint8Array(0);
  let start = 0;
  for (const piece of all) {
    rest = Uint8Array.from([...rest, ...piece]);
    const cut = rest.lastIndexOf(10) + 1;
    text.add({ startByte: start, endByte: start + cut, startLine: text.lastWholeLine + 1 }, rest.subarray(0, cut));
    start += cut;
    rest = rest.slice(cut);
    text.setPartial(rest);
  }
  return Array.from({ length: text.rowCount }, (_, index) => {
    const row = text.row(index);
    return row?.kind === 'line' ? row.line.text : 'hole';
  });
}
