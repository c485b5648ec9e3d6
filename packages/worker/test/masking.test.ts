// No secret reaches a log, in whatever pieces it is printed; and nothing else is changed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormSearch } from '../src/log/form-search.ts';
import { Mask } from '../src/log/mask.ts';
import { secretForms } from '../src/log/secret-forms.ts';

function masked(secrets: readonly string[], pieces: readonly Buffer[]): string {
  const mask = new Mask(new FormSearch(secretForms(secrets)));
  return Buffer.concat([...pieces.map((piece) => mask.push(piece)), mask.end()]).toString('latin1');
}

/** The plain meaning: mark every byte that lies in some occurrence, write stars for each stretch. */
function plainly(forms: readonly Buffer[], text: Buffer): string {
  const spans = forms
    .flatMap((form) => {
      const found: [number, number][] = [];
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) found.push([at, at + form.length]);
      return found;
    })
    .sort((a, b) => a[0] - b[0]);
  let out = '';
  let done = 0;
  for (const [start, end] of spans) {
    if (start >= done) out += `${text.toString('latin1', done, start)}***`;
    done = Math.max(done, end);
  }
  return out + text.toString('latin1', done);
}

function split(text: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => text.subarray(from, places[index] ?? text.length));
}

// A small alphabet makes overlaps, repeats and half secrets likely.
const secret = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 4, maxLength: 12 });
const printed = (secrets: readonly string[]) =>
  fc
    .array(
      fc.oneof(fc.constantFrom(...secrets), fc.string({ unit: fc.constantFrom('a', 'b', '-', '\n'), maxLength: 9 })),
    )
    .map((parts) => Buffer.from(parts.join('')));

describe('a mask', () => {
  test('gives the same text for any split, without any secret, and otherwise unchanged', () => {
    const cases = fc
      .array(secret, { minLength: 1, maxLength: 4 })
      .chain((secrets) => fc.tuple(fc.constant(secrets), printed(secrets), fc.array(fc.nat(), { maxLength: 12 })));
    fc.assert(
      fc.property(cases, ([secrets, text, cuts]) => {
        const result = masked(secrets, split(text, cuts));
        expect(result).toBe(plainly(secretForms(secrets), text));
        for (const value of secrets) expect(result).not.toContain(value);
      }),
      { numRuns: 300 },
    );
  });

  test('strikes out a secret of any characters in every usual encoding, at any place and in any pieces', () => {
    const encodings: ((bytes: Buffer) => string)[] = [
      (bytes) => bytes.toString('utf8'),
      (bytes) => bytes.toString('base64'),
      (bytes) => bytes.toString('base64url'),
      (bytes) => bytes.toString('hex'),
      (bytes) => bytes.toString('hex').toUpperCase(),
      (bytes) => encodeURIComponent(bytes.toString('utf8')),
      (bytes) => new URLSearchParams({ v: bytes.toString('utf8') }).toString().slice(2),
      (bytes) => JSON.stringify(bytes.toString('utf8')).slice(1, -1),
      (bytes) => bytes.toString('utf8').replaceAll("'", "'\\''"),
    ];
    const value = fc.string({
      unit: fc.oneof(fc.constantFrom(...'aZ09+/=\'" $\\%&é€'), fc.string({ minLength: 1, maxLength: 1 })),
      minLength: 8,
      maxLength: 40,
    });
    const around = fc.string({ unit: fc.constantFrom('x', ' ', '\n'), maxLength: 7 });
    const cases = fc.tuple(value, fc.constantFrom(...encodings), around, around, fc.array(fc.nat(), { maxLength: 6 }));
    fc.assert(
      fc.property(cases, ([whole, encode, before, after, cuts]) => {
        // Before and after within the same encoding, as when a whole header line is encoded.
        fc.pre(whole.trim() === whole && !whole.includes('*'));
        const text = Buffer.from(encode(Buffer.from(before + whole + after)));
        const result = masked([whole], split(text, cuts));
        expect(result).toContain('***');
        expect(result).not.toContain(Buffer.from(encode(Buffer.from(whole))).toString('latin1'));
      }),
      { numRuns: 300 },
    );
  });

  test('strikes out each line of a secret of several lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
    const printedKey = `key:\r\n  ${key.replaceAll('\n', '\r\n  ')}done\n`;
    const result = masked([key], [Buffer.from(printedKey)]);
    expect(result).toBe('key:\r\n  ***\r\n  ***\r\n  ***\r\n  ***\r\n  done\n');
    expect(masked([key], [Buffer.from(`a${key}b`)])).toBe('a***b');
  });

  test('strikes out a long secret that base64 has broken into lines', () => {
    const token = 'The quick brown fox jumps over the lazy dog, and over it again, and once more. '.repeat(3);
    const lines = Buffer.from(token)
      .toString('base64')
      .match(/.{1,76}/g)!;
    const result = masked([token], [Buffer.from(lines.join('\n'))]);
    for (const line of lines.slice(0, -1)) expect(result).not.toContain(line);
  });

  test('holds back no more than could be the start of a secret', () => {
    const mask = new Mask(new FormSearch(secretForms(['secret-value'])));
    expect(mask.push(Buffer.from('a line\nsecr')).toString()).toBe('a line\n');
    expect(mask.push(Buffer.from('ets are kept')).toString()).toBe('secrets are kept');
    expect(mask.end().toString()).toBe('');
  });

  test('leaves short values alone: they are words of any text', () => {
    expect(masked(['yes', ''], [Buffer.from('yes, it is')])).toBe('yes, it is');
  });
});
