// Finds the supervisors that earlier worker processes have left on this machine, and takes up the runs that they hold.
import { connect } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type OwnLog, tell } from '../own-log.ts';
import { isAlive } from '../owner.ts';
import { socketChannel } from '../supervisor/channel.ts';
import { type ListedRun, type TakenRun, understood } from '../supervisor/messages.ts';
import { listPlaces, type Place, removePlace, type SupervisorRecord } from '../supervisor/place.ts';
import type { RunHold } from './run-hold.ts';
import { SupervisorLink } from './supervisor-link.ts';

export type TakeUp = {
  readonly dataDir: string;
  /** This worker's own supervisor is not asked. */
  readonly own: string | null;
  /** Says to a supervisor who this is. */
  readonly greet: (link: SupervisorLink) => void;
  readonly isOurs: (run: ListedRun) => boolean;
  /** A run of the supervisor with this name is in the hands of a worker that lives. */
  readonly isInUse: (supervisor: string) => boolean;
  readonly log: OwnLog;
};

export type Found = {
  readonly taken: readonly { readonly link: SupervisorLink; readonly hold: RunHold; readonly run: TakenRun }[];
  /** Claims of runs that a supervisor holds, for us or for others: they are not left over. */
  readonly claims: ReadonlySet<string>;
  /** Names of supervisors that were ended, for they are of a version that this one does not understand. */
  readonly strange: ReadonlySet<string>;
};

/** Starting a supervisor takes a moment before it can be asked. */
const youngMillis = 60_000;
const connectMillis = 5_000;
const looks = 100;
const lookMillis = 20;

export async function takeUp(options: TakeUp): Promise<Found> {
  const taken: Found['taken'][number][] = [];
  const claims = new Set<string>();
  const strange = new Set<string>();
  const ask = async (place: Place) => {
    const { record, path } = place;
    if (!record || !isAlive(record.owner)) return clear(place);
    if (!understood.includes(record.protocol)) {
      if (isAlive(record.worker) || options.isInUse(basename(path))) return;
      end(record, place, options.log);
      strange.add(basename(path));
      return;
    }
    const link = await connectTo(record, path);
    options.greet(link);
    for (const run of await listed(link)) {
      claims.add(run.claimId);
      const got = options.isOurs(run) && !run.holder ? await link.take(run.claimId) : null;
      if (got) taken.push({ link, hold: got.hold, run: got.taken });
    }
    if (link.isIdle) link.close();
  };
  const places = listPlaces(options.dataDir).filter(({ path }) => basename(path) !== options.own);
  await Promise.all(
    places.map((place) =>
      ask(place).catch((error: unknown) => {
        options.log.warn(`A supervisor of steps does not answer: ${tell(error)}`, { place: place.path });
      }),
    ),
  );
  return { taken, claims, strange };
}

/** A supervisor may need a moment to see that its worker has died. */
async function listed(link: SupervisorLink): Promise<readonly ListedRun[]> {
  for (let look = 1; ; look++) {
    const runs = await link.list();
    if (look >= looks || !runs.some(({ holder }) => holder && !isAlive(holder))) return runs;
    await after(lookMillis);
  }
}

function clear({ path, record, ageMillis }: Place): void {
  if (record || ageMillis > youngMillis) removePlace(path);
}

/** Its runs cannot be taken up, so they must not go on. */
function end({ owner, protocol }: SupervisorRecord, { path }: Place, log: OwnLog): void {
  log.warn(`A supervisor of steps speaks version ${protocol}, which this worker does not: its runs are given up`);
  process.kill(owner.processId, 'SIGKILL');
  removePlace(path);
}

function connectTo({ address }: SupervisorRecord, path: string): Promise<SupervisorLink> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), connectMillis);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(new SupervisorLink(socketChannel(socket), basename(path)));
    });
  });
}
