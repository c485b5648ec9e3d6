// Puts one server process together from the settings: the ground, then the roles that it was asked to have.
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { routes } from '@signalbox/protocol';
import {
  createDoorkeeper,
  createTokenFinder,
  ensureAdministrator,
  ensureWorkerToken,
  type Key,
  loadKey,
  mayListen,
  tokenPattern,
} from './access/index.ts';
import { createTell, type Db, type Live, migrate, openDb, startLive, startOutbox } from './base/index.ts';
import { type Postgres, startPostgres } from './base/postgres/index.ts';
import {
  createLog,
  createMetrics,
  defineGroundMetrics,
  type GroundMetrics,
  type Log,
  type Metrics,
} from './base/telemetry/index.ts';
import { createClaimWork } from './flow/claim-work.ts';
import { createFinishRun } from './flow/finish-run.ts';
import { defineCiMetrics } from './flow/metrics.ts';
import { startNoting } from './flow/note-answering.ts';
import { startReturning } from './flow/returning.ts';
import { createSealSoon } from './flow/seal-soon.ts';
import { createSettlePipelines } from './flow/settle-pipelines.ts';
import { createSubmitJobs } from './flow/submit-jobs.ts';
import { createSubscribers, topics } from './flow/subscribers.ts';
import { createTakeUp } from './flow/take-up.ts';
import { startTimetable, type Timetable } from './flow/timetable.ts';
import { openMirrors } from './forges/index.ts';
import {
  accessHandlers,
  actingHandlers,
  addPages,
  buildDoors,
  checkingHandlers,
  type DoorsOptions,
  orderingHandlers,
  seeingHandlers,
  startWatched,
  workingHandlers,
} from './http/index.ts';
import { type QueueLimits, startWaitingRoom } from './queue/index.ts';
import { openArchiveStore, type RecordLimits, recordDefaults } from './record/index.ts';
import type { Settings } from './settings.ts';

export type Server = {
  /** Where it listens; null without the role `api`. */
  readonly address: string | null;
  readonly databaseUrl: string;
  stop(): Promise<void>;
};

/** What a test may watch; a server in use has none of it. */
export type Watching = Pick<DoorsOptions, 'onDoors'>;

/** Starts everything; what was started is stopped again when a later part fails. @throws Error with what to do. */
export async function startServer(settings: Settings, watching: Watching = {}): Promise<Server> {
  const stops: (() => Promise<unknown>)[] = [];
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

async function start(
  settings: Settings,
  watching: Watching,
  stops: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Server> {
  const { host, port } = parseListen(settings.SIGNALBOX_LISTEN);
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
  await migrate(databaseUrl);
  const { db, live } = openGround(databaseUrl, settings, ground, log, stops);
  const key = await loadKey({
    text: settings.SIGNALBOX_SECRET_KEY ?? undefined,
    file: settings.SIGNALBOX_SECRET_KEY_FILE ?? undefined,
    defaultFile: path.join(data, 'secret-key'),
  });
  const parts = await gatherParts({ settings, data, db, live, log, metrics, key });
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
      onEnded: parts.ci.ended,
      onFailure: (entry, error) => log.warn({ err: error }, `${entry} failed; it is tried again`),
    });
    parts.timetable = timetable;
    stops.push(() => timetable.stop());
  }
  const address = has('api')
    ? await openDoors(settings, { host, port }, parts, { ground, log, metrics, ...watching }, stops)
    : null;
  return { address, databaseUrl, stop };
}

async function startOwnPostgres(
  settings: Settings,
  data: string,
  log: Log,
  stops: (() => Promise<unknown>)[],
): Promise<Postgres> {
  const postgres = await startPostgres({
    dataDirectory: path.join(data, 'postgres'),
    binDirectory: settings.SIGNALBOX_POSTGRES_BIN ?? undefined,
    log: (line) => log.info(line),
  });
  stops.push(() => postgres.stop());
  return postgres;
}

function openGround(
  url: string,
  settings: Settings,
  ground: GroundMetrics,
  log: Log,
  stops: (() => Promise<unknown>)[],
) {
  const onError = (error: Error) => log.warn(`The database connection broke: ${error.message}`);
  const db = openDb(url, { poolSize: settings.SIGNALBOX_DATABASE_CONNECTIONS, onQuery: ground.queried, onError });
  stops.push(() => db.close());
  ground.watchConnections(db.pool);
  const live = startLive(url, { onError });
  stops.push(() => live.stop());
  return { db, live };
}

type Gathering = { settings: Settings; data: string; db: Db; live: Live; log: Log; metrics: Metrics; key: Key };

async function gatherParts({ settings, data, db, live, metrics, key }: Gathering) {
  const queueLimits: QueueLimits = {
    leaseSeconds: settings.SIGNALBOX_LEASE_SECONDS,
    firstLeaseSeconds: settings.SIGNALBOX_FIRST_LEASE_SECONDS,
    outageSeconds: settings.SIGNALBOX_OUTAGE_SECONDS,
    retrySeconds: settings.SIGNALBOX_RETRY_SECONDS,
    retryMostSeconds: settings.SIGNALBOX_RETRY_MOST_SECONDS,
    quarantineAfter: settings.SIGNALBOX_QUARANTINE_AFTER,
    classSeconds: settings.SIGNALBOX_CLASS_SECONDS,
    prioritySeconds: settings.SIGNALBOX_PRIORITY_SECONDS,
  };
  const recordLimits: RecordLimits = {
    ...recordDefaults,
    appendBytes: settings.SIGNALBOX_LOG_APPEND_BYTES,
    readBytes: settings.SIGNALBOX_LOG_READ_BYTES,
    artifactBytes: settings.SIGNALBOX_ARTIFACT_BYTES,
    arrivalSeconds: settings.SIGNALBOX_LOG_WAIT_SECONDS,
    lostLogSeconds: settings.SIGNALBOX_LOST_LOG_SECONDS,
  };
  const ci = defineCiMetrics(metrics, db);
  return {
    db,
    live,
    key,
    ci,
    tell: createTell(topics),
    mirrors: await openMirrors(path.join(data, 'mirrors'), { timeoutSeconds: settings.SIGNALBOX_GIT_SECONDS }),
    store: await openArchiveStore({ kind: 'disk', directory: path.join(data, 'archive') }),
    queueLimits,
    recordLimits,
    settlePipelines: createSettlePipelines(db, live),
    tokenDirectory: data,
    timetable: null as Timetable | null,
  };
}

