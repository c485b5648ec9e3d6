// Artifacts: kept by digest, fenced by the claim, never over another's bytes, and never outside their directory.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listArtifacts, openArtifact, putArtifact, type RunHold, recordDefaults } from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const sha256 = (body: string) => createHash('sha256').update(body).digest('hex');
const put = (hold: RunHold, path: string, body: string, digest = sha256(body), limits = recordDefaults) =>
  putArtifact(kit.db, kit.store, hold, path, digest, Readable.from([Buffer.from(body)]), limits);
const read = async (runId: number, path: string) => text((await openArtifact(kit.db, kit.store, runId, path)).read());

test('an artifact is stored beside the log of its run, listed by path, and read in ranges', async () => {
  const run = await kit.startRun({ lane: 'pack' });
  await put(run, 'out/<b>.tar.gz', 'packed');
  await put(run, 'a.txt', 'hello');
  const [first, second] = await listArtifacts(kit.db, run.runId);
  expect(first).toMatchObject({ path: 'a.txt', sizeBytes: 5, sha256: sha256('hello') });
  expect(second!.archivePath).toMatch(/^sample\/builds\/main-linux\/\d+\/pack-run1\/out\/%3Cb%3E\.tar\.gz$/);
  const file = await openArtifact(kit.db, kit.store, run.runId, 'out/<b>.tar.gz');
  expect(file).toMatchObject({ name: '<b>.tar.gz', sizeBytes: 6, sha256: sha256('packed') });
  expect(await text(file.read({ start: 1, end: 3 }))).toBe('ack');
  await expect(openArtifact(kit.db, kit.store, run.runId, 'other\0')).rejects.toMatchObject({ code: 'not-found' });
});

test('the same bytes may come twice, other bytes take the place of the first, and nothing of them stays', async () => {
  const run = await kit.startRun({ lane: 'again' });
  await put(run, 'x', 'one');
  await Promise.all([put(run, 'x', 'one'), put(run, 'x', 'one')]);
  expect(await read(run.runId, 'x')).toBe('one');
  const archivePath = (await listArtifacts(kit.db, run.runId))[0]!.archivePath;
  await put(run, 'x', 'second');
  expect(await read(run.runId, 'x')).toBe('second');
  expect(await kit.store.find(archivePath)).toBeUndefined();
  await put(run, 'x', 'one');
  expect(await read(run.runId, 'x')).toBe('one');
  expect(await listArtifacts(kit.db, run.runId)).toHaveLength(1);
  expect(await kit.store.list(archivePath.slice(0, archivePath.lastIndexOf('/')), 10)).toHaveLength(1);
});

test('bytes that are not what was announced, or too many, leave nothing behind', async () => {
  const run = await kit.startRun({ lane: 'wrong' });
  await expect(put(run, 'x', 'body', sha256('other'))).rejects.toMatchObject({ code: 'digest-mismatch' });
  const small = { ...recordDefaults, artifactBytes: 3 };
  await expect(put(run, 'x', 'body', sha256('body'), small)).rejects.toMatchObject({ code: 'too-large' });
  await put(run, 'one', 'one');
  const few = { ...recordDefaults, artifacts: 1 };
  await expect(put(run, 'two', 'two', sha256('two'), few)).rejects.toMatchObject({ code: 'too-large' });
  await put(run, 'one', 'uno', sha256('uno'), few);
  expect((await listArtifacts(kit.db, run.runId)).map(({ path }) => path)).toEqual(['one']);
  expect(await kit.unfinished()).toEqual([]);
});

test('a worker that goes away in the middle of an artifact leaves nothing behind', async () => {
  const run = await kit.startRun({ lane: 'broken' });
  let asked = 0;
  const body = new Readable({
    read() {
      if (asked++ === 0) this.push('who');
      else this.destroy(new Error('gone'));
    },
  });
  const sent = putArtifact(kit.db, kit.store, run, 'x', sha256('whole'), body, recordDefaults);
  await expect(sent).rejects.toThrow('gone');
  expect(await listArtifacts(kit.db, run.runId)).toEqual([]);
  expect(await kit.unfinished()).toEqual([]);
});

