// What server and worker say to each other: registration, claims, leases, progress, the end.
import { type Static, Type } from 'typebox';
import { Cause, oneOf, Reason, Verdict } from '../words.ts';
import { ClaimId, Count, Instant, RowId } from './basics.ts';
import { JobAttributes, JobSpec, Step } from './job.ts';

export const PoolName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' });

export const WorkerFacts = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$', description: 'The same name is the same worker.' }),
  pools: Type.Array(PoolName, { minItems: 1, maxItems: 100, uniqueItems: true }),
  capacity: Type.Integer({ minimum: 1, maximum: 1000, description: 'Runs at once.' }),
  version: Type.String({ maxLength: 40 }),
  platform: Type.String({ maxLength: 100, description: 'Operating system and processor, as linux-x64.' }),
  cost: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1000,
      description: 'Dearer workers wait while a cheaper one of the pool may come, within the pool’s wait budget.',
    }),
  ),
  session: Type.Optional(ClaimId),
});
export type WorkerFacts = Static<typeof WorkerFacts>;

/** What a worker is told when it registers. */
export const Welcome = Type.Object({
  workerId: RowId,
  leaseSeconds: Type.Integer(),
  serverVersion: Type.String(),
});
export type Welcome = Static<typeof Welcome>;

/** One run, with all that is needed to do it. */
export const WorkOrder = Type.Object({
  runId: RowId,
  claimId: ClaimId,
  attempt: Type.Integer({ minimum: 1 }),
  leaseSeconds: Type.Integer({ description: 'How long the claim holds unless renewed.' }),
  job: Type.Object({ id: RowId, name: Type.String(), pool: PoolName, attributes: JobAttributes }),
  spec: JobSpec,
  pipeline: Type.Object({ id: RowId, buildId: Type.String(), cause: Cause }),
  repo: Type.Object({ id: RowId, name: Type.String(), url: Type.String() }),
  push: Type.Object({
    id: RowId,
    branch: Type.String(),
    revision: Type.String(),
    before: Type.Union([Type.String(), Type.Null()]),
    author: Type.String(),
    message: Type.String(),
    committedAt: Instant,
  }),
  secrets: Type.Record(Type.String(), Type.String()),
  links: Type.Object({ job: Type.String(), pipeline: Type.String() }),
});
export type WorkOrder = Static<typeof WorkOrder>;

export const ClaimRequest = Type.Object({
  claimId: ClaimId,
  waitSeconds: Type.Integer({ minimum: 0, maximum: 60, description: 'How long to wait for a run when none is ready.' }),
});
export const workerHolds = ['drained', 'quarantined', 'retired'] as const;
export const WorkerHold = Type.Object({
  kind: oneOf(
    workerHolds,
    'drained: takes no more runs until let go. quarantined: the same, because something is wrong with it. retired: for good.',
  ),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
});
export type WorkerHold = Static<typeof WorkerHold>;

export const ClaimAnswer = Type.Object({
  order: Type.Union([WorkOrder, Type.Null()]),
  hold: Type.Optional(WorkerHold),
});
export type ClaimAnswer = Static<typeof ClaimAnswer>;

export const RenewKnown = Type.Object(
  { cancelled: Type.Array(RowId, { maxItems: 1000 }), watched: Type.Array(RowId, { maxItems: 1000 }) },
  { description: 'What the worker has heard already: the answer waits for something else than this.' },
);
export type RenewKnown = Static<typeof RenewKnown>;
export const Held = Type.Object({ runId: RowId, claimId: ClaimId });
export const RenewRequest = Type.Object({
  held: Type.Array(Held, { maxItems: 1000 }),
  known: Type.Optional(RenewKnown),
  waitSeconds: Type.Integer({
    minimum: 0,
    maximum: 60,
    description: 'The leases are renewed at once; the answer may wait this long for something to tell.',
  }),
});
export type RenewRequest = Static<typeof RenewRequest>;
export const RenewAnswer = Type.Object({
  lost: Type.Array(RowId, { description: 'Runs that are no longer this worker’s: stop them, write nothing more.' }),
  cancelled: Type.Array(Type.Object({ runId: RowId, reason: Reason }), {
    description: 'Runs to end now; the worker still finishes them, as cancelled.',
  }),
  watched: Type.Array(RowId, { description: 'Runs whose log somebody reads now: send it within 250 ms.' }),
});
export type RenewAnswer = Static<typeof RenewAnswer>;

