// Checkouts from real repositories: one mirror for all runs, fetched only when a commit is missing, guarded.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type SampleRepository, sampleRepository } from '../../../test/kit/git.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

async function repository(): Promise<SampleRepository> {
  const sample = await sampleRepository();
  onTestFinished(() => sample.remove());
  return sample;
}

const checkout = { checkout: true } as const;

describe('a checkout', () => {
  test('has the files of the commit, a clean tree, and the branches and tags of the repository', async () => {
    const sample = await repository();
    const revision = await sample.commit({ files: { 'a.txt': 'first\n', 'dir/b.txt': 'b\n' } });
    await sample.git('tag', 'v1');
    await sample.commit({ files: { 'a.txt': 'second\n' } });
    const { station, start, dataDir } = await site();
    const run = station.submit({
      steps: [
        'cat a.txt dir/b.txt; git status --porcelain; git describe --tags; git log -1 --format=%s origin/main; git rev-parse HEAD',
      ],
      spec: checkout,
      repo: { url: sample.path },
      push: { revision },
    });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toBe(`first\nb\nv1\nChange number 3\n${revision}\n`);
    expect(textOf(run, 0)).toMatch(
      /^Checking out .*\nFetching into the mirror on this machine\.\nThe checkout took [\d.]+ s\.\n$/,
    );
    expect(readdirSync(join(dataDir, 'mirrors'))).toHaveLength(1);
  });

  test('fetches nothing when the mirror has the commit, also with the repository gone', async () => {
    const sample = await repository();
    const revision = await sample.commit();
    const { station, start } = await site();
    const order = { spec: checkout, repo: { url: sample.path }, push: { revision } };
    const first = station.submit(order);
    await start();
    await station.finished(first);
    await sample.remove();
    const second = station.submit(order);
    await station.finished(second);
    expect(second.finish?.verdict).toBe('passed');
    expect(textOf(second, 0)).toContain('The mirror on this machine has the commit.');
  });

  test('of a commit that a rewritten branch has left is still had', async () => {
    const sample = await repository();
    const lost = await sample.commit({ message: 'will be rewritten' });
    await sample.git('reset', '--quiet', '--hard', 'HEAD~1');
    await sample.commit({ message: 'instead' });
    const { station, start } = await site();
    const run = station.submit({
      steps: ['git log -1 --format=%s'],
      spec: checkout,
      repo: { url: sample.path },
      push: { revision: lost },
    });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toBe('will be rewritten\n');
  });

  test('by several workers at once makes one mirror', async () => {
    const sample = await repository();
    const revision = await sample.commit();
    const { station, start, dataDir } = await site();
    const order = { steps: ['git rev-parse HEAD'], spec: checkout, repo: { url: sample.path }, push: { revision } };
    const runs = [1, 2, 3, 4].map(() => station.submit(order));
    await start({ capacity: 2, name: 'worker-1' });
    await start({ capacity: 2, name: 'worker-2' });
    for (const run of runs) await station.finished(run);
    expect(runs.map((run) => textOf(run, 1))).toEqual(runs.map(() => `${revision}\n`));
    expect(readdirSync(join(dataDir, 'mirrors'))).toHaveLength(1);
    const fetched = runs.filter((run) => textOf(run, 0).includes('Fetching'));
    expect(fetched).toHaveLength(1);
  });

  test.each([
    ['that does not exist', '/no/such/repository', 'a'.repeat(40)],
    ['whose address is an option', '--upload-pack=touch pwned', 'a'.repeat(40)],
    ['of the ext transport', 'ext::sh -c touch% pwned', 'a'.repeat(40)],
    ['at something that is no commit id', '/tmp', '--output=pwned'],
  ])('from a repository %s fails as checkout-failed, with the words of git', async (_what, url, revision) => {
    const { station, start, dataDir } = await site();
    const run = station.submit({ steps: ['echo never'], spec: checkout, repo: { url }, push: { revision } });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'checkout-failed' } });
    expect(run.finish?.steps.map(({ state }) => state)).toEqual(['errored', 'skipped']);
    expect(textOf(run, 0)).toContain('The checkout failed:');
    expect(readdirSync(dataDir, { recursive: true }).filter((name) => String(name).includes('pwned'))).toEqual([]);
  });

  test('runs no hook and shows no password', async () => {
    const sample = await repository();
    const { station, start } = await site();
    const url = 'http://ada:very-secret-word@127.0.0.1:9/sample.git';
    const run = station.submit({ spec: checkout, repo: { url }, push: { revision: await sample.commit() } });
    await start();
    await station.finished(run);
    expect(textOf(run, 0)).toContain('http://127.0.0.1:9/sample.git');
    expect(textOf(run, 0)).not.toContain('very-secret-word');
  });

  test('is of its run alone: what a job does to it reaches neither the mirror nor another run', async () => {
    const sample = await repository();
    const revision = await sample.commit({ files: { 'a.txt': 'as committed\n' } });
    const { station, start, dataDir } = await site();
    const order = { spec: checkout, repo: { url: sample.path }, push: { revision } };
    const first = station.submit({
      ...order,
      steps: [
        'echo changed > a.txt; git -c user.name=x -c user.email=x commit -qam x; git branch -q side; git config a.b c',
      ],
    });
    const second = station.submit({ ...order, steps: ['cat a.txt; git branch --list side; git config a.b || true'] });
    await start();
    await station.finished(first);
    await station.finished(second);
    expect([first.finish?.verdict, textOf(second, 1)]).toEqual(['passed', 'as committed\n']);
    const [mirror] = readdirSync(join(dataDir, 'mirrors'));
    expect(readFileSync(join(dataDir, 'mirrors', mirror!, 'config'), 'utf8')).not.toContain('[a]');
  });
});
