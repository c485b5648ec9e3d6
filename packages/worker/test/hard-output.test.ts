// Whatever a step prints survives: no line ends, nothing but line ends, no text at all, more than is kept, 64 runs at once.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormSearch } from '../src/log/form-search.ts';
import { Members } from '../src/log/members.ts';
import { secretForms } from '../src/log/secret-forms.ts';
import { type SealedChunk, StepLog } from '../src/log/step-log.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

const pieceBytes = 65_536;
const mega = 1_000_000;

/** What comes out at the end of a step's log, chunk by chunk, as it would be kept. */
async function logOf(pieces: Iterable<Buffer>, secrets: readonly string[] = []) {
  const hash = createHash('sha256');
  const seen = { bytes: 0, lines: 0, chunks: 0, largest: 0, memberBytes: 0 };
  const members = new Members();
  const log = new StepLog({
    step: 1,
    hidden: new FormSearch(secretForms(secrets)),
    limitBytes: 1e9,
    tailBytes: 1e6,
    chunkBytes: 262_144,
    patienceMillis: () => 60_000,
    members,
    onChunk({ offset, sizeBytes, lines, member, memberBytes }: SealedChunk) {
      const text = gunzipSync(member);
      hash.update(text);
      expect([offset, sizeBytes, memberBytes]).toEqual([seen.bytes, text.length, member.length]);
      seen.bytes += text.length;
      seen.lines += lines;
      seen.chunks++;
      seen.largest = Math.max(seen.largest, text.length);
      seen.memberBytes += memberBytes;
    },
  });
  for (const piece of pieces) {
    log.write(piece);
    await members.room();
  }
  log.end();
  await members.settled();
  return { ...seen, sha256: hash.digest('hex') };
}

function* piecesOf(byte: number, bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += pieceBytes) yield Buffer.alloc(Math.min(pieceBytes, bytes - at), byte);
}

function digestOf(pieces: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

describe('a log', () => {
  test('of one line of 100 MB comes out whole, in chunks of the usual size, with a secret in its middle struck out', async () => {
    const secret = 'a-secret-in-a-long-line';
    function* printed(what: string): Generator<Buffer> {
      yield* piecesOf(120, 50 * mega);
      // In two pieces, with a cut in the secret.
      yield Buffer.from(what.slice(0, Math.ceil(what.length / 2)));
      yield Buffer.from(what.slice(Math.ceil(what.length / 2)));
      yield* piecesOf(121, 50 * mega);
    }
    const log = await logOf(printed(secret), [secret]);
    expect(log).toMatchObject({ bytes: 100 * mega + 3, lines: 0, sha256: digestOf(printed('***')) });
    expect(log.largest).toBeLessThanOrEqual(262_144);
    expect(log.chunks).toBeLessThan(500);
  });

  test('of four million empty lines counts each', async () => {
    const log = await logOf(piecesOf(10, 4 * mega));
    expect(log).toMatchObject({ bytes: 4 * mega, lines: 4 * mega, sha256: digestOf(piecesOf(10, 4 * mega)) });
  });

  test('counts lines where dense and long ones take turns', async () => {
    const dense = Buffer.from('\n\nx\n'.repeat(3_000));
    const long = Buffer.from(`${'long '.repeat(1_500)}\n`);
    const pieces = Array.from({ length: 60 }, (_, index) => (index % 3 === 2 ? dense : long));
    expect((await logOf(pieces)).lines).toBe(40 + 20 * 9_000);
  });

  test('of a progress bar that draws itself 200,000 times, and of NULs, stays as it is', async () => {
    const bar = Buffer.from(Array.from({ length: 200_000 }, (_, index) => `\r${index % 100} %`).join(''));
    const bytes = [bar, Buffer.alloc(mega), Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a])];
    expect(await logOf(bytes)).toMatchObject({ lines: 1, sha256: digestOf(bytes) });
  });
});

describe('a worker', () => {
  test('with 64 runs at once brings what each printed, byte for byte', async () => {
    const { station, start } = await site({ firstRenewalMillis: 60_000 });
    const runs = Array.from({ length: 64 }, (_, index) =>
      station.submit({
        steps: [
          `printf 'run ${index}\\r50 %%\\r100 %%\\n\\000\\377\\376\\n'; head -c 300000 /dev/zero; sleep 0.2; printf '\\nend ${index}'`,
        ],
      }),
    );
    await start({ capacity: 64 });
    for (const run of runs) await station.finished(run, 120);
    for (const [index, run] of runs.entries()) {
      const expected = Buffer.concat([
        Buffer.from(`run ${index}\r50 %\r100 %\n`),
        Buffer.from([0, 0xff, 0xfe, 10]),
        Buffer.alloc(300_000),
        Buffer.from(`\nend ${index}`),
      ]);
      expect([index, run.finish?.verdict, run.texts[1]?.equals(expected)]).toEqual([index, 'passed', true]);
    }
    expect(station.claims.size).toBeGreaterThanOrEqual(64);
  }, 180_000);

  test('keeps head and tail of what is longer than its limit, says how much is missing, and lets the step go on', async () => {
    const { station, start } = await site({ logLimitBytes: 100_000, logTailBytes: 20_000 });
    const run = station.submit({ steps: ['seq 1 400000', 'echo next'] });
    await start();
    await station.finished(run, 60);
    const text = textOf(run, 1);
    const [, leftOut] = /\[signalbox: (\d+) bytes were left out here\]\n/.exec(text) ?? [];
    const printed = Array.from({ length: 400_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(text.startsWith(printed.slice(0, 79_000))).toBe(true);
    expect(text).toContain('has reached its limit of 100000 bytes; of the rest only the last 20000 are kept');
    expect(text.endsWith(`left out here]\n${printed.slice(-20_000)}`)).toBe(true);
    expect(text.length).toBeLessThanOrEqual(100_000);
    // Head, what was left out, and tail are all that was printed.
    expect(79_750 + Number(leftOut) + 20_000).toBe(printed.length);
    expect([run.finish?.verdict, textOf(run, 2)]).toEqual(['passed', 'next\n']);
  });
});
