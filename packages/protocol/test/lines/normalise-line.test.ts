// The normaliser: what differs from run to run is struck out, what tells two failures apart is kept, and no line breaks it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf, normaliseLine, plainLine } from '../../src/index.ts';

describe('two runs print the same', () => {
  test.each<[what: string, one: string, other: string]>([
    ['times of day', '12:01:02 building', '23:59:59.123 building'],
    ['instants', '[2026-11-23T02:51:23.123Z] go', '[2025-01-02T12:00:00.000+01:00] go'],
    ['dates in words', 'Mon Nov 23 02:51:23 UTC 2026', 'Tue Dec  1 12:00:00 UTC 2027'],
    ['durations', 'ok in 1m 3.5s', 'ok in 59s'],
    ['durations in words', 'Ran in 2 minutes 5 seconds', 'Ran in 900 ms'],
    ['millionths', 'took 12\u00b5s', 'took 3 ms'],
    ['sizes', 'downloaded 12.3 MB', 'downloaded 900 kB'],
    ['counts', '[12/3000] compiling', '[13/2999] compiling'],
    ['directories', '/home/ci/runs/12-ab12cd34/work/a.c:3: error', '/srv/w7/runs/99-ffee0011/work/a.c:3: error'],
    ['directories behind an option', 'gcc -I/home/one/include -c a.c', 'gcc -I/srv/other/include -c a.c'],
    ['temporary files', 'ld: /tmp/ccAbC12.o: bad', 'ld: /tmp/ccXyZ99.o: bad'],
    ['drives', 'C:\\build\\one\\a.c(12): error', 'D:\\work\\two\\a.c(99): error'],
    ['addresses of files', 'at file:///home/one/a.js:3:4', 'at file:///srv/two/a.js:5:6'],
    ['commits', 'at commit deadbee1', 'at commit 0123abcdef'],
    ['pointers', 'object 0x7ffe01 is gone', 'object 0x10 is gone'],
    ['UUIDs', 'id 123e4567-e89b-12d3-a456-426614174000.', 'id abcdefab-cdef-abcd-efab-cdefabcdefab.'],
    ['ports', 'listening on 127.0.0.1:4321', 'listening on 10.0.0.9:80'],
    ['ids behind a number', 'run 12-ab12cd34 begins', 'run 7-3f2a9c81 begins'],
    ['blanks', '  a\t b  ', 'a b'],
  ])('but for %s', (_, one, other) => {
    expect(normaliseLine(one)).toBe(normaliseLine(other));
    expect(fingerprintOf(one)).toBe(fingerprintOf(other));
  });
});

describe('what stays', () => {
  test.each<[line: string, normalised: string]>([
    ['error TS2304: Cannot find name', 'error TS2304: Cannot find name'],
    ['src/main.c:12:3: error: x', 'src/main.c:#: error: x'],
    ['/usr/src/main.c:12: error: x', '/#/main.c:#: error: x'],
    ['0 failed, 3 skipped', '0 failed, # skipped'],
    ['test_12 sha256 utf8', 'test_12 sha256 utf8'],
    ['64bit and 2nd', '#bit and #nd'],
    ['facade defaced beef', 'facade defaced beef'],
    ['May I march on', 'May I march on'],
    ['https://example.org/a/b/c', 'https://example.org/a/b/c'],
    ['either/or', 'either/or'],
    ['a / b', 'a / b'],
    ['\u00fcber 5 \u00c4pfel', '\u00fcber # \u00c4pfel'],
    ['', ''],
  ])('of %s', (line, normalised) => {
    expect(normaliseLine(line)).toBe(normalised);
  });

  test('none and some are not the same', () => {
    expect(fingerprintOf('0 tests failed')).not.toBe(fingerprintOf('3 tests failed'));
    expect(fingerprintOf('exit code 0')).not.toBe(fingerprintOf('exit code 1'));
  });
});

/** Characters that lines are made of, and those that the rules look at, more often than others. */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '12',
    '0',
    '0x',
    'ab12cd3',
    'ms',
    ' s',
    'T',
    'Z',
    ':',
    '/',
    '//',
    '\\',
    '.',
    ',',
    '-',
    '#',
    'Nov',
    ' ',
    'file://',
  ),
  fc.constantFrom('C:\\', '/tmp/', '/a/b', '-I', '\t', 'error', '\u00b5s', '\u00e9', '_', '12345678-', '(', '"'),
);
const line = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('of any line', () => {
  test('no number stands alone any more but 0, and no blank beside another or at an end', () => {
    fc.assert(
      fc.property(line, (text) => {
        const normal = normaliseLine(text);
        expect(normal).not.toMatch(/(?<![\w#])[1-9]\d*(?!\w)/);
        expect(normal).not.toMatch(/[ \t][ \t]|^[ \t]|[ \t]$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('bytes that stand for characters give the bytes of the same answer, plain and normalised', () => {
    const latin = (text: string) => Buffer.from(text).toString('latin1');
    fc.assert(
      fc.property(line, (text) => {
        const wellFormed = Buffer.from(text).toString();
        expect(plainLine(latin(wellFormed))).toBe(latin(plainLine(wellFormed)));
        expect(normaliseLine(latin(wellFormed))).toBe(latin(normaliseLine(wellFormed)));
      }),
      { numRuns: 2000 },
    );
  });

  test('another number, wherever one stands alone, changes nothing', () => {
    const number = fc.integer({ min: 1, max: 10 ** 9 });
    const word = fc.constantFrom('took', 'error:', 'a.c', '[', 'line', 'x =');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, number, number), { maxLength: 5 }), (parts) => {
        const one = parts.map(([text, first]) => `${text} ${first} `).join('');
        const other = parts.map(([text, , second]) => `${text} ${second} `).join('');
        expect(fingerprintOf(one)).toBe(fingerprintOf(other));
      }),
    );
  });

  test('a line of a megabyte takes no more than its length', () => {
    for (const unit of ['12 ', '/a', 'ab1', '1:', '-/a/', 'Nov ', '   ', '0x', '12345678-', 'C:\\', '1 s ']) {
      const long = unit.repeat(1_000_000 / unit.length);
      const from = performance.now();
      normaliseLine(long);
      // A tenth of a second or two; what goes back over what it has read takes minutes.
      expect(performance.now() - from).toBeLessThan(5_000);
    }
  });

  test('different lines have different fingerprints', () => {
    const seen = new Set<string>();
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    for (const one of letters)
      for (const two of letters) for (const three of letters) seen.add(fingerprintOf(`${one}${two}-${three}`));
    expect(seen.size).toBe(26 ** 3);
    expect([...seen].every((print) => /^[0-9a-f]{16}$/.test(print))).toBe(true);
  });
});

describe('a plain line', () => {
  test.each<[raw: string, plain: string]>([
    ['\x1b[31merror:\x1b[0m x', 'error: x'],
    ['10 %\r50 %\rdone\r', 'done'],
    ['\x1b]8;;https://x\x07link\x1b]8;;\x07', 'link'],
    ['a\tb\x00c\x7f', 'a bc'],
    ['\r\r', ''],
    ['\x1b[38;5;196mred', 'red'],
  ])('of %j', (raw, plain) => {
    expect(plainLine(raw)).toBe(plain);
  });

  test('holds no control, whatever was in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        expect(plainLine(raw)).not.toMatch(/[\x00-\x1f\x7f]/);
      }),
    );
  });
});
