// Starts PostgreSQL in a data directory and keeps it running, or adopts one that a killed server left running there.
import { makeSocketDirectory, readAddress, socketAddress, tcpAddress, urlOf } from './address.ts';
import { ensureDatabase } from './answer.ts';
import { type Binaries, chooseBinaries } from './binaries.ts';
import { clusterMajor, makeCluster } from './cluster.ts';
import { writeConfiguration } from './configuration.ts';
import { Keeper } from './keeper.ts';
import { openPlace, type Place } from './place.ts';
import { postmasterOf } from './processes.ts';
import { giveTo, type Identity, identities } from './unprivileged.ts';

export type PostgresOptions = {
  readonly dataDirectory: string;
  /** Where the binaries are: the setting SIGNALBOX_POSTGRES_BIN. Without it they are looked for. */
  readonly binDirectory?: string | undefined;
  /** One line for a person: what was started, adopted, lost and started again. */
  readonly log?: ((line: string) => void) | undefined;
  /** False lets a power cut lose or break everything, for speed: only for tests. */
  readonly durable?: boolean | undefined;
  /** A Unix socket, or TCP on loopback with a password where sockets are not at home (the default on Windows). */
  readonly transport?: 'socket' | 'tcp' | undefined;
  /** Root only: how to be somebody else, as PostgreSQL refuses root. Both are tried in this order when nothing is said. */
  readonly rootBecomes?: 'namespace' | 'user' | undefined;
};

export type Postgres = {
  readonly url: string;
  /** Whether it ran already: a killed server had left it. */
  readonly adopted: boolean;
  /** The process of PostgreSQL now; another after it was lost. */
  readonly pid: number;
  /** Ends it in good order, whoever started it. */
  stop(): Promise<void>;
};

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const log = options.log ?? (() => {});
  const durable = options.durable ?? true;
  const transport = options.transport ?? (process.platform === 'win32' ? 'tcp' : 'socket');
  const place = await openPlace(options.dataDirectory);
  const { binaries, identity } = await chooseProgram(place, options);

  await makeCluster(place, binaries, identity, { durable, transport });
  const address = transport === 'socket' ? socketAddress(place) : await tcpAddress(place);
  // Only before a launch: one that runs already may belong to another user, and would lose its own files.
  const prepare = async () => {
    for (const path of [place.directory, place.cluster, place.logDirectory]) await giveTo(identity, path);
    if (address.kind === 'socket') await makeSocketDirectory(address.directory, identity);
    await writeConfiguration(place, identity, { address, durable, major: binaries.major });
  };
  const keeper = new Keeper({ place, binaries, identity, address, prepare, log });
  const adopted = await keeper.start();
  const actual = (await readAddress(place)) ?? address;
  await ensureDatabase(actual, place.databaseName);
  return {
    url: urlOf(actual, place.databaseName),
    adopted,
    get pid() {
      return keeper.pid;
    },
    stop: () => keeper.stop(),
  };
}

async function chooseProgram(
  place: Place,
  options: PostgresOptions,
): Promise<{ binaries: Binaries; identity: Identity }> {
  const major = await clusterMajor(place);
  const problems: string[] = [];
  for (const identity of await identities(options.rootBecomes)) {
    try {
      // It must be able to enter, also to run binaries that are copied there.
      if (!(await postmasterOf(place.cluster))) await giveTo(identity, place.directory);
      return { identity, binaries: await chooseBinaries(place, identity, major, options.binDirectory) };
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new Error([...new Set(problems)].join('\n'));
}
