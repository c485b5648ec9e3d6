// Puts one server process together from the settings: the ground, then the roles that it was asked to have.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { routes } from '@signalbox/protocol';
import { loadKey, mayListen, tokenPattern } from '../access/index.ts';
import { letHeapGrow, migrate, startOutbox } from '../base/index.ts';
import { createLog, createMetrics, defineGroundMetrics } from '../base/telemetry/index.ts';
import { createSubscribers } from '../flow/subscribers.ts';
import { startSweepingUploads } from '../flow/sweep-uploads.ts';
import { startTimetable } from '../flow/timetable.ts';
import type { Settings } from '../settings.ts';
import { parseListen } from './addresses.ts';
import { openGround, startOwnPostgres } from './ground.ts';
import { openDoors, type Watching } from './open-doors.ts';
import { openHealth } from './open-health.ts';
import { gatherParts } from './parts.ts';
import type { Stops } from './stops.ts';

export type Server = {
  /** Where it listens; null without the role `api`. */
  readonly address: string | null;
  /** Where it answers for its health alone; null when that is not set. */
  readonly healthAddress: string | null;
  readonly databaseUrl: string;
  stop(): Promise<void>;
};

/** Starts everything; what was started is stopped again when a later part fails. @throws Error with what to do. */
export async function startServer(settings: Settings, watching: Watching = {}): Promise<Server> {
  const stops: Stops = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return await start(settings, watching, stops, stop);
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function start(settings: Settings, watching: Watching, stops: Stops, stop: () => Promise<void>): Promise<Server> {
  letHeapGrow();
  const { host, port } = parseListen(settings.SIGNALBOX_LISTEN, 'SIGNALBOX_LISTEN');
  const allowed = mayListen({
    host,
    login: settings.SIGNALBOX_LOGIN,
    publicUrl: settings.SIGNALBOX_PUBLIC_URL ?? undefined,
  });
  if (!allowed.ok) throw new Error(allowed.text);

  const log = await createLog({
    level: settings.SIGNALBOX_LOG_LEVEL,
    style: settings.SIGNALBOX_LOG_STYLE,
    strike: tokenPattern,
  });
  const metrics = createMetrics({
    process: true,
    onError: (error) => log.warn({ err: error }, 'A metric could not be read'),
  });
  const ground = defineGroundMetrics(metrics, ['page', ...Object.keys(routes)]);
  const data = path.resolve(settings.SIGNALBOX_DATA);
  await mkdir(data, { recursive: true, mode: 0o700 });

  const databaseUrl = settings.DATABASE_URL ?? (await startOwnPostgres(settings, data, log, stops)).url;
  await migrate(databaseUrl, { say: (line) => log.warn(line) });
  const { db, queueDb, live } = openGround(databaseUrl, settings, ground, log, stops);
  const key = await loadKey({
    text: settings.SIGNALBOX_SECRET_KEY ?? undefined,
    file: settings.SIGNALBOX_SECRET_KEY_FILE ?? undefined,
    defaultFile: path.join(data, 'secret-key'),
  });
  const parts = await gatherParts({ settings, data, db, queueDb, live, log, metrics, key, stops });
  stops.push(() => parts.mirrors.close());

  const has = (role: Settings['SIGNALBOX_ROLES'][number]) => settings.SIGNALBOX_ROLES.includes(role);
  if (has('planner')) {
    const outbox = await startOutbox(db, createSubscribers(parts), {
      concurrency: 4,
      onFailure: (name, error) => log.warn({ err: error }, `${name} failed; it is tried again`),
    });
    stops.push(() => outbox.stop());
  }
  if (has('timer')) {
    const timetable = startTimetable({
      ...parts,
      maySeal: parts.disk.maySeal,
      onEnded: parts.ci.ended,
      onFailure: (entry, error) => log.warn({ err: error }, `${entry} failed; it is tried again`),
    });
    parts.timetable = timetable;
    stops.push(() => timetable.stop());
  }
  if (has('api') && !has('timer')) {
    const sweeping = startSweepingUploads({
      ...parts,
      onFailure: (error) => log.warn({ err: error }, 'Unfinished uploads could not be removed; it is tried again'),
    });
    stops.push(() => sweeping.stop());
  }
  const address = has('api')
    ? await openDoors(settings, { host, port }, parts, { ground, log, metrics, ...watching }, stops)
    : null;
  const healthAddress = await openHealth(settings, parts, { log, metrics }, stops);
  return { address, healthAddress, databaseUrl, stop };
}
