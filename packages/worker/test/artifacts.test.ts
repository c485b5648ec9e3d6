// Files that a run leaves behind: matched within the checkout, never outside it, each with its digest.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { findArtifacts } from '../src/artifacts/find.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

async function tree(paths: readonly string[]): Promise<string> {
  const root = join(await temporaryDirectory('artifacts'), 'work');
  for (const path of paths) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  return root;
}

const paths = [
  'dist/app.js',
  'dist/lib/a.js',
  'dist/lib/.hidden',
  'report.xml',
  'out/x/report.xml',
  '.git/config',
  'ü ß.txt',
];

describe('artifacts', () => {
  test.each([
    [['dist/**'], ['dist/app.js', 'dist/lib/.hidden', 'dist/lib/a.js']],
    [['dist'], ['dist/app.js', 'dist/lib/.hidden', 'dist/lib/a.js']],
    [['./dist/'], ['dist/app.js', 'dist/lib/.hidden', 'dist/lib/a.js']],
    [['dist/*.js'], ['dist/app.js']],
    [['**/*.xml'], ['out/x/report.xml', 'report.xml']],
    [
      ['*.{xml,txt}', 'report.xml'],
      ['report.xml', 'ü ß.txt'],
    ],
    [['**/config', '.git/**'], []],
  ])('%j are %j', async (patterns, files) => {
    const found = await findArtifacts(await tree(paths), patterns, 100);
    expect([...found.files].sort()).toEqual([...files].sort());
    expect(found.refused).toEqual([]);
  });

  test('outside the checkout are refused, by name and by link', async () => {
    const root = await tree(['a.txt', 'in/b.txt']);
    writeFileSync(join(root, '..', 'secret.txt'), 'outside');
    symlinkSync('../secret.txt', join(root, 'link.txt'));
    symlinkSync('/etc', join(root, 'etc'));
    symlinkSync('in', join(root, 'inside'));
    symlinkSync('in/b.txt', join(root, 'b-link.txt'));
    const found = await findArtifacts(root, ['../secret.txt', '/etc/passwd', '*.txt', 'etc/**', 'inside/**'], 100);
    expect(found.files).toEqual(['a.txt', 'b-link.txt']);
    expect(found.refused).toEqual([
      '"../secret.txt" points out of the checkout; artifacts are named relative to it.',
      '"/etc/passwd" points out of the checkout; artifacts are named relative to it.',
      '"link.txt" is a link that leaves the checkout; it is not taken.',
      '"etc" is a link that leaves the checkout; it is not taken.',
    ]);
  });

  test('are not more than may be', async () => {
    const found = await findArtifacts(await tree(['a/1', 'a/2', 'a/3']), ['a/**'], 2);
    expect(found).toMatchObject({ files: ['a/1', 'a/2'], tooMany: true });
  });
});

describe('a run with artifacts', () => {
  const script =
    'mkdir -p dist; printf "some bytes" > dist/app.js; : > dist/empty; head -c 3000000 /dev/zero > "dist/b 1.bin"';

  test('sends them, also when answers are lost and when a step failed', async () => {
    const { station, start } = await site();
    station.fate = (id, count) => (id === 'put-artifact' && count % 2 === 1 ? 'lose-answer' : 'answer');
    const run = station.submit({ steps: [`${script}; exit 1`], spec: { artifacts: ['dist/**'] } });
    await start();
    await station.finished(run);
    expect(run.finish?.reason.code).toBe('step-failed');
    // Some are on their way at once: what is small may come first.
    const sizes = [...run.artifacts].map(([path, bytes]): [string, number] => [path, bytes.length]);
    expect(sizes.sort(([one], [other]) => (one < other ? -1 : 1))).toEqual([
      ['dist/app.js', 10],
      ['dist/b 1.bin', 3_000_000],
      ['dist/empty', 0],
    ]);
    expect(textOf(run, 2).split('\n').sort()).toEqual([
      '',
      'dist/app.js (10 bytes)',
      'dist/b 1.bin (3000000 bytes)',
      'dist/empty (0 bytes)',
    ]);
    expect(run.finish?.steps[2]).toMatchObject({ name: 'Artifacts', state: 'passed' });
  });

  test('fails when one is missing, and names it', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: [script], spec: { artifacts: ['dist/app.js', 'report.xml'] } });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'failed', reason: { code: 'artifact-missing' } });
    expect(run.finish?.reason.text).toBe('No file matches "report.xml"');
    expect([...run.artifacts.keys()]).toEqual(['dist/app.js']);
  });

  test('fails when the server takes one not, with its words', async () => {
    const { station, start } = await site();
    station.fate = (id) => (id === 'put-artifact' ? 'too-large' : 'answer');
    const run = station.submit({ steps: [script], spec: { artifacts: ['dist/app.js'] } });
    await start();
    await station.finished(run);
    expect(run.finish?.reason).toEqual({ code: 'artifact-missing', text: '"dist/app.js" could not be sent: so told' });
    expect(station.calls.filter(({ id }) => id === 'put-artifact')).toHaveLength(1);
  });

  test('sends large ones whole to a server that knows nothing else', async () => {
    const { station, start } = await site({ artifactResumeBytes: 1 });
    station.fate = (id) => (id === 'get-upload' ? 'not-found' : 'answer');
    const run = station.submit({ steps: [script], spec: { artifacts: ['dist/**'] } });
    await start();
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
    expect([...run.artifacts.keys()].sort()).toEqual(['dist/app.js', 'dist/b 1.bin', 'dist/empty']);
    expect(station.calls.map(({ id }) => id)).not.toContain('append-upload');
  });

  test('is errored, and so tried again, when the server fails with one for too long', async () => {
    const { station, start } = await site({ artifactSeconds: 0.3 });
    station.fate = (id) => (id === 'put-artifact' ? 'internal' : 'answer');
    const run = station.submit({ steps: [script], spec: { artifacts: ['dist/app.js'] } });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-failed' } });
    expect(run.finish?.reason.text).toContain('"dist/app.js" could not be sent for 0.3 s');
    expect(station.calls.filter(({ id }) => id === 'put-artifact').length).toBeGreaterThan(1);
  });

  test('wait for a server whose disk is full, for as long as the job may last', async () => {
    const { station, start } = await site({ artifactSeconds: 0.1 });
    let isFull = true;
    station.fate = (id) => (id === 'put-artifact' && isFull ? 'disk-full' : 'answer');
    const run = station.submit({ steps: [script], spec: { artifacts: ['dist/app.js'] } });
    await start();
    const tries = () => station.calls.filter(({ id }) => id === 'put-artifact');
    await station.until(
      'tries beyond its patience',
      () => tries().length > 5 && tries().at(-1)!.at - tries()[0]!.at > 300,
    );
    expect(run.finish).toBeNull();
    isFull = false;
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
  });

  test('are no fault of the job when that is over first: it is errored, and so tried again', async () => {
    const { station, start } = await site({ artifactSeconds: 0.1 });
    station.fate = (id) => (id === 'put-artifact' ? 'disk-full' : 'answer');
    const run = station.submit({ steps: [script], spec: { artifacts: ['dist/app.js'], timeoutSeconds: 3 } });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'disk-full' } });
    expect(run.finish?.reason.text).toMatch(/^the disk of the server was full until .* "dist\/app.js" is not kept$/);
  });
});
