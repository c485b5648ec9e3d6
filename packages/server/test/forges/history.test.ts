// What a move of a branch brought: kind, commits, files, for every shape that history takes.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { gitEnvironment, type SampleRepository, sampleRepository } from '../../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import { describeMove, isAncestor, type Move, openMirrors } from '../../src/forges/index.ts';

test('new commits are a forward move: newest first, with the files that differ', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  await sample.commit({ files: { 'docs/a.md': 'a\n', 'gone.txt': 'x\n' }, message: 'Add a', author: 'Grace' });
  await sample.commit({
    files: { 'docs/a.md': 'b\n', 'gone.txt': null },
    message: 'Change a\n\nBecause.',
    author: 'Ada',
  });
  const after = await sample.git('rev-parse', 'HEAD');
  const arrival = await moved({ before, after });
  expect(arrival).toMatchObject({
    kind: 'forward',
    commitCount: 2,
    files: ['docs/a.md'],
    head: { revision: after, author: 'Ada', title: 'Change a', message: 'Change a\n\nBecause.' },
  });
  expect(arrival.commits.map((commit) => [commit.author, commit.title])).toEqual([
    ['Ada', 'Change a'],
    ['Grace', 'Add a'],
  ]);
  expect(arrival.commits[0]?.committedAt).toMatch(/^2026-01-01T00:0\d:00\.000Z$/);
  expect(arrival.commits[0]).not.toHaveProperty('message');
});

test('a branch that no longer holds what it held is rewritten', async () => {
  const { sample, moved } = await history();
  const before = await sample.commit({ files: { 'old.txt': 'old' } });
  await sample.git('reset', '--quiet', '--hard', 'HEAD~1');
  const after = await sample.commit({ files: { 'new.txt': 'new' } });
  expect(await moved({ before, after })).toMatchObject({
    kind: 'rewritten',
    commitCount: 1,
    files: ['new.txt', 'old.txt'],
  });
});

test('a branch that was set back brings no commit, and is still described', async () => {
  const { sample, moved } = await history();
  const after = await sample.git('rev-parse', 'HEAD');
  const before = await sample.commit({ files: { 'a.txt': 'a' } });
  expect(await moved({ before, after })).toMatchObject({
    kind: 'rewritten',
    commitCount: 0,
    commits: [],
    files: ['a.txt'],
    head: { revision: after, title: 'The first commit' },
  });
});

test('a new branch is compared with the point where it left the default branch', async () => {
  const { sample, moved } = await history();
  await sample.branch('feature');
  const after = await sample.commit({ files: { 'feature.txt': 'x' } });
  await sample.branch('main');
  const defaultHead = await sample.commit({ files: { 'main.txt': 'x' } });
  const arrival = await moved({ before: null, after, defaultHead });
  expect(arrival).toMatchObject({ kind: 'created', commitCount: 1, files: ['feature.txt'] });
});

test('a new branch without a commit of its own, or without common history, counts as everything', async () => {
  const { sample, moved } = await history();
  const main = await sample.commit();
  expect(await moved({ before: null, after: main, defaultHead: main })).toMatchObject({ commitCount: 2, files: null });
  const ahead = await sample.commit();
  expect(await moved({ before: null, after: main, defaultHead: ahead })).toMatchObject({ commitCount: 2, files: null });
  await sample.git('checkout', '--quiet', '--orphan', 'pages');
  const orphan = await sample.commit({ files: { 'page.html': 'x' } });
  expect(await moved({ before: null, after: orphan, defaultHead: ahead })).toMatchObject({
    commitCount: 1,
    files: null,
  });
});

test('a merge brings the commits of both sides', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  await sample.branch('side');
  await sample.commit({ files: { 'side.txt': 'x' }, message: 'On the side' });
  await sample.branch('main');
  await sample.commit({ files: { 'main.txt': 'x' }, message: 'On main' });
  await sample.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side');
  const arrival = await moved({ before, after: await sample.git('rev-parse', 'HEAD') });
  expect(arrival).toMatchObject({ kind: 'forward', commitCount: 3, files: ['main.txt', 'side.txt'] });
  expect(arrival.head.title).toBe('Merge side');
});

test('both names of a renamed file have changed, and a submodule is a changed path', async () => {
  const { sample, moved } = await history();
  const before = await sample.commit({ files: { 'old name.txt': 'the same text\n'.repeat(20) } });
  await sample.git('mv', 'old name.txt', 'new name.txt');
  await sample.git('update-index', '--add', '--cacheinfo', `160000,${before},vendor/lib`);
  await sample.git('commit', '--quiet', '-m', 'Rename, and add a submodule');
  const arrival = await moved({ before, after: await sample.git('rev-parse', 'HEAD') });
  expect(arrival.files).toEqual(['new name.txt', 'old name.txt', 'vendor/lib']);
});

test('names and messages that are not UTF-8 do no harm', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  await fastImport(
    sample,
    Buffer.concat([
      Buffer.from('blob\nmark :1\ndata 2\nx\n\n'),
      Buffer.from(`commit refs/heads/main\nmark :2\nauthor Andr`),
      Buffer.from([0xe9]),
      Buffer.from(' <a@example.com> 1700000000 +0000\ncommitter A <a@example.com> 1700000000 +0000\n'),
      Buffer.from('data 9\nna'),
      Buffer.from([0xef]),
      Buffer.from('ve '),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`\n\nfrom ${before}\nM 100644 :1 "caf\\351.txt"\nM 100644 :1 "line\\nbreak.txt"\n\n`),
    ]),
  );
  const arrival = await moved({ before, after: await sample.git('rev-parse', 'main') });
  expect(arrival.head).toMatchObject({ author: 'Andr\ufffd', title: 'na\ufffdve \ufffd\ufffd' });
  expect(arrival.files).toEqual(['caf\ufffd.txt', 'line\nbreak.txt']);
});

