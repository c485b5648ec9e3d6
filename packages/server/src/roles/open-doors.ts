// The role `api`: everything behind the doors, and the doors themselves, listening.
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createDoorkeeper, createTokenFinder, ensureAdministrator, ensureWorkerToken } from '../access/index.ts';
import type { GroundMetrics, Log, Metrics } from '../base/telemetry/index.ts';
import { startNoting } from '../flow/note-answering.ts';
import { createSubmitJobs } from '../flow/submit-jobs.ts';
import {
  accessHandlers,
  actingHandlers,
  addPages,
  buildDoors,
  checkingHandlers,
  configuringHandlers,
  type DoorsOptions,
  findingHandlers,
  followDefaults,
  keepingHandlers,
  orderingHandlers,
  readingHandlers,
  sayWatched,
  seeingHandlers,
  startLogTaps,
  startWatched,
  tellingHandlers,
  uploadingHandlers,
  workingHandlers,
} from '../http/index.ts';
import type { Settings } from '../settings.ts';
import { addressOf } from './addresses.ts';
import type { Parts } from './parts.ts';
import type { Stops } from './stops.ts';
import { openWorkplace } from './workplace.ts';

/** What a test may watch; a server in use has none of it. */
export type Watching = Pick<DoorsOptions, 'onDoors'>;

export async function openDoors(
  settings: Settings,
  { host, port }: { host: string; port: number },
  parts: Parts,
  { ground, log, metrics, onDoors }: { ground: GroundMetrics; log: Log; metrics: Metrics } & Watching,
  stops: Stops,
): Promise<string> {
  const { db, queueDb, live, key, queueLimits, recordLimits } = parts;
  const publicUrl = settings.SIGNALBOX_PUBLIC_URL ?? undefined;
  const tokens = createTokenFinder(queueDb, {
    cacheSeconds: 5,
    onError: (error) => log.warn(`A last use was not noted: ${error.message}`),
  });
  stops.push(() => tokens.stop());
  const unwatchTokens = live.watch('tokens', () => tokens.forget());
  stops.push(async () => unwatchTokens());
  const doorkeeper = createDoorkeeper({
    login: settings.SIGNALBOX_LOGIN,
    publicUrl,
    tokens,
    session: {
      key: key.sessions,
      secure: publicUrl?.startsWith('https:') ?? false,
      seconds: settings.SIGNALBOX_SESSION_SECONDS,
    },
  });
  const watched = startWatched(live);
  stops.push(async () => watched.stop());
  const taps = startLogTaps({
    db,
    live,
    store: parts.store,
    onError: (error) => log.warn(`A followed log was not read: ${error.message}`),
    sayWatched: (runId) => void sayWatched(db, watched, [runId]).catch(() => undefined),
  });
  stops.push(async () => taps.stop());
  const followLimits = {
    ...followDefaults,
    followers: settings.SIGNALBOX_LOG_FOLLOWERS,
    stallSeconds: settings.SIGNALBOX_LOG_FOLLOW_STALL_SECONDS,
  };
  // Links need the address, which is known once it listens: only then does a worker come.
  const links = { publicUrl: publicUrl ?? '' };
  const workplace = openWorkplace(parts, () => links.publicUrl, log, stops);
  const doors = buildDoors({
    doorkeeper,
    logger: log,
    limits: {
      jsonBytes: settings.SIGNALBOX_JSON_BYTES,
      headSeconds: settings.SIGNALBOX_HEAD_SECONDS,
      stallSeconds: settings.SIGNALBOX_STALL_SECONDS,
    },
    onAnswer: ground.answered,
    onClosing: workplace.close,
    onDoors,
    handlers: {
      ...seeingHandlers({ ...parts, watched }),
      ...readingHandlers({ ...parts, doorkeeper, taps, followLimits }),
      ...findingHandlers({ ...parts, ...workplace }),
      ...tellingHandlers(parts),
      ...actingHandlers(parts),
      ...orderingHandlers({ ...parts, submitJobs: createSubmitJobs({ db: queueDb, live, limits: queueLimits }) }),
      ...checkingHandlers(parts),
      ...configuringHandlers(parts),
      ...keepingHandlers(parts),
      ...accessHandlers({ db, live, doorkeeper, tokens, key }),
      ...workingHandlers({ ...parts, ...workplace, watched }),
      ...uploadingHandlers({ ...parts, ...workplace }),
    },
  });
  await addPages(doors, { db, doorkeeper, store: parts.store, recordLimits, metrics, disk: parts.disk });
  await makeFirstTokens(settings, parts, host);
  const stopNoting = startNoting(db, queueLimits.outageSeconds);
  stops.push(async () => stopNoting());
  // Before it listens: what waits within ends also when it cannot.
  stops.push(() => doors.close());
  await listen(doors, { host, port }, settings.SIGNALBOX_LISTEN);
  const address = addressOf(doors.server.address() as AddressInfo);
  links.publicUrl ||= address;
  log.info(`Signalbox listens on ${address}`);
  return address;
}

/** @throws Error with what to do. */
async function listen(doors: FastifyInstance, place: { host: string; port: number }, asSet: string): Promise<void> {
  await doors.listen(place).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EADDRINUSE'
        ? 'something else listens there. Choose another with SIGNALBOX_LISTEN'
        : cause.message;
    throw new Error(`Cannot listen on ${asSet}: ${why}.`, { cause });
  });
}

/** The tokens that an installation begins with lie in files that only the server's own user may read. */
async function makeFirstTokens(settings: Settings, { db, tokenDirectory }: Parts, host: string): Promise<void> {
  if (settings.SIGNALBOX_LOGIN === 'none') {
    await ensureWorkerToken(db, { file: path.join(tokenDirectory, 'worker-token'), name: `local worker (${host})` });
  } else {
    await ensureAdministrator(db, { file: path.join(tokenDirectory, 'admin-token'), name: 'first administrator' });
  }
}
