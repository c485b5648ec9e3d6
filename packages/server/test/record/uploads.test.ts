// Artifacts that come in pieces: what came before a cut stays, also over a restart, and nothing else ever gets a name. On a disk and on S3.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Server, startS3 } from '../../../../test/kit/s3.ts';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import { sql } from '../../src/base/index.ts';
import {
  type ArchiveStore,
  createUploads,
  openArchiveStore,
  putArtifact,
  type RunHold,
  recordDefaults,
  type Uploads,
} from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** More than two parts of an S3 server, and a whole number of nothing. */
const whole = randomBytes(11 * 1_048_576 + 13);
const sha256 = sha256Of(whole);
const half = 5_000_001;
const sizeBytes = whole.length;
const limits = { ...recordDefaults, uploads: 2, artifactBytes: sizeBytes };

let kit: RecordKit;
let s3: S3Server;
let home: Awaited<ReturnType<typeof directoryToRemove>>;
beforeAll(async () => {
  home = await directoryToRemove('uploads');
  [kit, s3] = await Promise.all([recordKit(), startS3()]);
}, 120_000);
afterAll(async () => {
  await kit?.drop();
  await s3?.stop();
  await home?.remove();
}, 60_000);

const stores: Record<string, () => Promise<{ store: ArchiveStore; spool: string }>> = {
  'a disk': async () => ({ store: kit.store, spool: join(kit.archive, '.unfinished') }),
  'an S3 server': async () => ({
    store: await openArchiveStore({ kind: 's3', place: await s3.bucket('uploads') }),
    spool: join(home.path, 'spool'),
  }),
};

describe.each(Object.keys(stores))('an upload to %s', (name) => {
  let store: ArchiveStore;
  let spool: string;
  let uploads: Uploads;
  /** Also what a server does that was started anew: nothing is in its memory. */
  const begin = async () => {
    uploads = await createUploads(kit.db, store, join(home.path, 'spool'), limits);
  };
  beforeAll(async () => {
    ({ store, spool } = await stores[name]!());
    await begin();
  }, 60_000);
  const send = (hold: RunHold, from: number, bytes: Uint8Array | Readable, digest = sha256) =>
    uploads.append(
      { hold, path: 'big.bin', sha256: digest },
      {
        sizeBytes,
        offsetBytes: from,
        body: bytes instanceof Readable ? bytes : Readable.from(pieces(bytes)),
        results: undefined,
      },
    );
  const look = (hold: RunHold) => uploads.look({ hold, path: 'big.bin', sha256 });
  const stored = async (hold: RunHold) => {
    const [row] = await kit.db.query<{ place: string; sha256: string; size: number }>(sql`
      select archive_path as place, sha256, size_bytes as size from artifact where run_id = ${hold.runId}`);
    const found = row && (await store.find(row.place));
    return row && { ...row, digest: sha256Of(await buffer(found!.read())) };
  };
  const left = async () => (await readdir(spool)).filter((one) => one.startsWith('upload-'));

  test('goes on where it was cut, after a restart too, and a repeat answers the same', async () => {
    const hold = await kit.startRun();
    expect(await look(hold)).toEqual({ offsetBytes: 0, isStored: false });
    await expect(send(hold, 0, breaking(whole.subarray(0, half)))).rejects.toMatchObject({ code: 'not-ready' });
    expect(await look(hold)).toEqual({ offsetBytes: half, isStored: false });
    expect(await stored(hold)).toBeUndefined();
    await begin();
    expect(await look(hold)).toEqual({ offsetBytes: half, isStored: false });
    await expect(send(hold, half + 1, whole.subarray(half + 1))).rejects.toMatchObject({
      code: 'wrong-offset',
      extra: { offsetBytes: half },
    });
    // A place that is refused costs nothing of what is there.
    expect(await look(hold)).toEqual({ offsetBytes: half, isStored: false });
    expect(await send(hold, half, whole.subarray(half))).toEqual({ offsetBytes: sizeBytes, isStored: true });
    expect(await stored(hold)).toMatchObject({ sha256, digest: sha256, size: sizeBytes });
    expect(await left()).toEqual([]);
    expect((await look(hold)).isStored).toBe(true);
    expect(await send(hold, 0, whole)).toEqual({ offsetBytes: sizeBytes, isStored: true });
    expect(await left()).toEqual([]);
  }, 60_000);

  test('of other bytes than were announced is refused, leaves nothing, and may begin again', async () => {
    const hold = await kit.startRun();
    await expect(send(hold, 0, breaking(Buffer.alloc(half)))).rejects.toMatchObject({ code: 'not-ready' });
    await expect(send(hold, half, whole.subarray(half))).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringContaining(sha256),
    });
    expect(await left()).toEqual([]);
    expect(await stored(hold)).toBeUndefined();
    await expect(send(hold, 0, Buffer.concat([whole, whole]))).rejects.toMatchObject({ code: 'bad-request' });
    expect(await left()).toEqual([]);
    expect(await look(hold)).toEqual({ offsetBytes: 0, isStored: false });
    expect(await send(hold, 0, whole)).toMatchObject({ isStored: true });
  }, 60_000);

  test('by two at once: who comes later goes on, and the other hears of it', async () => {
    const hold = await kit.startRun();
    const silent = new Readable({ read: () => undefined });
    silent.push(whole.subarray(0, half));
    const first = send(hold, 0, silent).catch((error: unknown) => error);
    await untilRead(silent);
    expect(await look(hold)).toEqual({ offsetBytes: half, isStored: false });
    expect(await first).toMatchObject({ code: 'not-ready', message: expect.stringContaining('Another call') });
    expect(silent.destroyed).toBe(false);
    // The very same piece twice: one is first, and the other hears where it stands or that it is there.
    const answers = await Promise.allSettled([
      send(hold, half, whole.subarray(half)),
      send(hold, half, whole.subarray(half)),
    ]);
    for (const answer of answers) {
      if (answer.status === 'fulfilled') expect(answer.value).toEqual({ offsetBytes: sizeBytes, isStored: true });
      else expect(['not-ready', 'wrong-offset']).toContain((answer.reason as { code: string }).code);
    }
    const { offsetBytes, isStored } = await look(hold);
    if (!isStored) await send(hold, offsetBytes, whole.subarray(offsetBytes));
    expect(await stored(hold)).toMatchObject({ digest: sha256 });
    expect(await left()).toEqual([]);
  }, 60_000);

  test('of a claim that was lost is refused, and what it sent goes when it is old', async () => {
    const hold = await kit.startRun();
    await expect(send(hold, 0, breaking(whole.subarray(0, 1000)))).rejects.toMatchObject({ code: 'not-ready' });
    const stale = { ...hold, claimId: '00000000-0000-4000-8000-000000000000' };
    await expect(look(stale)).rejects.toMatchObject({ code: 'claim-lost' });
    await expect(send(stale, 1000, whole.subarray(1000))).rejects.toMatchObject({ code: 'claim-lost' });
    const [one] = await left();
    const before = new Date(Date.now() - 3_600_000);
    expect(await uploads.sweep(before)).toBe(0);
    await utimes(join(spool, one!), before, new Date(before.getTime() - 1000));
    expect(await uploads.sweep(before)).toBe(1);
    expect(await look(hold)).toEqual({ offsetBytes: 0, isStored: false });
  });

  test('is held to its limits', async () => {
    const hold = await kit.startRun();
    const begun = (path: string, size: number) =>
      uploads.append(
        { hold, path, sha256 },
        { sizeBytes: size, offsetBytes: 0, body: breaking(Buffer.from('x')), results: undefined },
      );
    await expect(begun('large', sizeBytes + 1)).rejects.toMatchObject({ code: 'too-large' });
    await expect(begun('../out', 10)).rejects.toMatchObject({ code: 'bad-request' });
    for (const path of ['a', 'b']) await expect(begun(path, 10)).rejects.toMatchObject({ code: 'not-ready' });
    await expect(begun('c', 10)).rejects.toMatchObject({ code: 'too-many' });
    expect(await uploads.sweep(new Date(Date.now() + 1000))).toBe(2);
  });

  test('takes the place of other bytes that a whole upload left, which go', async () => {
    const hold = await kit.startRun();
    const other = Buffer.from('other');
    await putArtifact(kit.db, store, hold, 'big.bin', sha256Of(other), Readable.from([other]), limits);
    const before = (await stored(hold))!.place;
    expect(await send(hold, 0, whole)).toMatchObject({ isStored: true });
    expect(await stored(hold)).toMatchObject({ digest: sha256 });
    expect(await store.find(before)).toBeUndefined();
  }, 60_000);
});

