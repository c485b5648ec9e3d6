// Entries of the outbox that a process took and never finished because it died: others take them over within seconds.
// graphile-worker itself waits four hours. Each process holds a lock in the database while it lives; it ends with its connection.
import type { PoolClient } from 'pg';
import type { Db } from './db.ts';
import { sql } from './sql.ts';

export type Presence = { stop(): Promise<void> };

const lookMs = 5000;

/** `name`: what graphile-worker writes beside the entries that this process has taken. */
export async function showPresence(db: Db, name: string, onError: (error: unknown) => void): Promise<Presence> {
  let client: PoolClient | undefined;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  const connect = async () => {
    const made = await db.pool.connect();
    const broken = (error: Error) => {
      if (client !== made) return;
      client = undefined;
      made.release(error);
    };
    made.once('error', broken).once('end', () => broken(new Error('the connection ended')));
    return made;
  };
  const look = async () => {
    if (stopped) return;
    client ??= await connect();
    // Tried, not waited for, and each time again: our connection before may still hold it, or one who looks whether we live.
    await client.query('select pg_try_advisory_lock(hashtextextended($1, 0))', [name]);
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
