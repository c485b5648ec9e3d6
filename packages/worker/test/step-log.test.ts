// The log of a step is, byte for byte, what it printed, whatever the pieces; only its limit takes something out.
import { gunzipSync } from 'node:zlib';
import { headOf, terminalStateAfter } from '@signalbox/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormSearch } from '../src/log/form-search.ts';
import { LogLimit } from '../src/log/log-limit.ts';
import { Members } from '../src/log/members.ts';
import { secretForms } from '../src/log/secret-forms.ts';
import { type SealedChunk, StepLog } from '../src/log/step-log.ts';

type Limits = { chunkBytes: number; limitBytes?: number; tailBytes?: number; secrets?: string[] };

/** A millisecond goes by with each `gap`, between one piece and the next. */
function logged(pieces: readonly Buffer[], limits: Limits, gaps: readonly number[] = []) {
  const chunks: SealedChunk[] = [];
  const log = new StepLog({
    step: 1,
    hidden: new FormSearch(secretForms(limits.secrets ?? [])),
    limitBytes: limits.limitBytes ?? 1e9,
    tailBytes: limits.tailBytes ?? 1e6,
    chunkBytes: limits.chunkBytes,
    patienceMillis: () => 60_000,
    members: new Members(),
    onChunk: (chunk) => chunks.push(chunk),
    now: () => now,
  });
  let now = 1_000_000;
  for (const [index, piece] of pieces.entries()) {
    now += gaps[index] ?? 0;
    log.write(piece);
  }
  log.end();
  return { chunks, text: Buffer.concat(chunks.map(({ member }) => gunzipSync(member))), size: log.sizeBytes };
}

describe('the log of a step', () => {
  test('comes out byte for byte, in chunks whose offsets join, cut at line ends where there are some', () => {
    const line = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.concat([bytes, Buffer.from('\n')]));
    const piece = fc.oneof(line, fc.uint8Array({ maxLength: 200 }).map(Buffer.from));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { chunks, text, size } = logged(pieces, { chunkBytes: 64 });
        expect(text.equals(Buffer.concat(pieces))).toBe(true);
        expect(size).toBe(text.length);
        let offset = 0;
        for (const [index, chunk] of chunks.entries()) {
          const own = gunzipSync(chunk.member);
          expect(chunk).toMatchObject({ offset, sizeBytes: own.length, memberBytes: chunk.member.length });
          expect(chunk.lines).toBe(own.filter((byte) => byte === 10).length);
          expect(own.length).toBeLessThanOrEqual(64);
          if (index < chunks.length - 1 && own.includes(10)) expect(own.at(-1)).toBe(10);
          offset += own.length;
        }
      }),
    );
  });

  test('over its limit keeps head and tail, and says how much is missing', () => {
    const text = Array.from({ length: 1_000 }, (_, index) => `line ${index}\n`).join('');
    const pieces = text.match(/[\s\S]{1,37}/g)!.map((piece) => Buffer.from(piece));
    const out = logged(pieces, { chunkBytes: 64, limitBytes: 600, tailBytes: 100 }).text.toString();
    expect(out.startsWith(text.slice(0, 250))).toBe(true);
    expect(out.length).toBeLessThanOrEqual(600);
    expect(out.endsWith(`[signalbox: ${text.length - 350} bytes were left out here]\n${text.slice(-100)}`)).toBe(true);
    expect(out).toContain('has reached its limit of 600 bytes');
  });

  test('that is just so long loses nothing but gets the notice', () => {
    const limit = new LogLimit(350, 40);
    const head = limit.push({ bytes: Buffer.from('a'.repeat(100)), at: 0 });
    const out = Buffer.concat([head, ...limit.end().map(({ bytes }) => bytes)]).toString();
    expect(out.replace(/\n\[signalbox.*\]\n/, '')).toBe('a'.repeat(100));
  });
});

