// The small world that chaos breaks: PostgreSQL, servers and workers as real processes, and between any two of them a link
// that can fail. The kit itself looks at the database past all links.
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type Client, createClient, Refused } from '@signalbox/protocol';
import { type Db, openDb } from '../../packages/server/src/base/index.ts';
import { type Postgres, removePostgres, startPostgres } from '../../packages/server/src/base/postgres/index.ts';
import { listPlaces } from '../../packages/worker/src/supervisor/place.ts';
import { directoryToRemove, quickDirectory } from '../kit/temporary.ts';
import { Link } from './proxy.ts';
import { Requests } from './requests.ts';
import { Station } from './station.ts';

export type ServerStation = { readonly station: Station; readonly database: Link; readonly requests: Requests };
export type WorkerStation = {
  readonly data: string;
  readonly station: Station;
  readonly pools: readonly string[];
  readonly ways: readonly Link[];
};

export type World = {
  /** For files of tests; gone with the world. */
  readonly directory: string;
  readonly postgres: Postgres;
  /** Past all links. */
  readonly db: Db;
  readonly servers: readonly ServerStation[];
  readonly workers: readonly WorkerStation[];
  readonly links: readonly Link[];
  /** A person at the server with this number. */
  person(server: number): Client;
  /** Asks one server after another until one answers. @throws Refused */
  ask<Answer>(work: (client: Client) => Promise<Answer>): Promise<Answer>;
  /** Kills PostgreSQL with all its processes; it is started again at once. */
  killPostgres(): void;
  /** What each process printed last, for whoever looks for a cause. */
  lastWords(lines?: number): string;
  /** All that they printed, in a directory that stays; gives its path. */
  keepWords(name: string): Promise<string>;
  close(): Promise<void>;
};

export type WorldOptions = {
  readonly servers: number;
  /** Pools of each worker. */
  readonly workers: readonly (readonly string[])[];
  readonly capacity?: number;
  readonly serverEnv?: NodeJS.ProcessEnv;
  readonly workerEnv?: NodeJS.ProcessEnv;
  /** Of one server, by its number. */
  readonly env?: (server: number) => NodeJS.ProcessEnv;
};

/** Times that a test can wait for; all of them are settings. */
const quickServer = {
  SIGNALBOX_LEASE_SECONDS: '6',
  SIGNALBOX_FIRST_LEASE_SECONDS: '5',
  SIGNALBOX_OUTAGE_SECONDS: '12',
  SIGNALBOX_RETRY_SECONDS: '0',
  SIGNALBOX_RETRY_MOST_SECONDS: '1',
  SIGNALBOX_LOG_WAIT_SECONDS: '45',
  // Workers lose runs all the time here.
  SIGNALBOX_QUARANTINE_AFTER: '0',
  SIGNALBOX_DATABASE_CONNECTIONS: '8',
  SIGNALBOX_LOG_STYLE: 'json',
} as const;
const quickWorker = {
  SIGNALBOX_WORKER_CALL_SECONDS: '3',
  SIGNALBOX_WORKER_CLAIM_WAIT_SECONDS: '2',
  SIGNALBOX_WORKER_RENEW_WAIT_SECONDS: '1',
  SIGNALBOX_WORKER_RETRY_MILLIS: '50',
  SIGNALBOX_WORKER_RETRY_MOST_MILLIS: '500',
  SIGNALBOX_WORKER_LOG_MILLIS: '100',
  SIGNALBOX_WORKER_LOG_CHUNK_BYTES: '4096',
  SIGNALBOX_WORKER_REPORT_MILLIS: '100',
  SIGNALBOX_WORKER_SPOOL_MILLIS: '200',
  SIGNALBOX_WORKER_GRACE_SECONDS: '0.5',
  SIGNALBOX_WORKER_LAST_OUTPUT_SECONDS: '0.5',
  SIGNALBOX_WORKER_MIN_FREE_BYTES: '0',
} as const;