test('who does not hold the run, or no longer, stores nothing; a run that ends in the middle of an artifact does not list it', async () => {
  const run = await kit.startRun({ lane: 'fence' });
  const stranger = { ...run, claimId: '00000000-0000-4000-8000-000000000000' };
  await expect(put(stranger, 'x', 'x')).rejects.toMatchObject({ code: 'claim-lost' });
  await expect(put({ ...run, runId: 999_999 }, 'x', 'x')).rejects.toMatchObject({ code: 'run-not-found' });
  await put(run, 'kept', 'kept');
  async function* slow() {
    yield Buffer.from('slow');
    await kit.end(run, [{}], [0]);
  }
  const late = (path: string, body: string) =>
    putArtifact(kit.db, kit.store, run, path, sha256(body), slow(), recordDefaults);
  await expect(late('x', 'slow')).rejects.toMatchObject({ code: 'claim-lost' });
  await expect(put(run, 'kept', 'kept')).rejects.toMatchObject({ code: 'claim-lost' });
  const [kept] = await listArtifacts(kit.db, run.runId);
  expect(await read(run.runId, 'kept')).toBe('kept');
  const directory = kept!.archivePath.slice(0, kept!.archivePath.lastIndexOf('/'));
  expect((await kit.store.list(directory, 10))!.map(({ name }) => name)).toEqual(['kept']);
});

test('no path leads out of the run’s directory', async () => {
  const run = await kit.startRun({ lane: 'hostile' });
  const hostile = [
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/./b',
    'a//b',
    'a/',
    '..',
    '.',
    'a\\..\\b',
    'C:/x',
    'c:x',
    'a\0b',
    'a\nb',
    '\ud800',
    'x'.repeat(1001),
  ];
  for (const path of hostile) await expect(put(run, path, 'x'), path).rejects.toMatchObject({ code: 'bad-request' });
  expect(await listArtifacts(kit.db, run.runId)).toEqual([]);
  const odd = [
    '%2e%2e/x',
    '..%2Fx',
    '...',
    '.git/config',
    'con',
    'a b',
    'ž/ů',
    '<script>',
    '~',
    `${'ů'.repeat(100)}/${'é'.repeat(200)}/x`,
  ];
  for (const path of odd) await put(run, path, path);
  for (const path of odd) expect(await read(run.runId, path)).toBe(path);
});

test('paths that differ only in case are two files on every disk', async () => {
  const run = await kit.startRun({ lane: 'case' });
  await put(run, 'README', 'upper');
  await put(run, 'readme', 'lower');
  await put(run, 'Dir/x', 'one');
  await put(run, 'dir/x', 'two');
  const stored = await listArtifacts(kit.db, run.runId);
  expect(new Set(stored.map(({ archivePath }) => archivePath.toLowerCase())).size).toBe(4);
  for (const [path, body] of [
    ['README', 'upper'],
    ['readme', 'lower'],
    ['Dir/x', 'one'],
    ['dir/x', 'two'],
  ] as const) {
    expect(await read(run.runId, path)).toBe(body);
  }
  expect(stored.find(({ path }) => path === 'README')!.archivePath).toMatch(/\/README$/);
});

test('a file where a directory is, or the other way round, is refused and harms neither', async () => {
  const run = await kit.startRun({ lane: 'both' });
  await put(run, 'a', 'file');
  await put(run, 'd/x', 'within');
  await expect(put(run, 'a/b', 'x')).rejects.toMatchObject({ code: 'name-taken' });
  await expect(put(run, 'd', 'x')).rejects.toMatchObject({ code: 'name-taken' });
  expect(await read(run.runId, 'a')).toBe('file');
  expect(await read(run.runId, 'd/x')).toBe('within');
  expect(await kit.unfinished()).toEqual([]);
});
