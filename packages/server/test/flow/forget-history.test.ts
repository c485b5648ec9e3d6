// What ended long ago is forgotten: all of it, nothing else, in batches that nobody waits for, and the tables stay as small.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Db, openDb, sql } from '../../src/base/index.ts';
import { forgetHistory } from '../../src/flow/forget-history.ts';
import { addMemory } from '../../src/queue/add-plain.ts';
import { claim } from '../../src/queue/claim.ts';
import { addJobs, finishAlone, forgetPipelines, queueDefaults } from '../../src/queue/index.ts';
import { Lineup } from '../../src/queue/lineup.ts';
import { stillWriting } from '../../src/record/index.ts';
import { jobNamed, makeWorker, passed, type QueueKit, queueKit } from '../queue/kit.ts';
import { fillPast } from '../queue/past.ts';

let kit: QueueKit;
beforeEach(async () => {
  kit = await queueKit();
});
afterEach(() => kit.drop());

const day = 86_400;
const forget = (days = 30) => forgetHistory(kit.db, days * day, () => false);

/** The pipeline ends, its jobs have run and have left a log and an artifact, and all that was so many days ago. */
async function past(pipelineId: number, days: number): Promise<void> {
  for (let held = await kit.claimOne(); held; held = await kit.claimOne()) {
    await kit.end(held, 'passed');
    await kit.db.query(sql`
      with sealed as (
        insert into sealed_log (run_id, path, size_bytes, sha256, index) values (${held.runId}, ${`log ${held.runId}`}, 1, 'x', '{}')
      ), logged as (
        insert into log (run_id, step, size_bytes) values (${held.runId}, 1, 1)
      )
      insert into artifact (run_id, path, size_bytes, sha256, archive_path) values (${held.runId}, 'a', 1, 'x', ${`artifact ${held.runId}`})`);
  }
  await age(pipelineId, days);
}

async function age(pipelineId: number, days: number): Promise<void> {
  await kit.db.query(sql`
    with old as (
      update pipeline set finished_at = now() - make_interval(days => ${days}) where id = ${pipelineId} and finished_at is not null
      returning push_id
    )
    update push set received_at = now() - make_interval(days => ${days}) where id in (select push_id from old)`);
}

async function counts(...tables: string[]): Promise<Record<string, number>> {
  const rows = await Promise.all(
    tables.map((table) => kit.db.pool.query(`select count(*)::int as rows from ${table}`)),
  );
  return Object.fromEntries(tables.map((table, place) => [table, rows[place]!.rows[0].rows]));
}
const ofPipelines = ['pipeline', 'job', 'edge', 'run', 'log', 'sealed_log', 'artifact', 'ready', 'lane'];

test('what ended long ago goes with all below it, and with its push and its lanes', async () => {
  const push = await kit.push('old');
  const { pipelineId } = await kit.submitJobs({ build: [], test: ['build'] }, {}, { pushId: push });
  await past(pipelineId, 31);
  await kit.push('old');
  await forget();
  expect(await counts(...ofPipelines)).toEqual(Object.fromEntries(ofPipelines.map((table) => [table, 0])));
  expect(await kit.db.query(sql`select 1 from push where id = ${push}`)).toEqual([]);
});

test('what is young stays, and what is open, however old', async () => {
  const { pipelineId: young } = await kit.submitJobs({ build: [] }, {}, { cause: 'api' });
  await past(young, 29);
  const { pipelineId: open, ids } = await kit.submitJobs({ build: [], later: ['build'] }, {}, { cause: 'api' });
  await kit.claimOne();
  await kit.db.query(sql`update pipeline set created_at = now() - interval '900 days' where id = ${open}`);
  await forget();
  expect(await kit.states(young)).toEqual({ build: 'passed' });
  expect(await kit.states(open)).toEqual({ build: 'running', later: 'waiting' });
  expect(await counts('artifact', 'run', 'edge')).toEqual({ artifact: 1, run: 2, edge: 1 });
  expect(ids['build']).toBeGreaterThan(0);
});

