// Each invariant is broken on purpose, and found: a check that cannot fail would be worth nothing.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import { createTell, type Db, type Statement, sql } from '../../src/base/index.ts';
import { checkInvariants, type InvariantName, invariants } from '../../src/flow/invariants/index.ts';
import { append, ended, openArchiveStore, recordDefaults, sealDue } from '../../src/record/index.ts';
import { type QueueKit, queueKit } from '../queue/kit.ts';

let kit: QueueKit;
let archive: Awaited<ReturnType<typeof directoryToRemove>>;
beforeAll(async () => {
  kit = await queueKit();
  archive = await directoryToRemove('archive');
  await liveALittle();
});
afterAll(async () => {
  await kit.drop();
  await archive.remove();
});

/** Rows of every kind: what passed, failed, errored and was tried again, what waits, is held, runs, and was skipped; logs, too. */
async function liveALittle(): Promise<void> {
  const { db } = kit;
  await kit.submitJobs({ one: [], two: ['one'], three: ['two'] });
  const one = (await kit.claimOne())!;
  const member = gzipSync('hello\n');
  const chunk = { step: 0, offset: 0, sizeBytes: 6, lines: 1, memberBytes: member.length };
  await append(db, one, [chunk], member, recordDefaults);
  await kit.end(one, 'passed');
  await kit.end((await kit.claimOne())!, 'errored');
  await kit.end((await kit.claimOne())!, 'failed');
  const runs = await db.query<{ id: number }>(sql`select id from run`);
  await ended(
    db,
    runs.map((run) => run.id),
  );
  await db.query(sql`update run set log_bytes = '{6}' where id = ${one.runId}`);
  await sealDue(db, await openArchiveStore({ kind: 'disk', directory: archive.path }), recordDefaults, () => undefined);

  await kit.submitJobs({ running: [] });
  const running = (await kit.claimOne())!;
  await append(db, running, [chunk, { ...chunk, offset: 6 }], Buffer.concat([member, member]), recordDefaults);
  await kit.submitJobs({ ready: [], waiting: ['ready'] });
  await kit.submitJobs({ gate: [] }, { order: { gate: 'Ship it?' } });
  await kit.submitJobs({ grouped: [], behind: [] }, { order: { concurrencyGroup: 'deploy' } });
  const push = await db.query<{ id: number }>(sql`select id from push`);
  const tell = createTell({ 'push-received': ['plan-pipeline'] });
  await db.transaction((tx) => tell(tx, 'push-received', { pushId: push[0]!.id }));
}

const broken = async (graceSeconds?: number) =>
  (await checkInvariants(kit.db, graceSeconds)).filter((report) => report.count > 0);

test('a healthy database breaks none, also without any grace', async () => {
  const counts = await kit.db.query(
    sql`select state, verdict, count(*) from job group by state, verdict order by 1, 2`,
  );
  expect(counts.length).toBeGreaterThanOrEqual(7);
  expect(await broken(0)).toEqual([]);
  expect((await checkInvariants(kit.db)).length).toBe(Object.keys(invariants).length);
});

