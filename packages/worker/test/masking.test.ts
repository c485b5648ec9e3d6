// No secret reaches a log, in whatever pieces it is printed; and nothing else is changed.
import { spawnSync } from 'node:child_process';
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

describe('a search for many byte strings', () => {
  test('finds each place once, however short the strings are and wherever the text lies in memory', () => {
    const unit = fc.constantFrom('a', 'b', '-');
    const cases = fc.record({
      forms: fc.uniqueArray(fc.string({ unit, minLength: 2, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
      text: fc.string({ unit, maxLength: 60 }),
      address: fc.nat(9),
    });
    fc.assert(
      fc.property(cases, ({ forms, text, address }) => {
        const bytes = Buffer.from(new ArrayBuffer(address + text.length), address);
        bytes.write(text);
        const expected: [number, number][] = [];
        for (const form of forms) {
          for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
            expected.push([at, at + form.length]);
        }
        const byPlace = (a: readonly number[], b: readonly number[]) => a[0]! - b[0]! || a[1]! - b[1]!;
        const found = new FormSearch(forms.map((form) => Buffer.from(form))).spansOf(bytes);
        expect(found.sort(byPlace)).toEqual(expected.sort(byPlace));
      }),
      { numRuns: 1000 },
    );
  });
});

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

  test('strikes out a secret of any characters in every usual encoding, in any pieces, and nothing beside it', () => {
    const utf8 = (bytes: Buffer) => bytes.toString('utf8');
    const json = (text: string) => JSON.stringify(text).slice(1, -1);
    const ascii = (text: string) =>
      text.replace(/[\u0080-\uffff]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const encodings: Record<string, (bytes: Buffer) => string> = {
      'as it is': utf8,
      base64: (bytes) => bytes.toString('base64'),
      base64url: (bytes) => bytes.toString('base64url'),
      hex: (bytes) => bytes.toString('hex'),
      HEX: (bytes) => bytes.toString('hex').toUpperCase(),
      'a part of an address': (bytes) => encodeURIComponent(utf8(bytes)),
      'a part of an address, in small letters': (bytes) =>
        encodeURIComponent(utf8(bytes)).replace(/%../g, (code) => code.toLowerCase()),
      'an address': (bytes) => encodeURI(utf8(bytes)),
      'a form': (bytes) => new URLSearchParams({ v: utf8(bytes) }).toString().slice(2),
      JSON: (bytes) => json(utf8(bytes)),
      'JSON of ASCII alone': (bytes) => ascii(json(utf8(bytes))),
      'JSON in JSON': (bytes) => json(json(utf8(bytes))),
      'single quotes': (bytes) => utf8(bytes).replaceAll("'", "'\\''"),
      "single quotes of Python's shlex": (bytes) => utf8(bytes).replaceAll("'", `'"'"'`),
      'double quotes': (bytes) => utf8(bytes).replace(/[$`"\\]/g, '\\$&'),
    };
    const value = fc.string({
      unit: fc.oneof(fc.constantFrom(...'aZ09+/=\'" $\\%&é€😀'), fc.string({ minLength: 1, maxLength: 1 })),
      minLength: 8,
      maxLength: 40,
    });
    // Within the same encoding, as when a whole header line is encoded; and as it is, of any bytes.
    const near = fc.string({ unit: fc.constantFrom('x', ' ', '\n', '\0', '\r'), maxLength: 7 });
    const far = fc
      .uint8Array({ maxLength: 30 })
      .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 42 ? 43 : byte))));
    const cases = fc.record({
      whole: value,
      encoding: fc.constantFrom(...Object.keys(encodings)),
      around: fc.tuple(near, near),
      beyond: fc.tuple(far, far),
      cuts: fc.array(fc.nat(), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(cases, ({ whole, encoding, around, beyond, cuts }) => {
        fc.pre(whole.trim() === whole && !whole.includes('*') && Buffer.from(whole).toString() === whole);
        const encode = (text: string) => Buffer.from(encodings[encoding]!(Buffer.from(text)));
        const text = Buffer.concat([beyond[0], encode(around[0] + whole + around[1]), beyond[1]]);
        const result = masked([whole], split(text, cuts));
        const forms = secretForms([whole]);
        expect(result).toBe(plainly(forms, text));
        for (const form of [...forms, encode(whole)]) expect(result).not.toContain(form.toString('latin1'));
        // All that is gone lies together, and what is left stands where it stood.
        const [before = '', after = '', ...more] = result.split('***');
        const all = text.toString('latin1');
        expect(more).toEqual([]);
        expect([all.startsWith(before), all.endsWith(after)]).toEqual([true, true]);
        // Base64 mixes the first and the last letter with what is beside them: those few stay, and tell less than a byte.
        const encoded = encode(around[0] + whole + around[1]).length;
        expect(before.length).toBeGreaterThanOrEqual(beyond[0].length);
        expect(after.length).toBeGreaterThanOrEqual(beyond[1].length);
        expect(before.length + after.length).toBeLessThanOrEqual(all.length - encoded + around.join('').length * 6 + 4);
      }),
      { numRuns: 500 },
    );
  });

  test.runIf(process.platform === 'linux')('strikes out what real programs print of a secret', () => {
    const value = 'it\'s "my" $ecret, #1 of 2~3: a/b+c=é & more';
    const ways = {
      quoted: `printf %q "$V"`,
      quotedInAscii: `LC_ALL=C printf %q "$V"`,
      traced: 'set -x; true "$V"',
      declared: 'declare -p V',
      base64: `printf %s "$V" | base64 -w0`,
      header: `printf 'user:%s' "$V" | base64 -w0`,
      hex: `printf %s "$V" | od -An -v -tx1 | tr -d ' \\n'`,
    };
    for (const [name, script] of Object.entries(ways)) {
      const done = spawnSync('bash', ['-c', script], { env: { ...process.env, V: value, LC_ALL: 'C.UTF-8' } });
      const printed = Buffer.concat([done.stdout, done.stderr]);
      const result = masked([value], [printed]);
      expect([name, result]).toEqual([name, expect.stringContaining('***')]);
      expect([name, result]).not.toEqual([name, expect.stringMatching(/ecret|ZWNyZX|6563726574/)]);
    }
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
