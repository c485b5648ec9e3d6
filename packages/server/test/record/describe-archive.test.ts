// What a directory of the archive says of itself: digests that the real sha256sum passes, and a manifest, whatever came when.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import {
  listArchive,
  openArchiveFile,
  openDescription,
  putArtifact,
  type RunHold,
  recordDefaults,
} from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const put = (run: RunHold, path: string, bytes: string) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return putArtifact(kit.db, kit.store, run, path, sha256, Readable.from([Buffer.from(bytes)]), recordDefaults);
};
const described = async (place: string) => {
  const file = await openDescription(kit.db, kit.store, place);
  return file && text(file.read());
};
/** The real one, in the archive's own directory: how many files it found to be right. */
const checked = (directory: string, sums: string) =>
  execFileSync('sha256sum', ['--strict', '--check', '-'], {
    cwd: join(kit.archive, directory),
    input: sums,
    encoding: 'utf8',
    stdio: 'pipe',
  })
    .trim()
    .split('\n').length;
const above = (path: string, names: number) => path.split('/').slice(0, -names).join('/');

test('sha256sum passes all that lies in a directory: the log, artifacts of hard names, what came late or was sent anew', async () => {
  const run = await kit.startRun({ lane: 'sums' });
  for (const path of ['-', '-x', 'a b/ü\'".txt', '.hidden', '%2E', 'manifest.json', 'deep/SHA256SUMS'])
    await put(run, path, `bytes of ${path}`);
  await put(run, 'again', 'first');
  await put(run, 'again', 'second');
  await kit.send(run, [{ step: 0, offset: 0, text: 'hello\n' }]);
  const files = above((await artifactPlaces(run)).get('-')!, 1);
  const directory = above(files, 1);
  expect(checked(directory, (await described(`${directory}/SHA256SUMS`))!)).toBe(8);
  await kit.end(run, [{}], [6]);
  await kit.seal();
  const sums = (await described(`${directory}/SHA256SUMS`))!;
  expect(checked(directory, sums)).toBe(9);
  expect(checked(files, (await described(`${files}/SHA256SUMS`))!)).toBe(8);
  expect(sums).toContain('  sums-run1.txt.gz\n');
  await appendFile(join(kit.archive, directory, 'sums-run1.txt.gz'), 'damage');
  expect(() => checked(directory, sums)).toThrow(/1 computed checksum did NOT match/);
});

test('a manifest names every file with its run, and nothing of the directory beside it', async () => {
  const [run, beside] = [await kit.startRun({ branch: 'm' }), await kit.startRun({ branch: 'm-linux0' })];
  await put(run, 'out/a.bin', 'bytes');
  await put(beside, 'b.bin', 'other');
  await kit.end(run, [{}], [7]);
  await kit.seal({ ...recordDefaults, arrivalSeconds: 0 });
  const log = (await kit.sealedPath(run.runId))!;
  const directory = above(log, 2);
  expect(directory).toBe('sample/builds/m-linux');
  const within = log.slice(directory.length + 1, -'.txt.gz'.length);
  const { runs, files } = JSON.parse((await described(`${directory}/manifest.json`))!);
  expect(runs).toMatchObject([
    { run: run.runId, lane: 'test', attempt: 1, platform: 'linux', verdict: 'passed', revision: 'a'.repeat(40) },
  ]);
  const sha256 = createHash('sha256').update('bytes').digest('hex');
  expect(files).toMatchObject([
    { path: `${within}.txt.gz`, kind: 'log', run: run.runId, missingBytes: 7, storedAt: expect.stringMatching(/Z$/) },
    { path: `${within}/out/a.bin`, kind: 'artifact', run: run.runId, artifact: 'out/a.bin', sizeBytes: 5, sha256 },
  ]);
  const made = (await openDescription(kit.db, kit.store, `${directory}/manifest.json`))!;
  expect(await text(made.read({ start: 0, end: 0 }))).toBe('{');
});

