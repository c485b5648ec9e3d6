// The ground of a server process: its own PostgreSQL where it has none, the database, the wake-ups.
import path from 'node:path';
import { type Db, type Live, openDb, startLive } from '../base/index.ts';
import { type Postgres, startPostgres } from '../base/postgres/index.ts';
import type { GroundMetrics, Log } from '../base/telemetry/index.ts';
import type { Settings } from '../settings.ts';
import type { Stops } from './stops.ts';

export async function startOwnPostgres(settings: Settings, data: string, log: Log, stops: Stops): Promise<Postgres> {
  const postgres = await startPostgres({
    dataDirectory: path.join(data, 'postgres'),
    binDirectory: settings.SIGNALBOX_POSTGRES_BIN ?? undefined,
    log: (line) => log.info(line),
  });
  stops.push(() => postgres.stop());
  return postgres;
}

export type Ground = {
  readonly db: Db;
  /** The queue's own connections: whatever logs and pages ask for, a claim does not stand in line behind them. */
  readonly queueDb: Db;
  readonly live: Live;
};

/** Fewer connections than this are not worth parting. */
const fewest = 8;

export function openGround(url: string, settings: Settings, ground: GroundMetrics, log: Log, stops: Stops): Ground {
  const onError = (error: Error) => log.warn(`The database connection broke: ${error.message}`);
  const open = (poolSize: number) => {
    const db = openDb(url, { poolSize, onQuery: ground.queried, onError });
    stops.push(() => db.close());
    return db;
  };
  const most = settings.SIGNALBOX_DATABASE_CONNECTIONS;
  const parted = most >= fewest && settings.SIGNALBOX_ROLES.includes('api');
  const db = open(parted ? Math.ceil(most / 2) : most);
  const queueDb = parted ? open(Math.floor(most / 2)) : db;
  ground.watchConnections(parted ? { queue: queueDb.pool, other: db.pool } : { other: db.pool });
  const live = startLive(url, { onError });
  stops.push(() => live.stop());
  return { db, queueDb, live };
}
