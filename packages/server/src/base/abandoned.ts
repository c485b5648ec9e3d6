// Entries of the outbox that a process took and never finished because it died: others take them over within seconds.
// graphile-worker itself waits four hours. Each process holds a lock in the database while it lives; it ends with its connection,
// and that ends when nothing has come over it for a while: a machine that lost its power closes no connection.
import type { PoolClient } from 'pg';
import type { Db } from './db.ts';
import { sql } from './sql.ts';

export type Presence = { stop(): Promise<void> };

const usualLookMs = 5000;

/** `name`: what graphile-worker writes beside the entries that this process has taken. */
export async function showPresence(
  db: Db,
  name: string,
  onError: (error: unknown) => void,
  lookMs = usualLookMs,
): Promise<Presence> {
  let client: PoolClient | undefined;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  const drop = (made: PoolClient, error: Error) => {
    if (client !== made) return;
    client = undefined;
    made.release(error);
  };
  const connect = async () => {
    const made = await db.pool.connect();
    made.once('error', (error) => drop(made, error)).once('end', () => drop(made, new Error('the connection ended')));
    client = made;
    await ask(made, `set idle_session_timeout = ${lookMs * 4}`);
    return made;
  };
  /** One that does not answer is as good as broken: it would be asked for ever. */
  const ask = async (made: PoolClient, text: string, values: unknown[] = []) => {
    const query = { text, values, query_timeout: lookMs * 2 };
    await made.query(query).catch((error: Error) => {
      drop(made, error);
      throw error;
    });
  };
  const look = async () => {
    if (stopped) return;
    const own = client ?? (await connect());
    // Tried, not waited for, and each time again: our connection before may still hold it, or one who looks whether we live.
    await ask(own, 'select pg_try_advisory_lock(hashtextextended($1, 0))', [name]);
    await freeAbandoned(db);
  };
  const takeTurn = () => {
    turn = turn.then(look).catch(onError);
  };

  await look();
  const timer = setInterval(takeTurn, lookMs);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await turn;
      const last = client;
      client = undefined;
      // Closed, not given back: the lock is the connection's.
      last?.release(true);
    },
  };
}

/** Whoever can get the lock of a process sees that it is gone. A listener may then hear an entry twice, which it must bear anyhow. */
async function freeAbandoned(db: Db): Promise<void> {
  await db.query(sql`
    with holder as (
      select locked_by as name from graphile_worker._private_jobs where locked_by is not null
      union
      select locked_by from graphile_worker._private_job_queues where locked_by is not null
    ), gone as materialized (
      select name from holder where pg_try_advisory_xact_lock(hashtextextended(name, 0))
    )
    select graphile_worker.force_unlock_workers(array_agg(name)) from gone having count(*) > 0`);
}