test('what the last push of a branch has started stays: it says how the branch is', async () => {
  const [first, last] = [await kit.push('quiet'), await kit.push('quiet')];
  const { pipelineId: before } = await kit.submitJobs({ build: [] }, {}, { pushId: first });
  const { pipelineId } = await kit.submitJobs({ build: [] }, {}, { pushId: last });
  const { pipelineId: byHand } = await kit.submitJobs({ again: [] }, {}, { pushId: last, cause: 'api' });
  await past(pipelineId, 400);
  await age(before, 401);
  await age(byHand, 399);
  await forget();
  const left = await kit.db.query(sql`select id from pipeline`);
  expect(left).toEqual([{ id: pipelineId }]);
  expect(await kit.db.query(sql`select id from push where branch = 'quiet'`)).toEqual([{ id: last }]);
});

test('a log that waits to be sealed keeps its pipeline', async () => {
  const { pipelineId } = await kit.submitJobs({ build: [] }, {}, { cause: 'api' });
  await past(pipelineId, 31);
  const [run] = await kit.db.query<{ id: number }>(sql`select id from run`);
  await kit.db.query(sql`insert into to_seal (run_id) values (${run!.id})`);
  await forget();
  expect(await counts('pipeline')).toEqual({ pipeline: 1 });
  await kit.db.query(sql`delete from to_seal`);
  await forget();
  expect(await counts('pipeline', 'run')).toEqual({ pipeline: 0, run: 0 });
});

test('with 0 days nothing is forgotten, and the audit never is', async () => {
  const { pipelineId } = await kit.submitJobs({ build: [] }, {}, { cause: 'api' });
  await past(pipelineId, 4000);
  await kit.db.query(
    sql`insert into audit (at, actor, action, subject) values (now() - interval '10 years', 'a', 'b', 'c')`,
  );
  await forget(0);
  expect(await counts('pipeline', 'audit')).toEqual({ pipeline: 1, audit: 1 });
  await forget(1);
  expect(await counts('pipeline', 'audit')).toEqual({ pipeline: 0, audit: 1 });
});

test('a worker goes when it was long not seen and no run of it is left, but not one that a person holds', async () => {
  const { pipelineId } = await kit.submitJobs({ build: [] }, {}, { cause: 'api' });
  await past(pipelineId, 31);
  await kit.db.query(sql`update run set claimed_at = now() - interval '31 days'`);
  const [retired, old] = [await makeWorker(kit.db, 'retired'), await makeWorker(kit.db, 'old')];
  await kit.db.query(sql`update worker set last_seen_at = now() - interval '31 days'`);
  await kit.db.query(sql`update worker set hold = 'retired', hold_by = 'me' where id = ${retired}`);
  const left = async () =>
    (await kit.db.query<{ id: number }>(sql`select id from worker order by id`)).map(({ id }) => id);
  // The run that is there was claimed when they were last seen: it may be of any of them.
  await kit.db.query(sql`update pipeline set finished_at = now()`);
  await forget();
  expect(await left()).toEqual([kit.workerId, retired, old]);
  const { pipelineId: young } = await kit.submitJobs({ build: [] }, {}, { cause: 'api' });
  const fresh = await makeWorker(kit.db, 'fresh');
  await kit.claimOne('default', fresh);
  await age(pipelineId, 31);
  await forget();
  expect(await left()).toEqual([retired, fresh]);
  expect(await kit.states(young)).toEqual({ build: 'running' });
});

test('a job whose lane was forgotten comes all the same, though the server remembers the lane', async () => {
  const { pipelineId } = await kit.submitJobs({}, {}, { cause: 'api', keepOpen: true });
  const memory = addMemory();
  const add = (name: string) => addJobs(kit.db, [{ pipelineId, jobs: [jobNamed(name)] }], queueDefaults, memory);
  await add('build');
  await add('build 2');
  await kit.db.query(sql`delete from ready`);
  await kit.db.query(sql`delete from job`);
  await kit.db.query(sql`delete from lane`);
  expect(await add('build')).toMatchObject([{ jobs: [{ name: 'build' }] }]);
});

