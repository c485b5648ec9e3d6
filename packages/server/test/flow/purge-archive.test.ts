// What is over leaves the archive, and nothing else: by rule, by kind, never what is pinned or a release, and never half of it.

import { createHash } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cause, Refused } from '@signalbox/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { forgetHistory } from '../../src/flow/forget-history.ts';
import { checkInvariants } from '../../src/flow/invariants/index.ts';
import { purgeArchive } from '../../src/flow/purge-archive.ts';
import {
  keepingOf,
  listPins,
  markDue,
  missed,
  openSealedLog,
  pin,
  planPurge,
  putArtifact,
  readLog,
  recordDefaults,
  removeMarked,
  removeRetention,
  setRetention,
  sweepOrphans,
  unpin,
} from '../../src/record/index.ts';
import { type RecordKit, type RunOptions, recordKit } from '../record/kit.ts';

let kit: RecordKit;
beforeEach(async () => {
  kit = await recordKit();
});
afterEach(() => kit.drop());

const year = 365 * 86_400;
const purge = (historySeconds = year) => purgeArchive(kit.db, kit.store, historySeconds, 'tester');

/** A run that left a log and two artifacts, in a pipeline that ended so many days ago. */
async function past(days: number, options: RunOptions = {}) {
  const run = await kit.startRun(options);
  for (const [path, text] of Object.entries({ 'app.zip': 'bytes of app', 'out/report.txt': 'fine' })) {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const body = (async function* () {
      yield Buffer.from(text);
    })();
    await putArtifact(kit.db, kit.store, run, path, sha256, body, recordDefaults);
  }
  await kit.send(run, [{ step: 0, offset: 0, text: 'hello\n' }]);
  await kit.end(run, [{}], [6]);
  await kit.seal();
  const [{ pipelineId } = { pipelineId: 0 }] = await kit.db.query<{ pipelineId: number }>(sql`
    update pipeline set finished_at = now() - make_interval(secs => ${days * 86_400})
    where id = (select pipeline_id from job where id = ${run.jobId}) returning id as "pipelineId"`);
  return { ...run, pipelineId };
}

async function files(runId: number): Promise<string[]> {
  const named = await kit.db.query<{ path: string; kind: string }>(sql`
    select path, 'log' as kind from sealed_log where run_id = ${runId} and removed_at is null
    union all select archive_path, path from artifact where run_id = ${runId} order by 1`);
  const found = await Promise.all(
    named.map(async ({ path, kind }) => ((await kit.store.find(path)) ? kind : `no ${kind}`)),
  );
  return found.sort();
}
const all = ['app.zip', 'log', 'out/report.txt'];

test.each<[Cause, number]>([
  ['try', 7],
  ['push', 14],
  ['manual', 14],
  ['nightly', 30],
])('files of %s go after %i days, and not before', async (cause, days) => {
  const [young, old] = [await past(days - 0.1, { cause }), await past(days + 0.1, { cause })];
  const plan = await planPurge(kit.db, year);
  expect(plan.items.map(({ pipeline, kind, files: many }) => [pipeline, kind, many])).toEqual([
    [old.pipelineId, 'artifacts', 2],
    [old.pipelineId, 'logs', 1],
  ]);
  const sizeBytes = plan.totals.reduce((sum, total) => sum + total.sizeBytes, 0);
  expect(await purge()).toEqual({ files: 3, sizeBytes, more: false });
  expect([await files(young.runId), await files(old.runId)]).toEqual([all, []]);
  const noted = await kit.db.query<{ files: number; sizeBytes: number }>(sql`
    select (detail ->> 'files')::int as files, (detail ->> 'sizeBytes')::int as "sizeBytes" from audit
    where action = 'archive.purge' and actor = 'tester' and subject = ${`pipeline ${old.pipelineId}`}`);
  expect([noted.length, noted.reduce((sum, one) => sum + one.sizeBytes, 0)]).toEqual([2, sizeBytes]);
  expect(await purge()).toEqual({ files: 0, sizeBytes: 0, more: false });
});