/** Starts it all; servers and workers wait to be started. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const home = await directoryToRemove('chaos');
  const cluster = await quickDirectory('chaos-database');
  const postgres = await startPostgres({
    dataDirectory: cluster,
    binDirectory: process.env['SIGNALBOX_POSTGRES_BIN'],
    // A link needs a port. And what is acknowledged must be there after a kill.
    transport: 'tcp',
    durable: true,
  });
  const db = openDb(postgres.url, { poolSize: 3, onError: () => undefined });
  const port = Number(new URL(postgres.url).port);
  const servers: ServerStation[] = [];
  for (let number = 0; number < options.servers; number += 1) {
    servers.push(await openServer(number, home.path, postgres.url, port, options));
  }
  const workers: WorkerStation[] = [];
  for (const [number, pools] of options.workers.entries()) {
    workers.push(await openWorker(number, pools, home.path, servers, options));
  }
  const links = [...servers.map((server) => server.database), ...workers.flatMap((worker) => worker.ways)];
  const person = (number: number) => createClient({ server: `http://127.0.0.1:${portOf(servers[number]!)}` });
  return {
    directory: home.path,
    postgres,
    db,
    servers,
    workers,
    links,
    person,
    ask: (work) => askInTurn(work, person, servers.length),
    killPostgres: () => send('SIGKILL', postgres.pid),
    lastWords: (lines = 40) =>
      [...servers, ...workers]
        .map(
          ({ station }) =>
            `--- ${station.name}\n${station.programs.at(-1)?.output.split('\n').slice(-lines).join('\n')}`,
        )
        .join('\n'),
    async keepWords(name) {
      const place = join(tmpdir(), `signalbox-${name}`);
      await mkdir(place, { recursive: true });
      for (const { station } of [...servers, ...workers]) {
        const words = station.programs.map(({ pid, output }) => `--- process ${pid}\n${output}`).join('\n');
        await writeFile(join(place, `${station.name}.txt`), words);
      }
      return place;
    },
    async close() {
      await Promise.all([...servers, ...workers].map(({ station }) => station.kill9()));
      // Asked to, it ends all that it runs.
      for (const worker of workers) send('SIGTERM', ...supervisorsOf(worker.data));
      await Promise.all(links.map((link) => link.close()));
      await Promise.all(servers.map(({ requests }) => requests.close()));
      await db.close();
      await postgres.stop();
      await removePostgres(cluster);
      await home.remove();
    },
  };
}

const ports = new WeakMap<Station, number>();
const portOf = ({ station }: Pick<ServerStation, 'station'>) => ports.get(station) ?? 1;

async function openServer(
  number: number,
  home: string,
  databaseUrl: string,
  databasePort: number,
  options: WorldOptions,
): Promise<ServerStation> {
  const database = new Link(`s${number + 1}-db`, () => ({ host: '127.0.0.1', port: databasePort }));
  await database.open();
  const url = new URL(databaseUrl);
  url.port = String(database.port);
  const station: Station = new Station({
    name: `s${number + 1}`,
    // One archive for all, as on one machine.
    args: () => ['serve', '--data', join(home, 'data'), '--listen', '127.0.0.1:0'],
    env: { ...quickServer, DATABASE_URL: url.href, ...options.serverEnv, ...options.env?.(number) },
    sign: /Signalbox listens on/,
    up: (line) => void ports.set(station, Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1])),
  });
  const requests = new Requests(() => ({ host: '127.0.0.1', port: portOf({ station }) }));
  await requests.open();
  return { station, database, requests };
}

async function openWorker(
  number: number,
  pools: readonly string[],
  home: string,
  servers: readonly ServerStation[],
  options: WorldOptions,
): Promise<WorkerStation> {
  const name = `w${number + 1}`;
  const data = join(home, name);
  const ways = servers.map(
    ({ station, requests }) => new Link(`${name}-${station.name}`, () => ({ host: '127.0.0.1', port: requests.port })),
  );
  for (const way of ways) await way.open();
  const station = new Station({
    name,
    args: () => [
      'worker',
      // Each worker has another first server.
      ...['--server', ways.map((_, index) => addressOf(ways[(number + index) % ways.length]!)).join(',')],
      ...['--name', name, '--pools', pools.join(','), '--capacity', String(options.capacity ?? 2)],
      ...['--data', data],
    ],
    env: { ...quickWorker, SIGNALBOX_TOKEN_FILE: join(home, 'data', 'worker-token'), ...options.workerEnv },
    sign: /Worker \w+: \d+ at once/,
  });
  return { station, pools, ways, data };
}

const addressOf = (link: Link) => `http://127.0.0.1:${link.port}`;

/** Every call may be repeated: whoever is not answered asks the next one. */
async function askInTurn<Answer>(
  work: (client: Client) => Promise<Answer>,
  person: (server: number) => Client,
  servers: number,
): Promise<Answer> {
  // A slow machine takes its time to start servers that are killed again and again.
  const deadline = performance.now() + 180_000;
  for (let turn = 0; ; turn += 1) {
    try {
      return await Promise.race([work(person(turn % servers)), tooLate(5)]);
    } catch (error) {
      if (error instanceof Refused || performance.now() > deadline) throw error;
      await after(50);
    }
  }
}

async function tooLate(seconds: number): Promise<never> {
  await after(seconds * 1000, undefined, { ref: false });
  throw new Error(`no answer within ${seconds} s`);
}

/** The processes that run the steps of a worker, and outlive it. */
export const supervisorsOf = (data: string): number[] =>
  listPlaces(data).flatMap(({ record }) => (record ? [record.owner.processId] : []));

/** To processes, of which some may have ended by now. */
export function send(signal: NodeJS.Signals, ...pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      // 0 would be all of ours.
      if (pid > 0) process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