test('every column that refers to another table has an index, so that nothing is read whole when a row goes', async () => {
  const { rows } = await kit.db.pool.query(`
    select constraint_of.conrelid::regclass::text as table, constraint_of.confrelid::regclass::text as refers
    from pg_constraint as constraint_of
    where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
      select from pg_index
      where indrelid = conrelid and (indkey::int2[])[0:array_length(conkey, 1) - 1] = conkey
        -- "where … is not null" is as good: what is looked for is something.
        and (indpred is null or pg_get_expr(indpred, indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$'))`);
  // A handful of rows, made by hand.
  expect(rows).toEqual([{ table: 'pause', refers: 'repo' }]);
});

describe('a large history', () => {
  test('goes in batches, beside claims that wait for none of them', async () => {
    await fillPast(kit.db, { done: 10_000, running: 10, waiting: 5, ready: 2000, workers: 10 });
    // A claim or an end that has to wait for a lock of the other fails, instead.
    const impatient = openDb(`${connectionString(kit.db)}&options=-c%20lock_timeout%3D20`);
    const forgotten: number[] = [];
    let isGone = false;
    const forgetting = (async () => {
      for (;;) {
        const { jobs, pipelines } = await forgetPipelines(kit.db, 10 * day, stillWriting);
        if (jobs + pipelines === 0) break;
        forgotten.push(jobs);
      }
      isGone = true;
    })();
    let claimed = 0;
    const [worker] = await kit.db.query<{ id: number }>(sql`select max(id) as id from worker`);
    for (let pool = 0; !isGone || pool < 5; pool += 1) {
      const lineup = new Lineup(`pool ${pool % 20}`);
      await lineup.refresh(impatient, 0);
      const asked = [...lineup.lines.values()]
        .flat()
        .slice(0, 10)
        .map(({ jobId }) => ({ claimId: randomUUID(), workerId: worker!.id, jobId }));
      const held = await claim(impatient, asked, 30);
      const end = { verdict: 'passed', reason: passed, steps: [], logBytes: [] } as const;
      await finishAlone(
        impatient,
        held.map((hold) => ({ hold, end })),
      );
      claimed += held.length;
    }
    await forgetting;
    await impatient.close();
    expect(Math.max(...forgotten)).toBeLessThanOrEqual(300);
    // The logs of 200 runs in two pipelines are not sealed, and the last push of each of 20 branches stays.
    const { rows } = await kit.db.pool.query(
      `select count(*)::int as jobs from job where finished_at < now() - interval '10 days'`,
    );
    expect(forgotten.reduce((sum, jobs) => sum + jobs)).toBe(10_000 - rows[0].jobs);
    expect(rows[0].jobs).toBeLessThanOrEqual(2200);
    expect(claimed).toBeGreaterThan(0);
  }, 120_000);

  test('leaves tables that stay as small, and vacuum knows what to do', async () => {
    const sizes: Record<string, number>[] = [];
    const tables = ['job', 'run', 'edge', 'log', 'sealed_log', 'pipeline', 'push', 'lane'];
    for (let turn = 0; turn < 6; turn += 1) {
      await fillPast(kit.db, { done: 3000, running: 0, waiting: 0, ready: 0, workers: 5 });
      await kit.db.query(sql`delete from to_seal`);
      await forget(10);
      for (const table of tables) await kit.db.pool.query(`vacuum ${table}`);
      const { rows } = await kit.db.pool.query<{ table: string; bytes: string }>(
        'select t as table, pg_total_relation_size(t::regclass) as bytes from unnest($1::text[]) as t',
        [tables],
      );
      sizes.push(Object.fromEntries(rows.map(({ table, bytes }) => [table, Number(bytes)])));
    }
    // Two turns together: whether vacuum finds the end of a file empty goes to and fro.
    const largest = (table: string, some: typeof sizes) => Math.max(...some.map((size) => size[table]!));
    const grown = tables.filter((table) => largest(table, sizes.slice(4)) > largest(table, sizes.slice(2, 4)) * 1.1);
    expect(grown).toEqual([]);
    const { rows } = await kit.db.pool.query(`
      select relname from pg_class
      where relname in ('ready', 'run', 'job', 'worker', 'to_seal', 'concurrency_slot', 'log_chunk', '_private_jobs') and relkind = 'r'
        and array_to_string(reloptions, ',') !~ 'autovacuum_vacuum_scale_factor'`);
    expect(rows).toEqual([]);
  }, 120_000);
});

const connectionString = (db: Db) => (db.pool.options as { connectionString: string }).connectionString;
