// The log of a step is, byte for byte, what it printed, whatever the pieces; only its limit takes something out.
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormSearch } from '../src/log/form-search.ts';
import { LogLimit } from '../src/log/log-limit.ts';
import { Members } from '../src/log/members.ts';
import { type SealedChunk, StepLog } from '../src/log/step-log.ts';

function logged(pieces: readonly Buffer[], limits: { chunkBytes: number; limitBytes?: number; tailBytes?: number }) {
  const chunks: SealedChunk[] = [];
  const log = new StepLog({
    step: 1,
    hidden: new FormSearch([]),
    limitBytes: limits.limitBytes ?? 1e9,
    tailBytes: limits.tailBytes ?? 1e6,
    chunkBytes: limits.chunkBytes,
    patienceMillis: () => 60_000,
    members: new Members(),
    onChunk: (chunk) => chunks.push(chunk),
  });
  for (const piece of pieces) log.write(piece);
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
    const out = Buffer.concat([limit.push(Buffer.from('a'.repeat(100))), limit.end()]).toString();
    expect(out.replace(/\n\[signalbox.*\]\n/, '')).toBe('a'.repeat(100));
  });
});
