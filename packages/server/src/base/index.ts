// base: the ground that rooms stand on: database, outbox, wake-ups. It knows no word of CI and reads no settings itself.
export { type CrashPoint, crashPoint, crashPoints } from './crash-point.ts';
export { type Db, type DbOptions, isDatabaseAway, openDb, type Queryable, type Tx } from './db.ts';
export { type DiskState, type DiskWatch, startDiskWatch, type WatchedDisk } from './disk-watch.ts';
export { type Gathered, gather } from './gather.ts';
export { letHeapGrow } from './heap.ts';
export { type Live, startLive } from './live.ts';
export { migrate } from './migrate.ts';
export {
  createTell,
  type Listener,
  type Listeners,
  type Outbox,
  startOutbox,
  type Tell,
  type TellOptions,
} from './outbox.ts';
export { spreadWaitMs } from './spread-wait.ts';
export { type Statement, sql } from './sql.ts';
