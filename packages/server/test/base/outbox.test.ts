// The outbox when processes die and connections break: every entry is heard, and soon.
import { afterEach, expect, test } from 'vitest';
import { Link } from '../../../../test/chaos/proxy.ts';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { until } from '../../../../test/kit/wait.ts';
import { createTell, type Outbox, openDb, sql, startOutbox } from '../../src/base/index.ts';

let database: TestDatabase;
const running: Outbox[] = [];
afterEach(async () => {
  for (const outbox of running.splice(0)) await outbox.stop();
  await database.drop();
});

const start = async (heard: (body: { id: number }) => Promise<void>) => {
  const failures: string[] = [];
  const listeners = { told: { listener: heard as (body: never) => Promise<void> } };
  const onFailure = (name: string, error: unknown) => void failures.push(`${name}: ${error}`);
  const outbox = await startOutbox(database.db, listeners, { concurrency: 2, onFailure });
  running.push(outbox);
  return { outbox, failures };
};
const tell = createTell({ told: ['listener'] });
const tellOf = (id: number, line?: string) =>
  database.db.transaction((tx) => tell(tx, 'told', { id }, line ? { line } : {}));

test('what a process took and did not finish because it died, another one hears within seconds', async () => {
  database = await testDatabase();
  await tellOf(1);
  await tellOf(2, 'in-line');
  await tellOf(3, 'in-line');
  // As a process leaves it that was killed in the middle.
  await database.db.query(sql`
    update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-killed', attempts = 1
    where id in (select min(id) from graphile_worker._private_jobs group by job_queue_id)`);
  await database.db.query(sql`
    update graphile_worker._private_job_queues set locked_at = now(), locked_by = 'pool-killed'`);
  const heard: number[] = [];
  await start(async ({ id }) => void heard.push(id));
  await until('all entries', () => heard.length === 3);
  expect(heard.sort()).toEqual([1, 2, 3]);
});

test('what a machine held that vanished without a word, another one hears soon', { timeout: 60_000 }, async () => {
  database = await testDatabase();
  const url = new URL(database.url);
  const link = new Link('database', () => ({ path: `${url.searchParams.get('host')}/.s.PGSQL.5432` }));
  await link.open();
  const far = openDb(`postgresql://${url.username}@127.0.0.1:${link.port}${url.pathname}`);
  const quick = { concurrency: 1, lookMs: 300, onFailure: () => undefined };
  const heard: string[] = [];
  let vanish: () => void = () => undefined;
  const vanished = new Promise<void>((resolve) => {
    vanish = resolve;
  });
  const listener = () => {
    heard.push('first');
    return vanished;
  };
  const first = await startOutbox(far, { told: { listener } }, quick);
  await tellOf(1, 'in-line');
  await until('the first', () => heard.length === 1);
  // Its connections stay as they are, for PostgreSQL; nothing comes over them any more.
  link.turn({ kind: 'half-open' });
  running.push(await startOutbox(database.db, { told: { listener: async () => void heard.push('second') } }, quick));
  await until('the second', () => heard.includes('second'), { seconds: 30 });
  link.turn({ kind: 'clear' });
  link.cut();
  vanish();
  await first.stop();
  await far.close();
  await link.close();
});

test('what a living process is at work on stays its own', { timeout: 30_000 }, async () => {
  database = await testDatabase();
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const heard: string[] = [];
  await start(async () => {
    heard.push('first');
    await finished;
  });
  await tellOf(1);
  await until('the first', () => heard.length === 1);
  await start(async () => void heard.push('second'));
  await tellOf(2);
  await until('the other entry', () => heard.length === 2);
  finish();
  await until('the end of all', async () => {
    const [left] = await database.db.query<{ count: number }>(sql`
      select count(*) from graphile_worker._private_jobs`);
    return left?.count === 0;
  });
  expect(heard.length).toBe(2);
});

test('a connection that breaks while a listener works costs at most a repeat, and never the process', {
  timeout: 30_000,
}, async () => {
  database = await testDatabase();
  const heard: number[] = [];
  const { failures } = await start(async ({ id }) => {
    heard.push(id);
    if (heard.length > 2) return;
    // All connections, also the one that the end will be written on.
    await database.db
      .query(sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`)
      .catch(() => undefined);
    if (id === 2) throw new Error('And it fails besides');
  });
  await database.db.transaction(async (tx) => {
    await tell(tx, 'told', { id: 1 });
    await tell(tx, 'told', { id: 2 });
  });
  await until(
    'an empty outbox',
    async () => {
      const [left] = await database.db.query<{ count: number }>(sql`
      select count(*) from graphile_worker._private_jobs`);
      return left?.count === 0;
    },
    { seconds: 25 },
  );
  expect(new Set(heard)).toEqual(new Set([1, 2]));
  expect(failures.join()).toContain('And it fails besides');
});
