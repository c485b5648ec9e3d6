// Everything that chaos does to the world: each fault begins, lasts a while, and is mended. Adding one is a line here.
import type { Link } from './proxy.ts';
import type { Station } from './station.ts';
import { send, supervisorsOf, type World } from './world.ts';

export type FaultKind = keyof typeof faults;

export type Fault = {
  /** How often it comes, among the others. */
  readonly weight: number;
  /** It lasts from so many to so many seconds. */
  readonly seconds: readonly [least: number, most: number];
  /** What it could be done to; the schedule says by a number which. */
  readonly targets: (world: World) => readonly Target[];
  readonly begin: (target: Target, world: World) => unknown;
  readonly end: (target: Target, world: World) => unknown;
};
type Target = {
  readonly name: string;
  readonly station?: Station;
  readonly link?: Link;
  /** Directory of a worker. */
  readonly data?: string;
};

const servers = (world: World): Target[] => world.servers.map(({ station }) => ({ name: station.name, station }));
const workers = (world: World): Target[] => world.workers.map(({ station }) => ({ name: station.name, station }));
const ways = (world: World): Target[] =>
  world.workers.flatMap((worker) => worker.ways).map((link) => ({ name: link.name, link }));
const databases = (world: World): Target[] =>
  world.servers.map(({ database }) => ({ name: database.name, link: database }));
const postgres = (): Target[] => [{ name: 'postgres' }];

const kill = ({ station }: Target) => station?.isUp && station.kill9();
const start = ({ station }: Target) => station?.start();
const clear = ({ link }: Target) => link?.turn({ kind: 'clear' });

export const faults = {
  'kill-server': { weight: 4, seconds: [0.1, 4], targets: servers, begin: kill, end: start },
  'stop-server': {
    weight: 2,
    seconds: [0.1, 3],
    targets: servers,
    begin: ({ station }) => station?.isUp && station.stop(),
    end: start,
  },
  'freeze-server': {
    weight: 1,
    seconds: [1, 9],
    targets: servers,
    begin: ({ station }) => station?.isUp && station.freeze(),
    end: ({ station }) => station?.thaw(),
  },
  'kill-worker': { weight: 4, seconds: [0.1, 9], targets: workers, begin: kill, end: start },
  // Its steps end with it; the worker gives their runs up.
  'kill-supervisor': {
    weight: 1,
    seconds: [0.1, 0.1],
    targets: (world) => world.workers.map(({ station, data }) => ({ name: station.name, data })),
    begin: ({ data }) => data && send('SIGKILL', ...supervisorsOf(data)),
    end: () => undefined,
  },
  'stop-worker': {
    weight: 1,
    seconds: [0.1, 3],
    targets: workers,
    begin: ({ station }) => station?.isUp && station.stop(3),
    end: start,
  },
  // Longer than a lease, sometimes: what it held is another's when it wakes.
  'freeze-worker': {
    weight: 2,
    seconds: [1, 12],
    targets: workers,
    begin: ({ station }) => station?.isUp && station.freeze(),
    end: ({ station }) => station?.thaw(),
  },
  'kill-postgres': {
    weight: 1,
    seconds: [0.1, 0.1],
    targets: postgres,
    begin: (_, world) => world.killPostgres(),
    end: () => undefined,
  },
  'end-database-sessions': {
    weight: 2,
    seconds: [0.1, 0.1],
    targets: postgres,
    begin: (_, { db }) =>
      db.pool
        .query(`select pg_terminate_backend(pid) from pg_stat_activity
                where application_name like 'signalbox%' and pid <> pg_backend_pid() and datname = current_database()`)
        .catch(() => undefined),
    end: () => undefined,
  },
  'cut-worker': {
    weight: 3,
    seconds: [0.1, 0.1],
    targets: ways,
    begin: ({ link }) => link?.cut(),
    end: () => undefined,
  },
  'refuse-worker': {
    weight: 2,
    seconds: [0.5, 6],
    targets: ways,
    begin: ({ link }) => link?.turn({ kind: 'refuse' }),
    end: clear,
  },
  'hold-worker': {
    weight: 2,
    seconds: [0.5, 6],
    targets: ways,
    begin: ({ link }) => link?.turn({ kind: 'hold' }),
    end: clear,
  },
  'half-open-worker': {
    weight: 2,
    seconds: [0.5, 6],
    targets: ways,
    begin: ({ link }) => link?.turn({ kind: 'half-open' }),
    end: clear,
  },
  'delay-worker': {
    weight: 2,
    seconds: [1, 6],
    targets: ways,
    begin: ({ link }) => link?.turn({ kind: 'delay', ms: 300 }),
    end: clear,
  },
  'throttle-worker': {
    weight: 1,
    seconds: [1, 6],
    targets: ways,
    begin: ({ link }) => link?.turn({ kind: 'throttle', bytesPerSecond: 20_000 }),
    end: clear,
  },
  'cut-database': {
    weight: 2,
    seconds: [0.1, 0.1],
    targets: databases,
    begin: ({ link }) => link?.cut(),
    end: () => undefined,
  },
  'refuse-database': {
    weight: 1,
    seconds: [0.5, 4],
    targets: databases,
    begin: ({ link }) => link?.turn({ kind: 'refuse' }),
    end: clear,
  },
  'hold-database': {
    weight: 1,
    seconds: [0.5, 4],
    targets: databases,
    begin: ({ link }) => link?.turn({ kind: 'hold' }),
    end: clear,
  },
  'half-open-database': {
    weight: 1,
    seconds: [0.5, 4],
    targets: databases,
    begin: ({ link }) => link?.turn({ kind: 'half-open' }),
    end: clear,
  },
  'delay-database': {
    weight: 1,
    seconds: [1, 5],
    targets: databases,
    begin: ({ link }) => link?.turn({ kind: 'delay', ms: 30 }),
    end: clear,
  },
} as const satisfies Record<string, Fault>;
