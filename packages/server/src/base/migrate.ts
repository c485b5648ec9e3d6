// Brings the database to the tables that this version needs: plain SQL files, in order, each once, one process at a time. Servers of
// the version before go on meanwhile: docs/decisions/migrations.md says what a file may do.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';

const directory = new URL('../../migrations/', import.meta.url);
/** Any number, the same for all Signalbox processes: whoever holds it migrates. */
const migrationLock = 7_202_611;

export type MigrateOptions = {
  /** Told what a person may want to know: that tables are newer, or that somebody else holds one. */
  readonly say?: (line: string) => void;
  /**
   * How long a file waits for a table that others use. Whoever comes after it waits behind it, so it gives way after this, and tries
   * again; a backup may go on for an hour, and all servers with it.
   */
  readonly lockMs?: number;
  readonly pauseMs?: number;
};
const usual = { say: () => undefined, lockMs: 2000, pauseMs: 3000 };

/** @throws when a migration that was applied has been changed since: that database is of another making. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  const { say, ...patience } = { ...usual, ...options };
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  // What breaks the connection is told by the statement that is under way; unheard it would end the process with a stack.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await client.query('set client_min_messages to warning');
    await client.query(
      'create table if not exists migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    const applied = await client.query<{ name: string; sha256: string }>('select name, sha256 from migration');
    const names = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
    const unknown = applied.rows.map(({ name }) => name).filter((name) => !names.includes(name));
    if (unknown.length > 0) say(newerTables(unknown));
    for (const name of names) {
      const text = await readFile(new URL(name, directory), 'utf8');
      const sha256 = createHash('sha256').update(text).digest('hex');
      const before = applied.rows.find((row) => row.name === name);
      if (before && before.sha256 !== sha256) {
        throw new Error(
          `Migration ${name} differs from the one that made this database. Use the version that made it, or another database.`,
        );
      }
      if (!before) await applyInTurn(client, { name, text, sha256 }, { say, ...patience });
    }
    await runMigrations({ connectionString: url });
    await client.query(keepOutboxClean);
  } finally {
    await client.end();
  }
}

/** Every entry comes and goes: by default its table is vacuumed when a fifth of what was ever there at once is dead. Said once. */
const keepOutboxClean = `
  do $$ begin
    if exists (select from pg_class where oid = to_regclass('graphile_worker._private_jobs') and reloptions is null) then
      alter table graphile_worker._private_jobs set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
    end if;
  end $$`;

function newerTables(unknown: readonly string[]): string {
  return `A newer version has changed the database (${unknown.toSorted().join(', ')}). This one goes on beside it, as the version before may; do not add older ones.`;
}

type Migration = { readonly name: string; readonly text: string; readonly sha256: string };
const lockNotAvailable = '55P03';

/** Again and again while others hold what it needs. */
async function applyInTurn(client: pg.Client, migration: Migration, patience: Required<MigrateOptions>): Promise<void> {
  for (;;) {
    try {
      return await apply(client, migration, patience.lockMs);
    } catch (error) {
      await client.query('rollback');
      if ((error as { code?: string }).code !== lockNotAvailable) throw error;
      patience.say(`Migration ${migration.name} waits for a table: ${await holders(client)}. It is tried again.`);
      await after(patience.pauseMs);
    }
  }
}

async function apply(client: pg.Client, { name, text, sha256 }: Migration, lockMs: number): Promise<void> {
  await client.query('begin');
  await client.query(`set local lock_timeout = ${lockMs}`);
  await client.query(text);
  await client.query('insert into migration (name, sha256) values ($1, $2)', [name, sha256]);
  await client.query('commit');
}

/** The oldest transactions: most likely it is one of them. */
async function holders(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ who: string }>(`
    select format('%s (process %s, for %s s)', coalesce(nullif(application_name, ''), 'somebody'), pid,
             round(extract(epoch from now() - xact_start))) as who
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
    order by xact_start limit 3`);
  return rows.length > 0 ? `${rows.map(({ who }) => who).join(', ')} may hold it` : 'it was held a moment ago';
}