export const StepsReport = Type.Object({
  claimId: ClaimId,
  sequence: Type.Integer({
    minimum: 1,
    maximum: 2_147_483_647,
    description: 'Grows with each report of a run; an older one changes nothing.',
  }),
  steps: Type.Array(Step, { maxItems: 1000 }),
});
export type StepsReport = Static<typeof StepsReport>;

export const FinishRequest = Type.Object({
  claimId: ClaimId,
  verdict: Verdict,
  reason: Reason,
  steps: Type.Array(Step, { maxItems: 1000 }),
  logBytes: Type.Array(Count, {
    description: 'Length of each step’s whole log, by step index: the log may still be on its way.',
  }),
});
export type FinishRequest = Static<typeof FinishRequest>;
export const FinishAnswer = Type.Object({ verdict: Verdict, retried: Type.Boolean() });
export type FinishAnswer = Static<typeof FinishAnswer>;

/**
 * One gzip member of a step's log. A body of `append-log` is these members laid end to end;
 * the header `x-log-chunks` holds their descriptions as JSON.
 */
export const LogChunk = Type.Object({
  step: Type.Integer({ minimum: 0 }),
  offset: Type.Integer({ minimum: 0, description: 'In bytes of the uncompressed log of the step.' }),
  sizeBytes: Type.Integer({ minimum: 1, description: 'Uncompressed.' }),
  lines: Type.Integer({ minimum: 0, description: 'Line ends within.' }),
  memberBytes: Type.Integer({ minimum: 1, description: 'Compressed.' }),
});
export type LogChunk = Static<typeof LogChunk>;

export const workerStates = ['idle', 'busy', 'draining', 'silent', 'gone'] as const;
export const Worker = Type.Object({
  id: RowId,
  name: Type.String(),
  pools: Type.Array(PoolName),
  capacity: Type.Integer(),
  version: Type.String(),
  platform: Type.String(),
  state: oneOf(workerStates, 'silent: overdue. gone: signed off, or lost.'),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  cost: Type.Integer(),
  hold: Type.Union([Type.Object({ ...WorkerHold.properties, by: Type.String(), at: Instant }), Type.Null()], {
    description: 'Why it gets no runs, if it gets none.',
  }),
  erroredInARow: Type.Integer({ description: 'Runs that errored one after another.' }),
  running: Type.Array(Type.Object({ runId: RowId, jobId: RowId, jobName: Type.String(), claimedAt: Instant })),
});
export type Worker = Static<typeof Worker>;

/** What a person has stopped from being claimed. */
export const PauseTarget = Type.Object({
  kind: oneOf(['pool', 'branch', 'lane'], 'branch: the tree is closed.'),
  pool: Type.Optional(PoolName),
  repo: Type.Optional(Type.String({ maxLength: 100 })),
  branch: Type.Optional(Type.String({ maxLength: 250 })),
  lane: Type.Optional(Type.String({ maxLength: 200 })),
});
export type PauseTarget = Static<typeof PauseTarget>;
export const Pause = Type.Object({
  id: RowId,
  kind: oneOf(['pool', 'branch', 'lane'], ''),
  pool: Type.Union([Type.String(), Type.Null()]),
  repo: Type.Union([Type.String(), Type.Null()]),
  branch: Type.Union([Type.String(), Type.Null()]),
  lane: Type.Union([Type.String(), Type.Null()]),
  reason: Type.String(),
  by: Type.String(),
  at: Instant,
});
export type Pause = Static<typeof Pause>;

export const ConcurrencyGroup = Type.Object({
  name: Type.String(),
  slots: Type.Integer({ minimum: 0 }),
  taken: Type.Integer({ description: 'Jobs of the group that are ready or running.' }),
  waiting: Type.Integer(),
  changedBy: Type.Union([Type.String(), Type.Null()]),
  changedAt: Instant,
});
export type ConcurrencyGroup = Static<typeof ConcurrencyGroup>;

export const Pool = Type.Object({
  name: PoolName,
  waitBudgetSeconds: Type.Integer({
    description: 'How long a job waits for a cheaper worker while a dearer one is free.',
  }),
  ready: Type.Integer({ description: 'Jobs that a worker could claim now.' }),
  running: Type.Integer(),
  workers: Type.Integer({ description: 'Workers that are there now.' }),
  capacity: Type.Integer({ description: 'Runs that they can do at once.' }),
  oldestReadyAt: Type.Union([Instant, Type.Null()]),
});
export type Pool = Static<typeof Pool>;
