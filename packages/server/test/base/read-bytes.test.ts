// Bytes come out of the database as they went in, however many and of whatever length; what cannot be asked so is refused.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { sql } from '../../src/base/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query(sql`create table kept (place integer primary key, bytes bytea not null)`);
});
afterAll(() => database.drop());

test('rows of no, few and many bytes, in their order', async () => {
  const { db } = database;
  const lengths = [0, 1, 3, 8_191, 65_535, 65_536, 700_001, 0, 18];
  const rows = lengths.map((length) => randomBytes(length));
  for (const [place, bytes] of rows.entries()) await db.query(sql`insert into kept values (${place}, ${bytes})`);
  const from = 2;
  const read = await db.readBytes(sql`select bytes from kept where place >= ${from} order by place`);
  expect(read.map((bytes) => bytes.equals(rows[0]!))).toHaveLength(rows.length - from);
  for (const [at, bytes] of read.entries()) expect(bytes.equals(rows[at + from]!), `row ${at + from}`).toBe(true);
  expect(await db.readBytes(sql`select bytes from kept where place = ${-1}`)).toEqual([]);
  // The connection is as it was.
  expect(await db.query(sql`select count(*) as count from kept`)).toEqual([{ count: lengths.length }]);
});

test('a value that is no whole number is refused before anything is asked', async () => {
  await expect(database.db.readBytes(sql`select bytes from kept where place = ${'1 or true'}`)).rejects.toThrow(
    '1 or true is no whole number',
  );
});

test('a mistake in the statement is the error of the database, and the next question is answered', async () => {
  await expect(database.db.readBytes(sql`select nothing from kept`)).rejects.toThrow(/column "nothing" does not exist/);
  expect(await database.db.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});
