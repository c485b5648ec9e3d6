// Migrations are applied beside servers that go on: those of the version before, and others that start at the same moment.
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyDatabase } from '../../../../test/kit/database.ts';
import { until } from '../../../../test/kit/wait.ts';
import { migrate } from '../../src/base/index.ts';

let database: Awaited<ReturnType<typeof emptyDatabase>>;
let other: pg.Client;
beforeEach(async () => {
  database = await emptyDatabase();
  other = new pg.Client(database.url);
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await database.drop();
});

test('a server of the version before goes on with newer tables, and says so', async () => {
  await migrate(database.url);
  await other.query("insert into migration (name, sha256) values ('9999-of-tomorrow.sql', 'x')");
  const said: string[] = [];
  await migrate(database.url, { say: (line) => said.push(line) });
  expect(said).toEqual([expect.stringContaining('9999-of-tomorrow.sql')]);
});

test('a file that somebody has changed since it was applied is refused', async () => {
  await migrate(database.url);
  await other.query("update migration set sha256 = 'x' where name like '0001-%'");
  await expect(migrate(database.url)).rejects.toThrow(/0001-the-rooms.sql differs/);
});

test('a file gives way to those who use a table, so that nobody waits behind it, and is applied when they have done', async () => {
  await migrate(database.url);
  // As if this file were new. It needs a table that somebody writes.
  await other.query(`drop trigger enter_ready_from_before on ready; drop function enter_ready_from_before();
    drop trigger stay_open on pipeline; drop function stay_open();
    drop trigger refuse_endless_cancel on job; drop function refuse_endless_cancel();
    delete from migration where name = '0007-beside-version-before.sql'`);
  await other.query('begin');
  await other.query('lock table ready in row exclusive mode');
  await other.query(`set application_name = 'a long write'`);
  const said: string[] = [];
  const done = migrate(database.url, { lockMs: 100, pauseMs: 10, say: (line) => said.push(line) });
  await until('that it waits', () => said.length > 1);
  expect(said[0]).toMatch(/^Migration 0007-beside-version-before.sql waits for a table: a long write \(process \d+/);
  await other.query('commit');
  await done;
  const { rows } = await other.query<{ name: string }>(
    "select name from migration where name = '0007-beside-version-before.sql'",
  );
  expect(rows).toHaveLength(1);
});

test('several at once make it once', async () => {
  await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  const { rows } = await other.query<{ tables: string }>(`select to_regclass('job')::text as tables`);
  expect(rows).toEqual([{ tables: 'job' }]);
});