/** How each is broken, so that one of them finds it; others may, too. */
const breaches: { readonly [Name in InvariantName]: readonly Statement[] } = {
  'open-runs': [
    sql`update run set ended_at = now(), verdict = 'passed', reason = '{}' where ended_at is null`,
    sql`update job set state = 'done', verdict = 'passed', reason = '{}', finished_at = now() where name = 'running'`,
    sql`insert into run (job_id, attempt, worker_id, claim_id, lease_until)
        select job_id, 2, worker_id, gen_random_uuid(), lease_until from run where ended_at is null`,
  ],
  'done-is-complete': [
    sql`update job set finished_at = null where name = 'one'`,
    sql`update job set reason = null where name = 'three'`,
    sql`update job set reason = '{}' where name = 'waiting'`,
  ],
  'ready-is-in-line': [
    sql`delete from ready`,
    sql`insert into ready (job_id, pool, since) select id, pool, now() from job where name = 'waiting'`,
    sql`update ready set pool = 'another'`,
  ],
  'missing-is-counted': [
    sql`update job set missing = 2 where name = 'waiting'`,
    sql`update job set missing = 0 where name = 'waiting'`,
    sql`update job set missing = 1 where name = 'ready'`,
    sql`delete from edge where to_job = (select id from job where name = 'waiting')`,
  ],
  'nobody-waits-in-vain': [
    sql`update job set state = 'waiting', verdict = null, reason = null, finished_at = null, missing = 1 where name = 'three'`,
  ],
  'held-by-something': [
    sql`update job set gate = null where name = 'gate'`,
    sql`delete from concurrency_slot where not taken`,
    sql`with more as (update concurrency_group set slots = 2, changed_at = now() - interval '1 hour')
        update concurrency_slot set since = now() - interval '1 hour'`,
  ],
  'slots-are-of-open-jobs': [
    sql`update concurrency_slot set taken = not taken`,
    sql`delete from concurrency_slot where taken`,
    sql`update job set state = 'done', verdict = 'passed', reason = '{}', finished_at = now() - interval '1 hour' where name = 'grouped'`,
  ],
  'absorbed-is-not-green': [sql`update job set coalesced_into = id where name = 'one'`],
  'attempts-count-up': [
    sql`update job set run_count = run_count + 1 where name = 'one'`,
    sql`update run set attempt = 3 where job_id = (select id from job where name = 'two') and attempt = 2`,
    sql`update run set attempt = 1 where job_id = (select id from job where name = 'two') and attempt = 2`,
    sql`delete from run where attempt = 2`,
  ],
  'one-run-decides': [sql`update run set retried = false where attempt = 1`],
  'last-run-decides': [
    sql`update job set verdict = 'passed' where name = 'two'`,
    sql`update run set verdict = 'failed' where job_id = (select id from job where name = 'one')`,
    sql`update run set retried = true where job_id = (select id from job where name = 'two')`,
  ],
  'only-errored-is-retried': [
    sql`update run set verdict = 'failed' where retried`,
    sql`update run set reason = null where ended_at is not null`,
  ],
  'leases-are-looked-at': [
    sql`with looked as (update lease_clock set last_look_at = now()) update run set lease_until = now() - interval '1 hour'`,
  ],
  'logs-have-no-holes': [
    sql`update log_chunk set start_byte = 7 where start_byte = 6`,
    sql`update log_chunk set start_byte = 5 where start_byte = 6`,
    sql`delete from log_chunk where start_byte = 0`,
  ],
  'logs-are-as-long-as-they-say': [
    sql`delete from log_chunk where start_byte = 6`,
    sql`update log set size_bytes = 13 where size_bytes = 12`,
    sql`update log set lines = 1 where lines = 2`,
  ],
  'sealed-logs-hold-all': [
    sql`update log set size_bytes = 7 where size_bytes = 6`,
    sql`update sealed_log set index = '{}'`,
    sql`update log_chunk set run_id = (select run_id from log where size_bytes = 6)`,
    sql`insert into sealed_log (run_id, path, size_bytes, sha256, index) select id, '/x', 1, 'x', '{}' from run where ended_at is null`,
    sql`insert into to_seal (run_id) select run_id from sealed_log`,
  ],
  'ended-logs-are-in-line': [
    sql`with gone as (delete from sealed_log) update run set ended_at = now() - interval '1 hour' where ended_at is not null`,
  ],
  'pipelines-end-with-their-jobs': [
    sql`update pipeline set finished_at = now(), verdict = 'passed' where finished_at is null`,
    sql`with early as (update job set finished_at = now() - interval '1 hour' where state = 'done')
        update pipeline set finished_at = null, verdict = null`,
  ],
  'pipelines-are-as-their-worst-job': [
    sql`update pipeline set verdict = 'passed' where finished_at is not null`,
    sql`update pipeline set verdict = null where finished_at is not null`,
  ],
  'pushes-are-planned': [
    sql`with forgotten as (delete from graphile_worker._private_jobs) update push set received_at = now() - interval '1 hour'`,
  ],
  'nothing-told-is-given-up': [sql`update graphile_worker._private_jobs set attempts = max_attempts`],
};

describe('broken and found:', () => {
  const cases = Object.entries(breaches).flatMap(([name, statements]) =>
    statements.map((statement, index) => [`${name}, way ${index + 1}`, name, statement] as const),
  );
  test.each(cases)('%s', async (_, name, statement) => {
    await undone(kit.db, async (tx) => {
      await tx.query(statement);
      const reports = await checkInvariants(tx);
      const report = reports.find((one) => one.name === name)!;
      expect(report.count).toBeGreaterThan(0);
      expect(report.offending[0]).toMatch(/\d/);
    });
  });
});

test('many breaches are counted, and twenty are named', async () => {
  await undone(kit.db, async (tx) => {
    await tx.query(sql`
      insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at, received_at)
      select repo_id, branch, kind, revision, author, title, message, commits, commit_count, now(), now() - interval '1 hour'
      from push cross join generate_series(1, 30)`);
    const report = (await checkInvariants(tx)).find((one) => one.name === 'pushes-are-planned')!;
    expect([report.count, report.offending.length]).toEqual([30, 20]);
  });
});

/** Does it in a transaction that is never committed. */
async function undone(
  db: Db,
  work: (tx: Parameters<Parameters<Db['transaction']>[0]>[0]) => Promise<void>,
): Promise<void> {
  const enough = new Error('not to be kept');
  await db
    .transaction(async (tx) => {
      // Constraints and keys of rows that the breach leaves alone do not matter here.
      await tx.query(sql`set local session_replication_role = replica`);
      await work(tx);
      throw enough;
    })
    .catch((error: unknown) => {
      if (error !== enough) throw error;
    });
}
