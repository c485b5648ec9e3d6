// The mirror of a repository: follows all branches of any repository that git can read, and heals by itself.
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import { explainFetch, type MirrorsOptions, openMirrors } from '../../src/forges/index.ts';

test('a mirror follows branches that come, move, are rewritten and go', async () => {
  const { sample, mirror } = await mirrored();
  const first = await sample.git('rev-parse', 'HEAD');
  await sample.branch('feature/one');
  const second = await sample.commit();
  await mirror.fetch();
  expect(await mirror.heads()).toEqual(new Map(Object.entries({ 'feature/one': second, main: first })));

  await sample.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'Rewritten');
  const rewritten = await sample.git('rev-parse', 'HEAD');
  await sample.branch('main');
  await mirror.fetch();
  expect((await mirror.heads()).get('feature/one')).toBe(rewritten);
  expect(await mirror.has(second)).toBe(true);

  // A branch may take the place of a folder of branches.
  await sample.git('branch', '-D', 'feature/one');
  await sample.git('branch', 'feature');
  await mirror.fetch();
  expect([...(await mirror.heads()).keys()]).toEqual(['feature', 'main']);
});

test('a bare repository, a work tree and its .git are all read', async () => {
  const { sample, mirrors } = await mirrored();
  await sample.push();
  for (const path of [sample.barePath, sample.path, join(sample.path, '.git'), `file://${sample.barePath}`]) {
    const mirror = mirrors.of('any', path);
    await mirror.fetch();
    expect([...(await mirror.heads()).keys()], path).toEqual(['main']);
    expect(await mirror.remoteIsWorkTree(), path).toBe(path === sample.path);
  }
});

test('the branch that HEAD of the remote names is known, also where HEAD is detached', async () => {
  const { sample, mirror } = await mirrored();
  await sample.branch('trunk');
  expect((await mirror.askRemote()).headBranch).toBe('trunk');
  await sample.commit();
  await sample.git('switch', '--quiet', '--detach', 'main');
  expect(await mirror.askRemote()).toMatchObject({ headBranch: 'main' });
});

test('an empty repository is a repository without branches', async () => {
  const { mirror } = await mirrored({ empty: true });
  expect(await mirror.askRemote()).toEqual({ heads: new Map(), headBranch: null });
  await mirror.fetch();
  expect(await mirror.heads()).toEqual(new Map());
  expect(await mirror.has('a'.repeat(40))).toBe(false);
});

test('a repository with SHA-256 ids is mirrored', async () => {
  const { sample, mirror } = await mirrored({ empty: true });
  await rm(join(sample.path, '.git'), { recursive: true });
  await sample.git('init', '--quiet', '--object-format=sha256', '--initial-branch=main');
  const revision = await sample.commit();
  await mirror.fetch();
  expect(revision).toHaveLength(64);
  expect(await mirror.has(revision)).toBe(true);
});

test('a commit that no branch holds any more is fetched by its id', async () => {
  const { sample, mirror } = await mirrored();
  const lost = await sample.commit();
  await sample.git('reset', '--quiet', '--hard', 'HEAD~1');
  await mirror.fetch();
  expect(await mirror.has(lost)).toBe(false);
  expect(await mirror.fetchRevision(lost)).toBe(true);
  expect(await mirror.fetchRevision('a'.repeat(40))).toBe(false);
});

test('two processes may fetch the same mirror at once', async () => {
  const { sample, mirrors } = await mirrored();
  const others = await Promise.all([openMirrors(mirrors.directory), openMirrors(mirrors.directory)]);
  for (let round = 0; round < 3; round += 1) {
    for (let count = 0; count < 5; count += 1) await sample.git('branch', `b${round}-${count}`);
    const head = await sample.commit();
    const heads = await Promise.all(
      others.map(async (other) => {
        const mirror = other.of('app', sample.path);
        await mirror.fetch();
        return mirror.heads();
      }),
    );
    for (const found of heads) expect(found.get('main')).toBe(head);
  }
  expect((await readdir(mirrors.directory)).filter((name) => name.startsWith('new-'))).toEqual([]);
});

test('a lock that a killed git left behind does not stop the mirror for ever', async () => {
  const { sample, mirror } = await mirrored({}, { timeoutSeconds: 20 });
  await mirror.fetch();
  const lock = join(mirror.gitDirectory, 'refs', 'heads', 'main.lock');
  await writeFile(lock, '');
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, longAgo, longAgo);
  const head = await sample.commit();
  await mirror.fetch();
  expect((await mirror.heads()).get('main')).toBe(head);
});

test('another address means another mirror, and the old one goes', async () => {
  const { sample, mirrors, mirror } = await mirrored();
  await mirror.fetch();
  const copy = mirrors.of('app', `file://${sample.path}`);
  await copy.fetch();
  const neighbour = mirrors.of('app-two', sample.path);
  await neighbour.fetch();
  await mirrors.remove('app', copy);
  expect(await mirror.exists()).toBe(false);
  expect(await copy.exists()).toBe(true);
  await mirrors.keepOnly(async () => ['app-two']);
  expect(await copy.exists()).toBe(false);
  expect(await neighbour.exists()).toBe(true);
  // A mirror that was removed is made again.
  await copy.fetch();
  expect((await copy.heads()).size).toBe(1);
});

test('what is wrong with a remote is said in a sentence', async () => {
  const { mirrors } = await mirrored();
  const directory = await temporaryDirectory();
  const said = async (url: string) => {
    const mirror = mirrors.of('app', url);
    const error = await mirror.askRemote().then(
      () => undefined,
      (failure: unknown) => failure,
    );
    return explainFetch(error, mirror.remote);
  };
  expect(await said(directory)).toMatch(/there is no git repository there\. Give the path of a work tree/);
  expect(await said(join(directory, 'nothing'))).toMatch(/there is no git repository there/);
  expect(await said('git://127.0.0.1:1/x')).toMatch(/its host does not answer/);
  expect(await said('http://ci:s3cret@127.0.0.1:1/x')).toMatch(/^Cannot read http:\/\/127\.0\.0\.1:1\/x: its host/);
});

async function mirrored(sampleOptions: { empty?: boolean } = {}, options: MirrorsOptions = {}) {
  const sample = await sampleRepository(sampleOptions);
  onTestFinished(sample.remove);
  const mirrors = await openMirrors(await temporaryDirectory('mirrors'), options);
  onTestFinished(() => mirrors.close());
  return { sample, mirrors, mirror: mirrors.of('app', sample.path) };
}
