// A database of a test's own in a real PostgreSQL: a copy of one that has the migrations applied, which takes some 20 ms.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { type Db, migrate, openDb } from '../../packages/server/src/base/index.ts';
import { startPostgres } from '../../packages/server/src/base/postgres/index.ts';

export type TestDatabase = {
  readonly url: string;
  readonly db: Db;
  /** Closes `db` and removes the database, whoever is still connected. */
  drop(): Promise<void>;
};

export async function testDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await run(server.url, `create database ${name} template ${await server.template} strategy file_copy`);
  const url = databaseUrl(server.url, name);
  const db = openDb(url);
  return {
    url,
    db,
    async drop() {
      await db.close();
      await run(server.url, `drop database if exists ${name} with (force)`);
    },
  };
}

/** A database without any table, for the tests of migrations. */
export async function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await testServer();
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await run(server.url, `create database ${name}`);
  return {
    url: databaseUrl(server.url, name),
    drop: () => run(server.url, `drop database if exists ${name} with (force)`),
  };
}

type Server = { readonly url: string; readonly template: Promise<string> };
let started: Promise<Server> | undefined;

/** One server for the whole test run: who comes first starts it, the others take it over. The global setup removes it. */
function testServer(): Promise<Server> {
  started ??= (async () => {
    const { url } = await startPostgres({
      dataDirectory: inject('databaseDirectory'),
      binDirectory: process.env['SIGNALBOX_POSTGRES_BIN'],
      durable: false,
    });
    return { url, template: migratedTemplate(url) };
  })();
  return started;
}

const migrations = join(import.meta.dirname, '../../packages/server/migrations');

/** Made under another name and renamed when it is whole; the lock makes the test processes take turns. */
async function migratedTemplate(url: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(migrations)).sort()) hash.update(await readFile(join(migrations, file)));
  const name = `template_${hash.digest('hex').slice(0, 16)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(1)');
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return name;
    await client.query('drop database if exists template_draft with (force)');
    await client.query('create database template_draft');
    await migrate(databaseUrl(url, 'template_draft'));
    await client.query(`alter database template_draft rename to ${name}`);
    return name;
  } finally {
    await client.end();
  }
}

function databaseUrl(url: string, name: string): string {
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  return copy.href;
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
