// Questions to a PostgreSQL whose connection is dead without anybody knowing end soon; those that take long are left alone.
import { expect, onTestFinished, test } from 'vitest';
import { Link } from '../../../../test/chaos/proxy.ts';
import { testDatabase } from '../../../../test/kit/database.ts';
import { type Db, isDatabaseAway, openDb, sql } from '../../src/base/index.ts';

/** A database behind a link. */
async function behindLink(): Promise<{ db: Db; link: Link }> {
  const database = await testDatabase();
  const url = new URL(database.url);
  const link = new Link('database', () => ({ path: `${url.searchParams.get('host')}/.s.PGSQL.5432` }));
  await link.open();
  const db = openDb(`postgresql://${url.username}@127.0.0.1:${link.port}${url.pathname}`, { lookMs: 200 });
  onTestFinished(async () => {
    link.turn({ kind: 'clear' });
    link.cut();
    await db.close();
    await link.close();
    await database.drop();
  });
  await db.query(sql`select 1`);
  return { db, link };
}

const seconds = async (work: Promise<unknown>) => {
  const begun = performance.now();
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return { error, seconds: (performance.now() - begun) / 1000 };
};

test('a question on a dead connection fails soon, as a database that is away, and the next one is answered', async () => {
  const { db, link } = await behindLink();
  // What is there is dead; what comes anew is well.
  link.turn({ kind: 'half-open' });
  link.turn({ kind: 'clear' });
  const asked = await seconds(db.query(sql`select 2`));
  expect(isDatabaseAway(asked.error)).toBe(true);
  expect(asked.seconds).toBeLessThan(10);
  expect(await db.query(sql`select 3 as three`)).toEqual([{ three: 3 }]);
});

test('so does one within a transaction, and the transaction with it', async () => {
  const { db, link } = await behindLink();
  const done = await seconds(
    db.transaction(async (tx) => {
      await tx.query(sql`select 1`);
      link.turn({ kind: 'half-open' });
      link.turn({ kind: 'clear' });
      await tx.query(sql`select 2`);
    }),
  );
  expect(isDatabaseAway(done.error)).toBe(true);
  expect(done.seconds).toBeLessThan(10);
});

test('a question that takes long is left alone, also when it waits for a lock', async () => {
  const { db } = await behindLink();
  const slow = db.query(sql`select pg_sleep(1.5)`);
  const held = db.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(1)`);
    await slow;
  });
  const waits = db.transaction((tx) => tx.query(sql`select pg_advisory_xact_lock(1)`));
  await Promise.all([slow, held, waits]);
});

test('while PostgreSQL cannot be asked, nothing is cut', async () => {
  const { db, link } = await behindLink();
  link.turn({ kind: 'hold' });
  const asked = db.query(sql`select 4 as four`);
  await seconds(new Promise((resolve) => setTimeout(resolve, 1000)));
  link.turn({ kind: 'clear' });
  expect(await asked).toEqual([{ four: 4 }]);
});
