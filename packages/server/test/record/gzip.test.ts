// Gzip members: what the server writes is what gunzip reads, and what it is told about others' members is held against them.
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultOf, inflate, largestMember, storedMember } from '../../src/record/gzip.ts';

test('stored members laid end to end with compressed ones are one text', () => {
  const texts = ['', 'header\n', 'é'.repeat(100_000), 'x'.repeat(65_535), 'x'.repeat(65_536), 'x'.repeat(131_070)];
  for (const text of texts) {
    const file = Buffer.concat([storedMember(text), gzipSync('between'), storedMember(text)]);
    expect(gunzipSync(file).toString()).toBe(`${text}between${text}`);
  }
});

test('whatever a worker’s zlib makes of a chunk is within what is allowed, and comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 5000 }),
      fc.integer({ min: 0, max: 9 }),
      async (bytes, level) => {
        const member = gzipSync(bytes, { level });
        expect(faultOf(member, bytes.length)).toBeUndefined();
        expect((await inflate(member, bytes.length)).equals(bytes)).toBe(true);
        expect(faultOf(member, bytes.length + 1)).toContain('by its own trailer');
      },
    ),
    { numRuns: 50 },
  );
});

test('a member that holds more or less than was said is never inflated to more', async () => {
  const member = gzipSync(Buffer.alloc(5_000_000));
  await expect(inflate(member, 100)).rejects.toThrow();
  await expect(inflate(Buffer.concat([gzipSync('ab'), gzipSync('cd')]), 2)).rejects.toThrow();
  await expect(inflate(gzipSync('ab'), 3)).rejects.toThrow('it holds 2 bytes, not 3');
  await expect(inflate(member.subarray(0, 300), 5_000_000)).rejects.toThrow();
  expect(faultOf(Buffer.alloc(largestMember(10) + 1, gzipSync('0123456789')), 10)).toContain('bytes for 10 of text');
});
