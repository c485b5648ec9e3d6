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

export function openGround(
  url: string,
  settings: Settings,
  ground: GroundMetrics,
  log: Log,
  stops: Stops,
): { db: Db; live: Live } {
  const onError = (error: Error) => log.warn(`The database connection broke: ${error.message}`);
  const db = openDb(url, { poolSize: settings.SIGNALBOX_DATABASE_CONNECTIONS, onQuery: ground.queried, onError });
  stops.push(() => db.close());
  ground.watchConnections(db.pool);
  const live = startLive(url, { onError });
  stops.push(() => live.stop());
  return { db, live };
}
