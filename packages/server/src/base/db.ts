// The database: a pool of connections, prepared statements, transactions. Who imports `pg`: this, live.ts, migrate.ts and dead-connections.ts.
import pg from 'pg';
import { watchConnections } from './dead-connections.ts';
import { readBytes } from './read-bytes.ts';
import type { Statement } from './sql.ts';

export type Queryable = { query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]> };
/** A transaction: what is written through it is there whole or not at all. */
export type Tx = Queryable & { readonly isTransaction: true };
export type Db = Queryable & {
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Of each row its only column, which is bytes: see read-bytes.ts. */
  readBytes(statement: Statement): Promise<Buffer[]>;
  close(): Promise<void>;
  readonly pool: pg.Pool;
};
export type DbOptions = {
  readonly poolSize?: number;
  readonly onQuery?: () => void;
  readonly onError?: (error: Error) => void;
  /** How often it is looked for connections that are dead without knowing. */
  readonly lookMs?: number;
};

// bigint as number (ids stay far below 2^53), instants as ISO 8601 strings in UTC.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.NUMERIC, Number);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => new Date(text).toISOString());
types.setTypeParser(1016 as number, (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)));

export function openDb(url: string, options: DbOptions = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 10,
    types,
    // Not the name that servers of the version before have: the database holds those back from what they do not know.
    application_name: 'signalbox server',
    connectionTimeoutMillis: 10_000,
    // A connection to a machine that is gone must not hold its caller for ever.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: statementSeconds * 1000 + 10_000,
    // And PostgreSQL must not keep for hours what a machine that is gone has held.
    // Plans: no table is read whole where an index will do, for a plan that was made while it was empty (also one of a foreign key)
    // is kept while it fills; and each statement is planned once, which cost a third of the database's time. docs/decisions/own-queue.md
    options: `-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c TimeZone=UTC -c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c statement_timeout=${statementSeconds}s -c idle_in_transaction_session_timeout=${statementSeconds}s`,
  });
  // A connection that breaks, idle or not, must not end the process: the pool makes a new one.
  const onError = (error: Error) => options.onError?.(error);
  pool.on('error', onError);
  pool.on('connect', (client) => void client.on('error', onError));
  const watch = watchConnections(url, options.lookMs);
  const watched = async <Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> => {
    const answered = watch.asked(client);
    try {
      return await work();
    } finally {
      answered();
    }
  };
  const ask = (client: pg.PoolClient, query: string | pg.QueryConfig<unknown[]>): Promise<pg.QueryResult> =>
    watched(client, () => client.query(query));
  const alone = async <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  };
  const on = (client: pg.PoolClient | null): Queryable => ({
    async query<Row>({ text, values, name }: Statement) {
      options.onQuery?.();
      const query = { text, values: values as unknown[], name };
      // Within a transaction it is the whole of it that must be done again.
      const result = await (client ? ask(client, query) : againWhereThatHelps(() => alone((one) => ask(one, query))));
      return result.rows as Row[];
    },
  });
  return {
    ...on(null),
    pool,
    transaction: (work) => againWhereThatHelps(() => transaction(work)),
    async readBytes(statement) {
      options.onQuery?.();
      return againWhereThatHelps(() => alone((client) => watched(client, () => readBytes(client, statement))));
    },
    async close() {
      watch.stop();
      await pool.end();
    },
  };

  async function transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await ask(client, 'begin');
      const result = await work({ ...on(client), isTransaction: true });
      await ask(client, 'commit');
      return result;
    } catch (error) {
      await ask(client, 'rollback').catch((cause: Error) => {
        broken = cause;
      });
      if (isOutdatedPlan(error)) broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** Longest time of one statement: the longest on purpose is a page of history, far below it. */
const statementSeconds = 60;

/**
 * PostgreSQL ends one of two transactions that wait for each other; nothing of it was written, so it is done again. So is what a
 * connection had prepared before a newer server changed what it reads: that connection is closed, and another asks.
 */
async function againWhereThatHelps<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isDeadlock = (error as { code?: string }).code === '40P01';
      const most = isDeadlock ? 4 : isOutdatedPlan(error) ? mostOutdated : 0;
      if (attempt >= most) throw error;
    }
  }
}

/** More than the connections of any pool that have been asked the same. */
const mostOutdated = 100;

const isOutdatedPlan = (error: unknown): boolean =>
  (error as { code?: string }).code === '0A000' && /cached plan/.test((error as Error).message);

/** Whether the database could not be asked at all: nothing is wrong with the question, and trying again may help. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code ?? '';
  return (
    /^(08|57P0)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', '53300'].includes(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not currently accepting connections/.test(
      error.message,
    )
  );
}
