// Asks a PostgreSQL that may be starting whether it answers, and makes the database in it.
import { realpath } from 'node:fs/promises';
import pg from 'pg';
import { type Address, urlOf } from './address.ts';
import type { Place } from './place.ts';

/** Undefined when it answers and serves this cluster; else why not. */
export async function whyNoAnswer(address: Address, place: Place): Promise<string | undefined> {
  try {
    return await ask(address, async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      const served = rows[0]?.data_directory ?? '';
      return (await realpath(served)) === (await realpath(place.cluster)) ? undefined : `it serves ${served}`;
    });
  } catch (error) {
    return (error as Error).message || String(error);
  }
}

export async function ensureDatabase(address: Address, name: string): Promise<void> {
  await ask(address, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    try {
      await client.query(`create database ${client.escapeIdentifier(name)}`);
    } catch (error) {
      // Another start was first.
      const { code } = error as { code?: string };
      if (code !== '42P04' && code !== '23505') throw error;
    }
  });
}

async function ask<Result>(address: Address, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({
    connectionString: urlOf(address, 'postgres'),
    connectionTimeoutMillis: 10_000,
    application_name: 'signalbox supervisor',
  });
  // It may go away while asked; the query that waits tells of it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