describe('the index in its members', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1');

  /** By line, as a reader puts it together. */
  function timesOf(chunks: readonly SealedChunk[]): number[] {
    return chunks.flatMap(({ member }) =>
      headOf(member)!.times.flatMap(({ lines, at }) => Array<number>(lines).fill(at)),
    );
  }

  test('says of each line when its first byte came, to five milliseconds, wherever chunks were cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'bc', '\n', '\n\n'), minLength: 1, maxLength: 12 });
    const printed = fc.array(fc.tuple(text, fc.constantFrom(0, 1, 3, 7, 100, 60_000)), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(printed, fc.integer({ min: 5, max: 60 }), (pieces, chunkBytes) => {
        const { chunks } = logged(
          pieces.map(([text]) => bytes(text)),
          { chunkBytes },
          pieces.map(([, gap]) => gap),
        );
        const right: number[] = [];
        let [now, begins] = [1_000_000, true];
        for (const [text, gap] of pieces) {
          now += gap;
          for (const character of text) {
            if (begins) right.push(now);
            begins = character === '\n';
          }
        }
        const times = timesOf(chunks);
        expect(times).toHaveLength(right.length);
        expect(times.filter((time, line) => right[line]! < time || right[line]! > time + 4)).toEqual([]);
        let isInside = false;
        for (const { member } of chunks) {
          expect(headOf(member)!.isInsideLine).toBe(isInside);
          isInside = gunzipSync(member).at(-1) !== 10;
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is true beside what was struck out, and of the tail that a log over its limit keeps', () => {
    const pieces = ['one\n', 'the secret is bridge', '-out-of-order\ntwo\n', 'three\n'].map(bytes);
    const hidden = logged(pieces, { chunkBytes: 1000, secrets: ['bridge-out-of-order'] }, [0, 100, 100, 100]);
    expect(hidden.text.toString()).toBe('one\nthe secret is ***\ntwo\nthree\n');
    expect(timesOf(hidden.chunks)).toEqual([1_000_000, 1_000_100, 1_000_200, 1_000_300]);
    // A line that begins as a secret does is held back, and came when it came.
    const held = logged(
      ['one\n', 'bri', 'ck\nthree\n', 'bridge'].map(bytes),
      { chunkBytes: 1000, secrets: ['bridge-out'] },
      [0, 1000, 1000, 50],
    );
    expect(held.text.toString()).toBe('one\nbrick\nthree\nbridge');
    expect(timesOf(held.chunks)).toEqual([1_000_000, 1_001_000, 1_002_000, 1_002_050]);
    const many = Array.from({ length: 1000 }, (_, index) => bytes(`line ${index}\n`));
    const cut = logged(
      many,
      { chunkBytes: 64, limitBytes: 600, tailBytes: 100 },
      many.map(() => 10),
    );
    const lines = cut.text.toString().split('\n');
    const times = timesOf(cut.chunks);
    expect(times.length).toBe(lines.length - 1);
    for (const [at, line] of lines.entries()) {
      // The first line behind what was left out may lack its beginning.
      if (/^line \d+$/.test(line)) expect(times[at]).toBe(1_000_010 + 10 * Number(line.slice(5)));
    }
  });

  test('says how a terminal stood before each chunk', () => {
    const codes = fc.constantFrom(
      '\x1b[31m',
      '\x1b[0m',
      '\x1b[1;38;5;9m',
      'text',
      'much text that needs no look, '.repeat(100),
      '\n',
      '\x1b]8;;https://ü.example\x07',
    );
    fc.assert(
      fc.property(fc.array(codes, { maxLength: 40 }), fc.constantFrom(30, 53, 80, 5000, 9001), (parts, chunkBytes) => {
        const { chunks } = logged([Buffer.from(parts.join(''))], { chunkBytes });
        let before = '';
        for (const { member } of chunks) {
          expect(headOf(member)!.state).toBe(terminalStateAfter('', before));
          before += gunzipSync(member).toString();
        }
      }),
    );
  });

  test('leaves members that a server of the version before takes', () => {
    const pieces = Array.from({ length: 2000 }, (_, index) => bytes(`${index}\n`));
    for (const { member, sizeBytes } of logged(
      pieces,
      { chunkBytes: 16 },
      pieces.map((_, index) => index * 7),
    ).chunks) {
      expect(member.length).toBeLessThanOrEqual(sizeBytes + Math.ceil(sizeBytes / 1000) + 512);
      expect(member.readUInt32BE(0) >>> 8).toBe(0x1f8b08);
    }
  });
});