type Parts = Awaited<ReturnType<typeof gatherParts>>;

async function openDoors(
  settings: Settings,
  { host, port }: { host: string; port: number },
  parts: Parts,
  { ground, log, metrics, onDoors }: { ground: GroundMetrics; log: Log; metrics: Metrics } & Watching,
  stops: (() => Promise<unknown>)[],
): Promise<string> {
  const { db, live, key, queueLimits, recordLimits, settlePipelines } = parts;
  const publicUrl = settings.SIGNALBOX_PUBLIC_URL ?? undefined;
  const tokens = createTokenFinder(db, {
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
  const returning = startReturning({
    db,
    live,
    graceSeconds: Math.min(15, queueLimits.leaseSeconds),
    lostLogSeconds: recordLimits.lostLogSeconds,
  });
  stops.push(async () => returning.stop());
  const waitingRoom = startWaitingRoom({ db, live, limits: queueLimits, mayTake: returning.mayTake });
  const closing = new AbortController();
  const sealSoon = createSealSoon(db, () => parts.timetable?.sealSoon());
  const finishRun = createFinishRun({
    db,
    live,
    limits: queueLimits,
    settlePipelines,
    onEnded: (runId, verdict, hasLog) => {
      parts.ci.ended(verdict);
      if (hasLog) sealSoon(runId);
    },
  });
  const takeUp = createTakeUp({ db, live, limits: queueLimits, onTakenUp: parts.ci.takenUp });
  // Links need the address, which is known once it listens: only then does a worker come.
  const links = { publicUrl: publicUrl ?? '' };
  const claimWork = createClaimWork({
    db,
    live,
    key,
    waitingRoom,
    limits: queueLimits,
    publicUrl: () => links.publicUrl,
    finishRun,
    onClaimed: (seconds) => parts.ci.claimed(seconds),
  });
  const doors = buildDoors({
    doorkeeper,
    logger: log,
    limits: {
      jsonBytes: settings.SIGNALBOX_JSON_BYTES,
      headSeconds: settings.SIGNALBOX_HEAD_SECONDS,
      stallSeconds: settings.SIGNALBOX_STALL_SECONDS,
    },
    onAnswer: ground.answered,
    onClosing() {
      waitingRoom.stop();
      closing.abort();
    },
    onDoors,
    handlers: {
      ...seeingHandlers({ ...parts, watched }),
      ...actingHandlers(parts),
      ...orderingHandlers({
        ...parts,
        submitJobs: createSubmitJobs({ db, live, limits: queueLimits }),
      }),
      ...checkingHandlers(parts),
      ...accessHandlers({ db, live, doorkeeper, tokens, key }),
      ...workingHandlers({
        ...parts,
        queueLimits,
        recordLimits,
        claimWork,
        finishRun,
        takeUp,
        returning,
        watched,
        closing: closing.signal,
      }),
    },
  });
  await addPages(doors, { db, doorkeeper, store: parts.store, recordLimits, metrics });
  await makeFirstTokens(settings, parts, host);
  const stopNoting = startNoting(db, queueLimits.outageSeconds);
  stops.push(async () => stopNoting());
  // Before it listens: what waits within ends also when it cannot.
  stops.push(() => doors.close());
  await doors.listen({ host, port }).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'EADDRINUSE'
        ? 'something else listens there. Choose another with SIGNALBOX_LISTEN'
        : cause.message;
    throw new Error(`Cannot listen on ${settings.SIGNALBOX_LISTEN}: ${why}.`, { cause });
  });
  const address = addressOf(doors.server.address() as AddressInfo);
  links.publicUrl ||= address;
  log.info(`Signalbox listens on ${address}`);
  return address;
}

/** The tokens that an installation begins with lie in files that only the server's own user may read. */
async function makeFirstTokens(settings: Settings, { db, tokenDirectory }: Parts, host: string): Promise<void> {
  if (settings.SIGNALBOX_LOGIN === 'none') {
    await ensureWorkerToken(db, { file: path.join(tokenDirectory, 'worker-token'), name: `local worker (${host})` });
  } else {
    await ensureAdministrator(db, { file: path.join(tokenDirectory, 'admin-token'), name: 'first administrator' });
  }
}

/** @throws Error naming the setting. */
function parseListen(text: string): { host: string; port: number } {
  const parts = /^(?:\[([0-9a-f:]+)\]|([^:]+)):(\d{1,5})$/i.exec(text);
  if (!parts || Number(parts[3]) > 65_535)
    throw new Error(`SIGNALBOX_LISTEN=${text}: write it as host:port, for example 127.0.0.1:8080 or [::1]:8080.`);
  return { host: parts[1] ?? parts[2]!, port: Number(parts[3]) };
}

function addressOf({ address, family, port }: AddressInfo): string {
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
