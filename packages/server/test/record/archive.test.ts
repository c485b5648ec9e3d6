// The archive for people: directories as data and as pages, closed to every path that leads elsewhere, and to names that are markup.
import { createHash } from 'node:crypto';
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createUploads,
  listArchive,
  openArchiveFile,
  openArchiveStore,
  putArtifact,
  recordDefaults,
  renderArchive,
  sweepArchive,
} from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

test('one directory shows a run’s log and files with sizes and digests, and the top what is below', async () => {
  const run = await kit.startRun({ lane: 'show' });
  const sha256 = createHash('sha256').update('bytes').digest('hex');
  await putArtifact(kit.db, kit.store, run, 'out.bin', sha256, Readable.from([Buffer.from('bytes')]), recordDefaults);
  await kit.end(run, [{}], [0]);
  await kit.seal();
  const path = (await kit.sealedPath(run.runId))!;
  const directory = path.slice(0, path.lastIndexOf('/'));
  const listing = (await listArchive(kit.db, kit.store, `${directory}/`))!;
  expect(listing.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'directory show-run1',
    'file show-run1.txt.gz',
  ]);
  expect(listing.entries[1]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  const files = (await listArchive(kit.db, kit.store, `${directory}/show-run1`))!;
  expect(files.entries).toMatchObject([{ name: 'out.bin', sizeBytes: 5, sha256 }]);
  expect((await listArchive(kit.db, kit.store, ''))!.entries.map(({ name }) => name)).toEqual(['sample']);
  expect((await listArchive(kit.db, kit.store, '', { ...recordDefaults, listEntries: 0 }))!.isCut).toBe(true);
  const file = (await openArchiveFile(kit.db, kit.store, `${directory}/show-run1/out.bin`))!;
  expect([file.sha256, await text(file.read({ start: 1, end: 2 }))]).toEqual([sha256, 'yt']);
  expect(await openArchiveFile(kit.db, kit.store, directory)).toBeUndefined();
  expect(await listArchive(kit.db, kit.store, path)).toBeUndefined();
  expect(await listArchive(kit.db, kit.store, `${path}/below`)).toBeUndefined();
});

test('no address leads out of the archive, into what is unfinished, or through a link', async () => {
  await writeFile(join(kit.archive, '..', 'signalbox-outside.txt'), 'secret');
  await mkdir(join(kit.archive, 'sample'), { recursive: true });
  await symlink('..', join(kit.archive, 'sample', 'up'));
  await symlink('/etc/passwd', join(kit.archive, 'sample', 'link'));
  const names = fc.array(
    fc.constantFrom(
      '..',
      '.',
      '',
      '.unfinished',
      'sample',
      'C:',
      '%2e%2e',
      '..%2f',
      'a\0',
      'a\\..',
      '//',
      '/etc/passwd',
    ),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(names, async (parts) => {
      const path = parts.join('/');
      const outcomes = await Promise.allSettled([
        openArchiveFile(kit.db, kit.store, path),
        listArchive(kit.db, kit.store, path),
      ]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'not-found' });
        else if (outcome.value) expect(['', 'sample']).toContain(path.replace(/\/$/, ''));
      }
    }),
  );
  expect(await openArchiveFile(kit.db, kit.store, 'sample/link')).toBeUndefined();
  await expect(kit.store.read('sample/link', { from: 0, to: 1 })).rejects.toThrow();
  expect((await listArchive(kit.db, kit.store, 'sample'))!.entries.map(({ name }) => name)).not.toContain('link');
  await rm(join(kit.archive, 'sample', 'link'));
  await rm(join(kit.archive, 'sample', 'up'));
  await rm(join(kit.archive, '..', 'signalbox-outside.txt'));
});

test('a page of the archive is links and text, whatever names are in it', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '"onmouseover="x',
    "'",
    '&lt;',
    'a%2Fb',
    '%3Cimg src=x%3E',
    '%E2%80%AE',
    '%',
    '%0Aa',
  ];
  const entry = {
    kind: 'file',
    sizeBytes: 1536,
    modifiedAt: '2026-11-22T10:00:00.000Z',
    sha256: null,
    keeping: null,
  } as const;
  const page = renderArchive({
    directory: 'a/<b>',
    entries: hostile.map((name) => ({ ...entry, name })),
    descriptions: ['SHA256SUMS'],
    isCut: true,
  });
  expect(page).not.toMatch(/<(script|img|b)\b/i);
  const tags = [...page.slice(page.indexOf('<body>')).matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  expect(tags.join('')).not.toMatch(/\son\w+=/);
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, address]) => address!);
  expect(links).toContain('/archive/a/%3Cb%3E/a%252Fb');
  for (const address of links) expect(address).toMatch(/^\/(archive\/)?[A-Za-z0-9%/._~!*()&#;-]*(\?format=json)?$/);
  expect(links).toContain('/archive/a/%3Cb%3E/SHA256SUMS');
  expect(page).toContain('>a/b</a>');
  expect(page).toContain('1.5 KiB');
  expect(page).toContain('aria-current="page"');
  expect(renderArchive({ directory: '', entries: [], descriptions: [], isCut: false })).toContain('Nothing here.');
});

test('files that were never finished go after half a day, younger ones stay', async () => {
  const draft = (name: string) => join(kit.archive, '.unfinished', name);
  await writeFile(draft('old'), 'x');
  await writeFile(draft('young'), 'x');
  const now = new Date('2026-11-22T10:00:00Z');
  await utimes(draft('old'), now, new Date('2026-11-21T21:59:59Z'));
  await utimes(draft('young'), now, new Date('2026-11-21T22:00:01Z'));
  const uploads = await createUploads(kit.db, kit.store, join(kit.archive, 'uploads'), recordDefaults);
  expect(await sweepArchive(kit.store, uploads, now)).toBe(1);
  expect(await kit.unfinished()).toEqual(['young']);
});

test('a directory that somebody removed by hand is made again', async () => {
  const store = await openArchiveStore({
    kind: 'disk',
    directory: join(kit.archive, 'nested', 'deep'),
    durable: false,
  });
  await store.put('a/b/one', Buffer.from('1'));
  await rm(join(kit.archive, 'nested', 'deep', 'a'), { recursive: true });
  await store.put('a/b/two', Buffer.from('2'));
  expect((await store.list('a/b', 9))!.map(({ name }) => name)).toEqual(['two']);
});
