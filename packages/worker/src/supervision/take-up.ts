// Finds the supervisors that earlier worker processes have left on this machine, and takes up the runs that they hold.
import { connect } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type OwnLog, tell } from '../own-log.ts';
import { isAlive } from '../owner.ts';
import { socketChannel } from '../supervisor/channel.ts';
import { type ListedRun, type TakenRun, understood } from '../supervisor/messages.ts';
import { listPlaces, type Place, readRecord, removePlace, type SupervisorRecord } from '../supervisor/place.ts';
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

/** A place without anything in it is being made just now, or has been left so long ago. */
const youngMillis = 60_000;
/** How long a supervisor may take to answer: one that hangs must not keep the worker from its work. */
const answerMillis = 20_000;
const looks = 100;
const lookMillis = 20;

export async function takeUp(options: TakeUp): Promise<Found> {
  const taken: Found['taken'][number][] = [];
  const claims = new Set<string>();
  const strange = new Set<string>();
  const ask = async (place: Place) => {
    const record = await recordIn(place);
    const { path } = place;
    if (!record) return;
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
      inTime(ask(place)).catch((error: unknown) => {
        options.log.warn(`A supervisor of steps does not answer: ${tell(error)}`, { place: place.path });
      }),
    ),
  );
  return { taken, claims, strange };
}

/** Null when it has died: then its place is cleared. */
async function recordIn({ path, record, starting, ageMillis }: Place): Promise<SupervisorRecord | null> {
  let found = record;
  // A worker that dies young leaves a supervisor that has not said yet where it is.
  while (!found && starting && isAlive(starting)) {
    await after(lookMillis);
    found = readRecord(path);
  }
  if (found && isAlive(found.owner)) return found;
  if (found || starting || ageMillis > youngMillis) removePlace(path);
  return null;
}

async function inTime(work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = after(answerMillis, undefined, { signal: over.signal }).then(() => {
    throw new Error(`nothing for ${answerMillis / 1_000} s`);
  });
  late.catch(() => undefined);
  await Promise.race([work, late]).finally(() => over.abort());
}

/** A supervisor may need a moment to see that its worker has died. */
async function listed(link: SupervisorLink): Promise<readonly ListedRun[]> {
  for (let look = 1; ; look++) {
    const runs = await link.list();
    if (look >= looks || !runs.some(({ holder }) => holder && !isAlive(holder))) return runs;
    await after(lookMillis);
  }
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
    socket.once('error', reject);
    socket.once('connect', () => resolve(new SupervisorLink(socketChannel(socket), basename(path))));
  });
}