test('releases stay for ever unless a rule says otherwise, and so does their history', async () => {
  const release = await past(4000, { cause: 'release' });
  await purge();
  await forgetHistory(kit.db, 30 * 86_400, () => false);
  expect(await files(release.runId)).toEqual(all);
  expect(await keepingOf(kit.db, release.runId, year)).toMatchObject([
    { kind: 'logs', state: 'for-ever', until: null },
    { kind: 'artifacts', state: 'for-ever', until: null },
  ]);
  await kit.db.transaction((tx) => setRetention(tx, { place: 'release', branch: '*', kind: 'all', days: 100 }, 'me'));
  await purge();
  expect(await files(release.runId)).toEqual([]);
});

test('the narrowest rule counts: by branch, the longer pattern first, then by kind', async () => {
  const [esr, esr1, other] = [
    await past(20, { branch: 'esr/2' }),
    await past(20, { branch: 'esr/100%_\\x' }),
    await past(20, { branch: 'xesr/2' }),
  ];
  const rule = (branch: string, kind: 'all' | 'logs' | 'artifacts', days: number | null) =>
    kit.db.transaction((tx) => setRetention(tx, { place: 'builds', branch, kind, days }, 'me'));
  await rule('esr/*', 'all', null);
  await rule('esr/*', 'logs', 19);
  await rule('esr/100%_\\*', 'all', 21);
  await purge();
  expect([await files(esr.runId), await files(esr1.runId), await files(other.runId)]).toEqual([
    ['app.zip', 'out/report.txt'],
    all,
    [],
  ]);
  // A pattern's own signs of the database stand for themselves.
  const { id } = await rule('esr_*', 'all', 1);
  expect((await planPurge(kit.db, year)).items).toEqual([]);
  await kit.db.transaction((tx) => removeRetention(tx, id));
  const [whole] = await kit.db.query<{ id: number }>(sql`select id from retention_rule where branch = '*' limit 1`);
  await expect(kit.db.transaction((tx) => removeRetention(tx, whole!.id))).rejects.toThrow(/change its days/);
});

test('history ends what a rule would keep longer, but not what nothing ends', async () => {
  const night = await past(20, { cause: 'nightly' });
  const release = await past(20, { cause: 'release' });
  await purge(10 * 86_400);
  expect([await files(night.runId), await files(release.runId)]).toEqual([[], all]);
});

describe('a pin', () => {
  const set = (target: Parameters<typeof pin>[1], by = 'ada') => kit.db.transaction((tx) => pin(tx, target, by));

  test('holds a job, a pipeline or a directory, its history too, until it ends', async () => {
    const [one, two, three, free] = [await past(40), await past(40), await past(40), await past(40)];
    const directory = (await kit.sealedPath(three.runId))!.replace(/\/[^/]*$/, '');
    const pins = [
      await set({ kind: 'job', job: one.jobId, reason: 'crash of the year' }),
      await set({ kind: 'pipeline', pipeline: two.pipelineId, reason: 'audit' }),
      await set({ kind: 'directory', directory: `/archive/${directory}/`, reason: 'shipped by hand' }),
    ];
    expect((await planPurge(kit.db, year)).held.files).toBe(9);
    await purge();
    await forgetHistory(kit.db, 30 * 86_400, () => false);
    for (const { runId } of [one, two, three]) expect(await files(runId)).toEqual(all);
    expect(await files(free.runId)).toEqual([]);
    expect(await keepingOf(kit.db, one.runId, year)).toMatchObject([{ state: 'pinned' }, { state: 'pinned' }]);
    await kit.db.transaction((tx) => unpin(tx, pins[0]!.id));
    await kit.db.query(sql`update pin set until = now() where id = ${pins[1]!.id}`);
    expect(await listPins(kit.db)).toMatchObject([{ directory, by: 'ada', reason: 'shipped by hand' }]);
    await purge();
    expect([await files(one.runId), await files(two.runId), await files(three.runId)]).toEqual([[], [], all]);
  });

  test('is refused for what is not there, for what is past, and while a purge removes it', async () => {
    const old = await past(40);
    const refusals: unknown[] = [];
    const attempt = (target: Parameters<typeof pin>[1]) =>
      set(target).catch((error: Refused) => refusals.push(error.code));
    await attempt({ kind: 'job', job: 999_999, reason: 'x' });
    await attempt({ kind: 'directory', directory: 'sample/no%', reason: 'x' });
    await attempt({ kind: 'pipeline', reason: 'x' });
    await attempt({ kind: 'job', job: old.jobId, reason: 'x', until: '2020-01-01T00:00:00.000Z' });
    const [item] = (await planPurge(kit.db, year)).items;
    await kit.db.transaction((tx) => markDue(tx, item!, year));
    await attempt({ kind: 'job', job: old.jobId, reason: 'x' });
    await attempt({ kind: 'pipeline', pipeline: old.pipelineId, reason: 'x' });
    expect(refusals).toEqual([
      'not-found',
      'not-found',
      'bad-request',
      'bad-request',
      'being-removed',
      'being-removed',
    ]);
    expect(await listPins(kit.db)).toEqual([]);
  });

  test('made while a purge runs wins or is refused, and nothing is half removed', async () => {
    const runs = [];
    for (let at = 0; at < 12; at += 1) runs.push(await past(40));
    const outcomes = new Map<number, string>();
    const purging = Promise.all([purge(), purge()]);
    // One after another, so that they meet the purge at different places.
    for (const { jobId, runId } of runs.toReversed()) {
      const pinned = set({ kind: 'job', job: jobId, reason: 'race' });
      outcomes.set(
        runId,
        await pinned.then(
          () => 'held',
          (error: Refused) => error.code,
        ),
      );
    }
    await purging;
    await purge();
    for (const { runId } of runs) {
      const outcome = outcomes.get(runId)!;
      expect(['held', 'being-removed', 'removed']).toContain(outcome);
      expect([runId, outcome, await files(runId)]).toEqual([runId, outcome, outcome === 'held' ? all : []]);
    }
    // The last one is pinned before the purge has come to it.
    expect(outcomes.get(runs.at(-1)!.runId)).toBe('held');
  });
});