test('a message in another encoding that says so is read in it', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  const file = join(await temporaryDirectory(), 'message');
  await writeFile(file, Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  await sample.git('-c', 'i18n.commitEncoding=ISO-8859-1', 'commit', '--quiet', '--allow-empty', '-F', file);
  expect((await moved({ before, after: await sample.git('rev-parse', 'HEAD') })).head.title).toBe('café');
});

test('a message that is longer than a page can show is cut, and never through a character', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  const file = join(await temporaryDirectory(), 'message');
  await writeFile(file, `${'x'.repeat(499)}${'😀'.repeat(20_000)}`);
  await sample.git('commit', '--quiet', '--allow-empty', '-F', file);
  const { head } = await moved({ before, after: await sample.git('rev-parse', 'HEAD') });
  expect(head.title).toBe('x'.repeat(499));
  expect(head.message.length).toBeLessThanOrEqual(32_768);
  expect(Buffer.from(head.message, 'utf8').toString('utf8')).toBe(head.message);
});

test('a message of many megabytes is left out, and the push is still known', async () => {
  const { sample, moved } = await history({ outputBytes: 100_000 });
  const before = await sample.git('rev-parse', 'HEAD');
  const file = join(await temporaryDirectory(), 'message');
  await writeFile(file, 'y'.repeat(200_000));
  await sample.git('commit', '--quiet', '--allow-empty', '-F', file);
  const arrival = await moved({ before, after: await sample.git('rev-parse', 'HEAD') });
  expect(arrival).toMatchObject({ commitCount: 1, head: { title: '(the message is too large to be shown)' } });
});

test('ten thousand commits are counted, a hundred of them listed', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  let stream = '';
  for (let number = 1; number <= 10_000; number += 1) {
    const message = `Change ${number}`;
    stream += `commit refs/heads/main\nmark :${number}\ncommitter A <a@example.com> ${1_700_000_000 + number} +0000\n`;
    stream += `data ${message.length}\n${message}\n${number === 1 ? `from ${before}\n` : ''}\n`;
  }
  await fastImport(sample, Buffer.from(stream));
  const arrival = await moved({ before, after: await sample.git('rev-parse', 'main') });
  expect(arrival).toMatchObject({ kind: 'forward', commitCount: 10_000, files: [] });
  expect(arrival.commits).toHaveLength(100);
  expect(arrival.commits[0]?.title).toBe('Change 10000');
  expect(arrival.commits[99]?.title).toBe('Change 9901');
});

test('more changed files than the limit count as everything', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  const many = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`f${index}`, 'x']));
  const after = await sample.commit({ files: many });
  expect((await moved({ before, after }, 6)).files).toHaveLength(6);
  expect((await moved({ before, after }, 5)).files).toBeNull();
  const long = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`${'d/'.repeat(300)}${index}`, 'x']));
  const longer = await sample.commit({ files: long });
  expect((await moved({ before: after, after: longer }, 5)).files).toBeNull();
});

test('a commit of an impossible time does no harm', async () => {
  const { sample, moved } = await history();
  const before = await sample.git('rev-parse', 'HEAD');
  const commit = `commit refs/heads/main\ncommitter  <> 99999999999999 +0000\ndata 0\nfrom ${before}\n\n`;
  await fastImport(sample, Buffer.from(commit));
  const { head } = await moved({ before, after: await sample.git('rev-parse', 'main') });
  expect(head).toMatchObject({ author: 'unknown', title: '(no message)', committedAt: '1970-01-01T00:00:00.000Z' });
});

test('ancestry is told', async () => {
  const { sample, mirror } = await history();
  const older = await sample.git('rev-parse', 'HEAD');
  const newer = await sample.commit();
  await mirror.fetch();
  expect(await isAncestor(mirror, older, newer)).toBe(true);
  expect(await isAncestor(mirror, older, older)).toBe(true);
  expect(await isAncestor(mirror, newer, older)).toBe(false);
  await expect(isAncestor(mirror, 'a'.repeat(40), newer)).rejects.toThrow(/exit code 128/);
});

async function history(options: { outputBytes?: number } = {}) {
  const sample = await sampleRepository();
  onTestFinished(sample.remove);
  const mirrors = await openMirrors(await temporaryDirectory('mirrors'), options);
  onTestFinished(() => mirrors.close());
  const mirror = mirrors.of('app', sample.path);
  const moved = async (move: Omit<Move, 'defaultHead'> & Partial<Move>, filesLimit = 3000) => {
    await mirror.fetch();
    if (move.before) await mirror.fetchRevision(move.before);
    return describeMove(mirror, { defaultHead: null, ...move }, filesLimit);
  };
  return { sample, mirror, moved };
}

function fastImport(sample: SampleRepository, stream: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { cwd: sample.path, env: gitEnvironment() };
    const child = execFile(
      'git',
      ['fast-import', '--quiet', '--force', '--date-format=raw-permissive'],
      options,
      (error) => (error ? reject(error) : resolve()),
    );
    child.stdin?.end(stream);
  });
}
