// Files at a commit: read through a process that stays, never by a path that git sees, never through a link.
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import { fileAt, namesAt, openMirrors } from '../../src/forges/index.ts';

test('a file is read as it was at each commit', async () => {
  const { sample, read } = await mirrored();
  const first = await sample.commit({ files: { '.signalbox.yml': 'version: 1\n', 'a/b/c.txt': 'deep\n' } });
  const second = await sample.commit({ files: { '.signalbox.yml': 'version: 2\n', 'empty.txt': '' } });
  expect(await read(first, '.signalbox.yml')).toBe('version: 1\n');
  expect(await read(second, '.signalbox.yml')).toBe('version: 2\n');
  expect(await read(second, 'a/b/c.txt')).toBe('deep\n');
  expect(await read(second, 'empty.txt')).toBe('');
});

test('bytes come as they are, and many questions at once get their own answers', async () => {
  const { sample, read } = await mirrored();
  const texts = Array.from({ length: 20 }, (_, index) => `${index}\n`.repeat(index * 4000));
  const revision = await sample.commit({ files: Object.fromEntries(texts.map((text, index) => [`f${index}`, text])) });
  const found = await Promise.all(texts.map((_, index) => read(revision, `f${index}`)));
  expect(found).toEqual(texts);
});

test('what is no file is told apart from what is not there', async () => {
  const { sample, read } = await mirrored();
  await symlink('/etc/passwd', join(sample.path, 'link'));
  await symlink('folder', join(sample.path, 'linked-folder'));
  const revision = await sample.commit({ files: { 'folder/file.txt': 'x' } });
  await sample.git('update-index', '--add', '--cacheinfo', `160000,${revision},module`);
  await sample.git('commit', '--quiet', '-m', 'A submodule');
  const head = await sample.git('rev-parse', 'HEAD');
  expect(await read(head, 'link')).toBe('a symbolic link');
  expect(await read(head, 'linked-folder/file.txt')).toBe('a symbolic link');
  expect(await read(head, 'folder')).toBe('a directory');
  expect(await read(head, 'module')).toBe('a submodule');
  expect(await read(head, 'module/file.txt')).toBe('a submodule');
  for (const path of ['none', 'folder/none', 'folder/file.txt/deeper', 'FOLDER']) {
    expect(await read(head, path), path).toBe('absent');
  }
});

test('the names in a directory are those of that commit, and none for what is no directory', async () => {
  const { sample, mirror } = await mirrored();
  await symlink('folder', join(sample.path, 'linked'));
  const files = { 'folder/b.yml': '', 'folder/a.yml': '', 'folder/deep/c.yml': '', 'file.txt': '' };
  const head = await sample.commit({ files });
  await mirror.fetch();
  expect(await namesAt(mirror, head, 'folder')).toEqual(['a.yml', 'b.yml', 'deep']);
  for (const path of ['none', 'file.txt', 'linked', '..', '', 'folder/']) {
    expect(await namesAt(mirror, head, path), path).toEqual([]);
  }
});

test.each([
  '',
  '/',
  '/etc/passwd',
  '../x',
  'folder/../folder/file.txt',
  './folder/file.txt',
  'folder//file.txt',
  'a\0b',
  'x\ny',
  '--batch',
  ':/x',
  'HEAD:x',
  '@',
])('the hostile path %j is absent', async (path) => {
  const { sample, read } = await mirrored();
  const head = await sample.commit({ files: { 'folder/file.txt': 'x' } });
  expect(await read(head, path)).toBe('absent');
  expect(await read(head, 'folder/file.txt')).toBe('x');
});

test('a file over the limit is not read, and the next one is', async () => {
  const { sample, read } = await mirrored();
  const head = await sample.commit({ files: { big: 'x'.repeat(5_000_000), exact: 'y'.repeat(100), small: 'z' } });
  expect(await read(head, 'big', 100)).toBe('too-large: 5000000');
  expect(await read(head, 'exact', 100)).toBe('y'.repeat(100));
  expect(await read(head, 'small', 100)).toBe('z');
});

test('a commit that is not there has no files; what is no whole id is never asked for', async () => {
  const { sample, read } = await mirrored();
  const head = await sample.git('rev-parse', 'HEAD');
  expect(await read('a'.repeat(40), 'count.txt')).toBe('absent');
  for (const bad of ['HEAD', 'main', '--batch-all-objects', `${head}\n${head}`, head.slice(0, 12)]) {
    await expect(read(bad, 'count.txt')).rejects.toThrow(/Not a whole commit/);
  }
});

test('commits that were fetched after the first read are seen, and the process may have ended meanwhile', async () => {
  const { sample, read, mirror, mirrors } = await mirrored({ idleSeconds: 0.01 });
  const first = await sample.commit({ files: { f: '1' } });
  expect(await read(first, 'f')).toBe('1');
  const second = await sample.commit({ files: { f: '2' } });
  expect(await read(second, 'f')).toBe('2');
  await mirror.close();
  expect(await read(first, 'f')).toBe('1');
  await mirrors.close();
  expect(await read(second, 'f')).toBe('2');
});

async function mirrored(options: { idleSeconds?: number } = {}) {
  const sample = await sampleRepository();
  onTestFinished(sample.remove);
  const mirrors = await openMirrors(await temporaryDirectory('mirrors'), options);
  onTestFinished(() => mirrors.close());
  const mirror = mirrors.of('app', sample.path);
  await mirror.fetch();
  const read = async (revision: string, path: string, limitBytes = 1_000_000) => {
    if (/^[0-9a-f]{40}$/.test(revision) && !(await mirror.has(revision))) await mirror.fetch();
    const file = await fileAt(mirror, revision, path, limitBytes);
    if (file.kind === 'file') return file.content.toString('utf8');
    if (file.kind === 'too-large') return `too-large: ${file.sizeBytes}`;
    return file.kind === 'other' ? file.what : file.kind;
  };
  return { sample, mirrors, mirror, read };
}
