// The small door for health and metrics, where it is set.
import type { Log, Metrics } from '../base/telemetry/index.ts';
import { openHealthDoor } from '../http/index.ts';
import type { Settings } from '../settings.ts';
import { parseListen } from './addresses.ts';
import type { Parts } from './parts.ts';
import type { Stops } from './stops.ts';

/** Its address, or null. @throws Error naming the setting */
export async function openHealth(
  settings: Settings,
  { db, disk }: Parts,
  { log, metrics }: { log: Log; metrics: Metrics },
  stops: Stops,
): Promise<string | null> {
  const text = settings.SIGNALBOX_HEALTH_LISTEN;
  if (text === null) return null;
  const { host, port } = parseListen(text, 'SIGNALBOX_HEALTH_LISTEN');
  const door = await openHealthDoor({ db, disk, metrics, log }, host, port).catch((cause: Error) => {
    throw new Error(`Cannot listen on SIGNALBOX_HEALTH_LISTEN=${text}: ${cause.message}.`, { cause });
  });
  stops.push(() => door.close());
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${door.port}`;
  log.info(`Health and metrics are at ${address}`);
  return address;
}
