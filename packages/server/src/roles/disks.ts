// The disks that this process writes to: watched, shown, and told of when they fill up.
import path from 'node:path';
import { type Db, startDiskWatch, type WatchedDisk } from '../base/index.ts';
import type { Log, Metrics } from '../base/telemetry/index.ts';
import { createDiskRoom, type DiskRoom } from '../flow/disk-room.ts';
import { startHoldingLogs } from '../flow/hold-logs.ts';
import type { Settings } from '../settings.ts';
import { archiveDirectory } from './archive.ts';
import type { Stops } from './stops.ts';

type Needs = {
  readonly settings: Settings;
  readonly data: string;
  readonly db: Db;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly onRefused: (what: 'artifact' | 'log') => void;
};

export async function watchDisks(needs: Needs, stops: Stops): Promise<DiskRoom> {
  const { settings, data, db, log, metrics, onRefused } = needs;
  const lowBytes = settings.SIGNALBOX_DISK_LOW_BYTES;
  const watch = await startDiskWatch({
    // Where a PostgreSQL or an archive of somebody else lies, that one watches.
    directories: {
      ...(settings.SIGNALBOX_ARCHIVE === 'disk' ? { archive: archiveDirectory(data) } : {}),
      ...(settings.DATABASE_URL === null ? { database: path.join(data, 'postgres') } : {}),
    },
    lowBytes,
    fullBytes: Math.min(settings.SIGNALBOX_DISK_FULL_BYTES, lowBytes),
    onChange: (disk) => tell(log, disk),
  });
  stops.push(async () => watch.stop());
  metrics.gauge({
    name: 'disk_free_bytes',
    help: 'Room on the disks of the archive and of the embedded PostgreSQL.',
    labels: { disk: ['archive', 'database'] },
    read(gauge) {
      for (const { name, freeBytes } of watch.disks) gauge.set({ disk: name as 'archive' | 'database' }, freeBytes);
    },
  });
  const room = createDiskRoom({ disks: watch, lowBytes, onRefused });
  const stopHolding = startHoldingLogs(db, () => room.state() === 'full');
  stops.push(async () => stopHolding());
  return room;
}

function tell(log: Log, { name, freeBytes, state }: WatchedDisk): void {
  const free = `The disk of the ${name} has ${Math.floor(freeBytes / 1_048_576)} MiB left`;
  if (state === 'well') log.info(`${free}: all is taken again`);
  if (state === 'low') log.warn(`${free}: artifacts are not taken until there is room`);
  if (state === 'full') log.error(`${free}: no new run is given out until there is room; what runs goes on`);
}
