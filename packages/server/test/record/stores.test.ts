// What every place of an archive must hold to, asked of each of them: a disk, an S3 server, and one that has moved to it from a disk.
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Server, startS3 } from '../../../../test/kit/s3.ts';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import { type ArchiveSettings, type ArchiveStore, openArchiveStore } from '../../src/record/index.ts';

let s3: S3Server;
let home: { path: string; remove: () => Promise<void> };
beforeAll(async () => {
  home = await directoryToRemove('stores');
  s3 = await startS3();
}, 60_000);
afterAll(async () => {
  await s3.stop();
  await home.remove();
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const small = Buffer.from('a few bytes');
/** More than two parts, and not a whole number of them. */
const large = randomBytes(12 * 1_048_576 + 17);
async function* inPieces(bytes: Buffer, pieceBytes: number) {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
async function* broken() {
  yield* inPieces(large, 100_000);
  throw new Error('the worker went away');
}

const stores: Record<string, () => Promise<ArchiveSettings>> = {
  'on a disk': async () => ({ kind: 'disk', directory: join(home.path, 'disk') }),
  'on an S3 server': async () => ({ kind: 's3', place: await s3.bucket('plain') }),
  'below a prefix on an S3 server, moved there from a disk': async () => {
    const before = join(home.path, 'before');
    const old = await openArchiveStore({ kind: 'disk', directory: before });
    await old.put('moved/old.txt', small);
    await old.put('moved/new.txt', small);
    return { kind: 's3', place: { ...(await s3.bucket('moved')), prefix: 'ci/archive' }, before };
  },
};

describe.each(Object.keys(stores))('an archive %s', (name) => {
  let store: ArchiveStore;
  beforeAll(async () => {
    store = await openArchiveStore(await stores[name]!());
  });
  const whole = async (path: string) => {
    const found = await store.find(path);
    return found && (await buffer(found.read()));
  };

  test('gives back what was put, whole and in part', async () => {
    for (const [path, bytes] of [['repo/dir/small.txt', small] as const, ['repo/dir/large.bin', large] as const]) {
      const written = await store.put(path, inPieces(bytes, 70_001));
      expect(written).toEqual({ sizeBytes: bytes.length, sha256: sha256(bytes) });
      const found = (await store.find(path))!;
      expect(found.sizeBytes).toBe(bytes.length);
      expect(Math.abs(Date.now() - Date.parse(found.modifiedAt))).toBeLessThan(300_000);
      expect((await buffer(found.read())).equals(bytes)).toBe(true);
      // Both ends are included, as in HTTP.
      expect((await buffer(found.read({ start: 2, end: 5 }))).equals(bytes.subarray(2, 6))).toBe(true);
      const end = bytes.length;
      expect((await store.read(path, { from: end - 4, to: end })).equals(bytes.subarray(end - 4))).toBe(true);
      expect(await store.read(path, { from: 3, to: 3 })).toHaveLength(0);
    }
    expect(await store.put('repo/dir/empty', Buffer.alloc(0))).toMatchObject({ sizeBytes: 0 });
    expect(await whole('repo/dir/empty')).toHaveLength(0);
  });

  test('takes the same file twice, and a newer one in place of an older', async () => {
    await store.put('repo/twice', small);
    await store.put('repo/twice', small);
    expect(String(await whole('repo/twice'))).toBe('a few bytes');
    await store.put('repo/twice', Buffer.from('others'));
    expect(String(await whole('repo/twice'))).toBe('others');
  });

  test('leaves nothing of what was refused, or broke off', async () => {
    for (const [number, bytes] of [small, large].entries()) {
      const refusal = store.put(`repo/refused-${number}`, inPieces(bytes, 1_000_000), () => {
        throw new Error('another digest');
      });
      await expect(refusal).rejects.toThrow('another digest');
      expect(await store.find(`repo/refused-${number}`)).toBeUndefined();
    }
    await expect(store.put('repo/broken', broken())).rejects.toThrow('the worker went away');
    expect(await store.find('repo/broken')).toBeUndefined();
    expect(await store.sweep(new Date(Date.now() + 60_000))).toBe(0);
  });

  test('says which bytes are not there', async () => {
    await store.put('repo/short', small);
    await expect(store.read('repo/short', { from: 5, to: 99 })).rejects.toThrow(
      'repo/short in the archive ends at byte 11; 99 were written. Restore it.',
    );
    await expect(store.read('repo/short', { from: 50, to: 99 })).rejects.toThrow('Restore it.');
    await expect(store.read('repo/none', { from: 0, to: 9 })).rejects.toThrow('repo/none is not in the archive');
    expect(await store.find('repo/none')).toBeUndefined();
    expect(await store.find('repo')).toBeUndefined();
  });

  test('lists directories before files, by name, and only so many', async () => {
    for (const path of ['list/b.txt', 'list/a.txt', 'list/z/deep/one', 'list/c/two']) await store.put(path, small);
    const entries = (await store.list('list', 100))!;
    expect(entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'directory c',
      'directory z',
      'file a.txt',
      'file b.txt',
    ]);
    expect(entries.map(({ sizeBytes }) => sizeBytes)).toEqual([null, null, 11, 11]);
    expect(await store.list('list', 2)).toHaveLength(2);
    expect(await store.list('list/z', 9)).toMatchObject([{ name: 'deep', kind: 'directory' }]);
    expect(await store.list('nowhere', 9)).toBeUndefined();
    expect(await store.list('list/a.txt', 9)).toBeUndefined();
    expect((await store.list('', 9))?.map((entry) => entry.name)).toContain('list');
  });

  test('removes a file, and what is not there', async () => {
    await store.put('repo/gone', small);
    await store.remove('repo/gone');
    expect(await store.find('repo/gone')).toBeUndefined();
    await store.remove('repo/gone');
    await store.remove('repo/never');
  });

  test('has no file for a path that the layout would not make', async () => {
    for (const path of [
      '../outside',
      'repo/../../outside',
      '/etc/passwd',
      '.probe/x',
      'repo//x',
      'a\\b',
      'repo/.x',
      '',
    ]) {
      await expect(store.find(path), path).rejects.toThrow('There is no such file in the archive.');
      await expect(store.put(path, small), path).rejects.toThrow('There is no such file in the archive.');
    }
  });
});

test('what lies where the archive was before is read, counts less than what came since, and is removed', async () => {
  const before = join(home.path, 'before');
  const store = await openArchiveStore({
    kind: 's3',
    place: { ...(await s3.bucket('moved')), prefix: 'ci/archive' },
    before,
  });
  expect(String(await store.read('moved/old.txt', { from: 2, to: 5 }))).toBe('few');
  await store.put('moved/new.txt', Buffer.from('newer'));
  expect(String(await buffer((await store.find('moved/new.txt'))!.read()))).toBe('newer');
  expect((await store.list('moved', 9))?.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
    ['new.txt', 5],
    ['old.txt', 11],
  ]);
  await store.remove('moved/old.txt');
  await store.remove('moved/new.txt');
  expect(await store.list('moved', 9)).toSatisfy((left) => left === undefined || (left as []).length === 0);
});

test('parts that a dead server left are swept, and younger ones are not', async () => {
  const place = await s3.bucket('sweeping');
  const store = await openArchiveStore({ kind: 's3', place });
  const { connectS3 } = await import('../../src/record/s3/client.ts');
  const calls = await connectS3(place);
  const begun = await calls.begin('repo/half');
  await calls.sendPart(begun, 1, large.subarray(0, 5 * 1_048_576));
  const others = await calls.begin('backups/of somebody else');
  await calls.put('.probe/left', small);
  expect((await s3.contents('sweeping')).unfinished).toEqual(['backups/of somebody else', 'repo/half']);
  expect(await store.sweep(new Date(Date.now() - 60_000))).toBe(0);
  expect(await store.sweep(new Date(Date.now() + 60_000))).toBe(2);
  expect(await s3.contents('sweeping')).toEqual({ files: [], unfinished: ['backups/of somebody else'] });
  await calls.abort(others);
});

test('a place that cannot be used says which setting is wrong', async () => {
  const place = await s3.bucket('settings');
  const open = (change: object) => openArchiveStore({ kind: 's3', place: { ...place, ...change } });
  await expect(open({ bucket: 'none-such' })).rejects.toThrow(/There is no bucket none-such: make it/);
  await expect(open({ secretKey: 'wrong' })).rejects.toThrow(/SIGNALBOX_S3_SECRET_KEY/);
  await expect(open({ accessKey: 'nobody:none' })).rejects.toThrow(/SIGNALBOX_S3_ACCESS_KEY/);
  await expect(open({ endpoint: 'http://127.0.0.1:9' })).rejects.toThrow(/Nothing answers at http:\/\/127.0.0.1:9/);
  expect((await s3.contents('settings')).files).toEqual([]);
});

test('a signed address gives the file to whoever has it, as a download, and to nobody when it was changed', async () => {
  const place = { ...(await s3.bucket('links')), linkSeconds: 60 };
  const store = await openArchiveStore({ kind: 's3', place });
  await store.put('repo/page.html', Buffer.from('<script>1</script>'));
  const address = await (await store.find('repo/page.html'))!.link!({
    type: 'application/octet-stream',
    disposition: 'attachment; filename="page.html"',
  });
  const answer = await fetch(address, { headers: { range: 'bytes=1-6' } });
  expect([answer.status, await answer.text()]).toEqual([206, 'script']);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  expect((await fetch(address.replace('page.html', 'other.html'))).status).toBe(403);
});
