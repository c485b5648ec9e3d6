// What the simulation's world is made of: jobs, workers, pools, groups as objects; and who is told of what happens to them.
// Times are milliseconds.
import type { Verdict } from '@signalbox/protocol';
import type { Coalescing } from '../../src/queue/decide/coalesce.ts';
import type { Candidate, PoolFacts } from '../../src/queue/decide/pick.ts';
import type { JobSpec, WorkerSpec } from './load.ts';

export type Job = Candidate & {
  readonly spec: JobSpec;
  readonly jobId: number;
  readonly share: string;
  readonly laneId: number;
  readonly lane: Lane;
  readonly pool: Pool;
  readonly group: Group | null;
  readonly avoid: number[];
  readonly needs: readonly Job[];
  readonly dependents: Job[];
  since: number;
  rank: number;
  handicap: number;
  priority: number;
  most: number;
  raised: boolean;
  absorbed: number;
  coalescedInto: Job | null;
  missing: number;
  state: 'waiting' | 'held' | 'ready' | 'running' | 'done';
  verdict: Verdict | null;
  erroredCount: number;
  runCount: number;
  notBefore: number;
  hasBeenReady: boolean;
  isInLine: boolean;
  /** When it was in line for the first time with nothing that kept it; what stopped it since is not counted. */
  inLineSince: number | null;
  slot: Slot | null;
};
/** Of a concurrency group: waited for until it is taken. */
export type Slot = { taken: boolean; rank: number; since: number; readonly notBefore: number };
export type Worker = {
  readonly spec: WorkerSpec;
  readonly claimId: string;
  readonly workerId: number;
  readonly cost: number;
  isThere: boolean;
  hold: 'by person' | 'by rule' | null;
  erroredInARow: number;
  job: Job | null;
};
export type Lane = { readonly id: number; readonly branch: string; readonly ready: Set<Job> };
export type Pool = {
  readonly name: string;
  waitBudgetSeconds: number;
  /** What may be claimed now, by share, each in the order of its ranks. */
  readonly lines: Map<string, Job[]>;
  readonly running: Map<string, number>;
  readonly served: Map<string, number>;
  readonly workers: Worker[];
  facts: PoolFacts | null;
};
export type Group = { slots: number; taken: number; readonly waiting: Set<Job> };
export type Start = { readonly job: Job; readonly worker: Worker };

/** What the rules are told, so that they can object. */
export type Watcher = {
  /** It is ready: at once, or from a time on. */
  onReady(job: Job): void;
  /** One round of a pool: in their order, before anything is changed. */
  onStarts(pool: Pool, starts: readonly Start[]): void;
  onAbsorb(survivor: Job, older: readonly Job[]): void;
  onAbsorbed(survivor: Job, older: readonly Job[]): void;
  onSlot(group: Group, job: Job): void;
  /** It waits for a slot, and may have it only from a time on. */
  onSlotLater(job: Job): void;
  onDone(job: Job): void;
  onQuarantined(worker: Worker): void;
};

export const isFree = (worker: Worker): boolean => worker.isThere && !worker.hold && !worker.job;

export const isBefore = (a: Job, b: Job): boolean => a.rank < b.rank || (a.rank === b.rank && a.jobId < b.jobId);

/** It misses nothing but a slot of its group. */
export const waitsForSlot = ({ state, slot }: Job): boolean => state === 'held' && slot !== null && !slot.taken;

/** In the line of its pool, or in that of its group. */
export const placeOf = (job: Job): { readonly since: number; readonly rank: number } =>
  job.slot && !job.slot.taken ? job.slot : job;

export const coalescing = (job: Job): Coalescing => ({
  jobId: job.jobId,
  pushId: job.spec.push,
  most: job.most,
  absorbed: job.absorbed,
  since: placeOf(job).since,
  handicapSeconds: job.handicap,
  priority: job.priority,
});