test('a file that a run left under such a name is served itself, and is not linked twice', async () => {
  const run = await kit.startRun({ lane: 'own' });
  await put(run, 'manifest.json', '{"mine": true}');
  const place = (await artifactPlaces(run)).get('manifest.json')!;
  expect(await text((await openArchiveFile(kit.db, kit.store, place))!.read())).toBe('{"mine": true}');
  expect((await listArchive(kit.db, kit.store, above(place, 1)))!.descriptions).toEqual(['SHA256SUMS']);
  expect((await listArchive(kit.db, kit.store, above(place, 2)))!.descriptions).toEqual([
    'SHA256SUMS',
    'manifest.json',
  ]);
});

test('the top, other names, files and places outside have none, and too much is refused in words', async () => {
  const run = await kit.startRun();
  await put(run, 'a', 'a');
  await put(run, 'b', 'b');
  const place = (await artifactPlaces(run)).get('a')!;
  for (const none of ['SHA256SUMS', `${place}/SHA256SUMS`, 'sample/toString', 'sample/', 'nothing/manifest.json'])
    expect(await described(none)).toBeUndefined();
  expect((await listArchive(kit.db, kit.store, ''))!.descriptions).toEqual([]);
  await expect(described('../SHA256SUMS')).rejects.toMatchObject({ code: 'not-found' });
  const few = { ...recordDefaults, describedFiles: 1 };
  const asked = openDescription(kit.db, kit.store, `${above(place, 1)}/SHA256SUMS`, few);
  await expect(asked).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining('More than 1 files'),
  });
});

test('a nightly and a try lie where the layout says; one that began among the builds ends there', async () => {
  const nightly = await kit.startRun({ cause: 'nightly' });
  const tried = await kit.startRun({ cause: 'try', person: 'ada' });
  const begun = await kit.startRun({ cause: 'try', person: 'ada' });
  for (const run of [nightly, tried]) await put(run, 'a.zip', 'zip');
  const [{ time }] = (await kit.db.query<{ time: string }>(sql`
    select extract(epoch from to_timestamp(pipeline.build_id || 'Z', 'YYYYMMDDHH24MISSTZ'))::bigint::text as time
    from pipeline join job on job.pipeline_id = pipeline.id where job.id = ${begun.jobId}`)) as [{ time: string }];
  // As a version before this one left it.
  const before = `sample/builds/main-linux/${time}/test-run1`;
  await kit.store.put(`${before}/a.zip`, Buffer.from('zip'));
  await kit.db.query(sql`
    insert into artifact (run_id, path, size_bytes, sha256, archive_path)
    values (${begun.runId}, 'a.zip', 3, ${createHash('sha256').update('zip').digest('hex')}, ${`${before}/a.zip`})`);
  await put(begun, 'b.zip', 'zip');
  const runs = [nightly, tried, begun];
  for (const run of runs) await kit.end(run, [{}], [0]);
  await kit.seal();
  const logs = await Promise.all(runs.map(({ runId }) => kit.sealedPath(runId)));
  expect(logs).toEqual([
    expect.stringMatching(/^sample\/nightly\/2026\/11\/2026-11-22-10-00-\d\d-main\/test-run1\.txt\.gz$/),
    expect.stringMatching(/^sample\/try\/ada-a{12}\/linux\/\d+\/test-run1\.txt\.gz$/),
    `${before}.txt.gz`,
  ]);
  for (const [at, run] of runs.entries()) {
    for (const place of (await artifactPlaces(run)).values())
      expect(above(place, 1)).toBe(logs[at]!.slice(0, -'.txt.gz'.length));
  }
});

/** Of each artifact, by what the run called it. */
async function artifactPlaces(run: RunHold): Promise<Map<string, string>> {
  const rows = await kit.db.query<{ path: string; place: string }>(sql`
    select path, archive_path as place from artifact where run_id = ${run.runId}`);
  return new Map(rows.map(({ path, place }) => [path, place]));
}