test('a log that was removed is said to be, is never sealed again, and breaks no rule of the record', async () => {
  const { runId } = await past(40);
  await purge();
  await expect(openSealedLog(kit.db, kit.store, runId)).rejects.toThrow(/was removed on \d{4}-\d\d-\d\d/);
  await expect(readLog(kit.db, kit.store, runId, 0, { from: 0, limit: 100 })).rejects.toMatchObject({
    code: 'removed',
  });
  expect(await keepingOf(kit.db, runId, year)).toMatchObject([{ kind: 'logs', state: 'removed' }]);
  await missed(kit.db, year);
  expect(await kit.seal()).toEqual([]);
  const broken = (await checkInvariants(kit.db, 0)).filter(({ count }) => count > 0);
  expect(broken.filter(({ name }) => name.includes('log'))).toEqual([]);
});

test('the sweeper removes what no row names when it is old, and nothing that a row names or a run still writes', async () => {
  const [kept, forgotten] = [await past(1), await past(1)];
  const open = await kit.startRun();
  const places = await kit.db.query<{ path: string }>(sql`
    delete from artifact where run_id = ${forgotten.runId} returning archive_path as path`);
  const old = new Date(Date.now() - 86_400_000);
  const [own] = await kit.db.query<{ path: string }>(
    sql`select archive_path as path from artifact where run_id = ${kept.runId}`,
  );
  for (const { path } of [...places, own!]) await utimes(join(kit.archive, path), old, old);
  const fresh = join(kit.archive, places[0]!.path.replace(/[^/]*$/, 'fresh.zip'));
  await writeFile(fresh, 'on its way');
  await sweepOrphans(kit.db, kit.store, new Date(Date.now() - recordDefaults.orphanSeconds * 1000));
  expect(await files(kept.runId)).toEqual(all);
  expect(await Promise.all(places.map(({ path }) => kit.store.find(path)))).toEqual([undefined, undefined]);
  expect(await kit.store.find(fresh.slice(kit.archive.length + 1))).toBeDefined();
  expect(open.runId).toBeGreaterThan(0);
});

test('what was marked when a server died goes with the next turn', async () => {
  const old = await past(40);
  for (const item of (await planPurge(kit.db, year)).items) await kit.db.transaction((tx) => markDue(tx, item, year));
  expect(await files(old.runId)).toEqual(all);
  while ((await removeMarked(kit.db, kit.store)) > 0);
  expect(await files(old.runId)).toEqual([]);
});
