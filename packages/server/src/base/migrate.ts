// Brings the database to the tables that this version needs: plain SQL files, in order, each once, one process at a time.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';

const directory = new URL('../../migrations/', import.meta.url);
/** Any number, the same for all Signalbox processes: whoever holds it migrates. */
const migrationLock = 7_202_611;

/** @throws when a migration that was applied has been changed since: that database is of another making. */
export async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await client.query('set client_min_messages to warning');
    await client.query(
      'create table if not exists migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    const applied = await client.query<{ name: string; sha256: string }>('select name, sha256 from migration');
    for (const name of (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort()) {
      const text = await readFile(new URL(name, directory), 'utf8');
      const sha256 = createHash('sha256').update(text).digest('hex');
      const before = applied.rows.find((row) => row.name === name);
      if (before && before.sha256 !== sha256) {
        throw new Error(
          `Migration ${name} differs from the one that made this database. Use the version that made it, or another database.`,
        );
      }
      if (!before) await apply(client, name, text, sha256);
    }
    await runMigrations({ connectionString: url });
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, name: string, text: string, sha256: string): Promise<void> {
  await client.query('begin');
  await client.query(text);
  await client.query('insert into migration (name, sha256) values ($1, $2)', [name, sha256]);
  await client.query('commit');
}