test('an upload that comes to another server than the one that has its beginning begins again, and is there for both', async () => {
  const hold = await kit.startRun();
  const store = await openArchiveStore({ kind: 's3', place: await s3.bucket('shared') });
  const [one, other] = await Promise.all(
    ['one', 'other'].map((name) => createUploads(kit.db, store, join(home.path, name), limits)),
  );
  const upload = { hold, path: 'big.bin', sha256 };
  const piece = { sizeBytes, offsetBytes: 0, results: undefined };
  const begun = one!.append(upload, { ...piece, body: breaking(whole.subarray(0, half)) });
  await expect(begun).rejects.toMatchObject({ code: 'not-ready' });
  expect(await other!.look(upload)).toEqual({ offsetBytes: 0, isStored: false });
  const all = await other!.append(upload, { ...piece, body: Readable.from(pieces(whole)) });
  expect(all).toEqual({ offsetBytes: sizeBytes, isStored: true });
  expect(await one!.look(upload)).toMatchObject({ isStored: true });
  expect(await one!.append(upload, { ...piece, offsetBytes: half, body: Readable.from([]) })).toEqual(all);
  expect(await readdir(join(home.path, 'one'))).toEqual([]);
}, 60_000);

function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

function breaking(bytes: Uint8Array): Readable {
  return Readable.from(
    (function* () {
      yield* pieces(bytes);
      throw new Error('the connection was reset');
    })(),
  );
}

/** Nothing of it waits to be read any more. */
async function untilRead(body: Readable): Promise<void> {
  while (body.readableLength > 0) await new Promise((resolve) => setImmediate(resolve));
}
