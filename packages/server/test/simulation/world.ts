// The queue's rows as objects. What to do is decided by the very functions that decide in the server; what follows is written down
// here by the rules that finish.ts, dependents.ts and absorb-older.ts write in SQL.
import type { Verdict } from '@signalbox/protocol';
import { absorb, type Coalescing } from '../../src/queue/decide/coalesce.ts';
import { pick } from '../../src/queue/decide/pick.ts';
import { shouldQuarantine } from '../../src/queue/decide/quarantine.ts';
import { handicapSeconds } from '../../src/queue/decide/rank.ts';
import { retry } from '../../src/queue/decide/retry.ts';
import { type QueueLimits, queueDefaults } from '../../src/queue/limits.ts';
import { Warm } from '../../src/queue/warm.ts';
import { Fleet } from './fleet.ts';
import { Lines } from './lines.ts';
import type { JobSpec, PauseTarget } from './load.ts';
import { Names } from './names.ts';
import {
  coalescing,
  type Group,
  isFree,
  type Job,
  type Pool,
  type Start,
  type Watcher,
  type Worker,
  waitsForSlot,
} from './parts.ts';
import { Slots } from './slots.ts';

/** What the server decides with; a test puts something broken in its place, to see that it is found. */
export const decisions = { pick, absorb, retry, shouldQuarantine };
export type Decisions = typeof decisions;

export class World {
  now = 0;
  readonly jobs = new Map<number, Job>();
  readonly pools = new Map<string, Pool>();
  readonly groups = new Map<string, Group>();
  readonly limits: QueueLimits;
  readonly lines = new Lines();
  readonly fleet = new Fleet(this.pools, (pool) => this.lines.dirty.add(pool));
  readonly #decide: Decisions;
  readonly #watcher: Watcher;
  readonly #names = new Names();
  readonly #slots: Slots;
  readonly #warm = new Warm();
  #turn = 0;

  constructor(watcher: Watcher, decide: Decisions = decisions, limits: QueueLimits = queueDefaults) {
    this.#watcher = watcher;
    this.#decide = decide;
    this.limits = limits;
    this.#slots = new Slots({
      now: () => this.now,
      onSlot: (group, job) => watcher.onSlot(group, job),
      onLater: (job) => watcher.onSlotLater(job),
      enter: (job) => this.#enter(job),
    });
  }

  addPool(name: string, waitBudgetSeconds: number): Pool {
    const pool: Pool = {
      name,
      waitBudgetSeconds,
      lines: new Map(),
      running: new Map(),
      served: new Map(),
      workers: [],
      facts: null,
    };
    this.pools.set(name, pool);
    return pool;
  }

  /** Jobs that come together. */
  submit(specs: readonly JobSpec[]): void {
    const made = specs.map((spec) => this.#make(spec));
    const grouped: Job[] = [];
    for (const job of made) {
      if (job.missing > 0) continue;
      if (job.group) grouped.push(job);
      else this.#enter(job);
    }
    this.#enterGroups(grouped);
    this.#absorbOlder(made);
    for (const { needs } of made) {
      for (const need of needs) if (need.verdict !== null && need.verdict !== 'passed') this.#skipDependents(need);
    }
  }

  #make(spec: JobSpec): Job {
    const { id, branch, cause, level, person, priority } = spec;
    const lane = this.#names.laneOf(branch, spec.lane);
    const needs = spec.needs.length === 0 ? none : spec.needs.flatMap((need) => this.jobs.get(need) ?? []);
    const job: Job = {
      spec,
      jobId: id,
      share: this.#names.shareOf(branch, cause, person),
      laneId: lane.id,
      lane,
      pool: this.pools.get(spec.pool)!,
      group: spec.group === null ? null : this.groups.get(spec.group)!,
      avoid: [],
      needs,
      dependents: [],
      since: 0,
      rank: 0,
      handicap: handicapSeconds({ cause, level, priority }, this.limits),
      priority,
      most: cause === 'push' ? spec.coalesce : 0,
      raised: false,
      absorbed: 0,
      coalescedInto: null,
      missing: 0,
      state: 'waiting',
      verdict: null,
      erroredCount: 0,
      runCount: 0,
      notBefore: 0,
      hasBeenReady: false,
      isInLine: false,
      inLineSince: null,
      slot: null,
    };
    this.jobs.set(id, job);
    for (const need of needs) {
      need.dependents.push(job);
      if (need.verdict !== 'passed') job.missing += 1;
    }
    return job;
  }

  /** They miss nothing but a slot: newer ones stand for older ones before slots are given. */
  #enterGroups(jobs: readonly Job[]): void {
    this.#slots.wait(jobs);
    this.#absorbOlder(jobs);
    this.#slots.give(jobs.map(({ group }) => group!));
  }

  /** Its time has come. */
  slotDue({ group }: Job): void {
    this.#slots.give([group!]);
  }

  /** It misses nothing more. Its age counts from the time from which it may begin; who waited for a slot has waited for that too. */
  #enter(job: Job): void {
    if (!job.hasBeenReady) {
      job.hasBeenReady = true;
      job.since = this.now + (job.slot ? 0 : job.spec.delaySeconds * 1000);
      job.notBefore = job.since;
    }
    this.#putInLine(job);
  }

  #putInLine(job: Job): void {
    job.state = 'ready';
    job.rank = job.since + job.handicap * 1000;
    if (job.most > 0) job.lane.ready.add(job);
    this.lines.enter(job, this.now);
    this.#watcher.onReady(job);
  }

  #done(job: Job, verdict: Verdict): void {
    job.state = 'done';
    job.verdict = verdict;
    this.#watcher.onDone(job);
  }

  #freeDependents(job: Job): void {
    if (job.dependents.length === 0) return;
    const freed = job.dependents.filter((one) => one.state === 'waiting' && --one.missing === 0);
    freed.sort((a, b) => a.jobId - b.jobId);
    const plain = freed.filter((one) => !one.group);
    for (const one of plain) this.#enter(one);
    this.#enterGroups(freed.filter((one) => one.group));
    this.#absorbOlder(plain);
  }

  #skipDependents(job: Job): void {
    for (const one of job.dependents) {
      if (one.state !== 'waiting') continue;
      this.#done(one, 'skipped');
      this.#skipDependents(one);
    }
  }

  #absorbOlder(entering: readonly Job[]): void {
    const those = entering.filter((one) => one.most > 0 && (one.state === 'ready' || waitsForSlot(one)));
    if (those.length > 1) those.sort((a, b) => a.spec.push - b.spec.push || a.jobId - b.jobId);
    for (const job of those) this.#absorbInto(job);
  }

  #absorbInto(job: Job): void {
    const others: Coalescing[] = [];
    for (const one of job.lane.ready) if (one !== job) others.push(coalescing(one));
    for (const one of job.group?.waiting ?? []) {
      if (one !== job && one.lane === job.lane && one.most > 0) others.push(coalescing(one));
    }
    if (others.length === 0) return;
    const {
      jobIds,
      absorbed,
      since,
      handicapSeconds: handicap,
      priority,
    } = this.#decide.absorb(coalescing(job), others);
    if (jobIds.length === 0) return;
    const older = jobIds.map((id) => this.jobs.get(id)!);
    this.#watcher.onAbsorb(job, older);
    for (const one of older) {
      this.lines.leave(one);
      one.coalescedInto = job;
      this.#done(one, 'skipped');
    }
    const wasReady = job.state === 'ready';
    if (wasReady) this.lines.leave(job);
    Object.assign(job, { absorbed, since, handicap, priority, hasBeenReady: true });
    if (wasReady) this.#putInLine(job);
    else Object.assign(job.slot!, { since, rank: since + handicap * 1000 });
    this.#watcher.onAbsorbed(job, older);
    for (const one of older) this.#skipDependents(one);
    this.#slots.leave(older);
  }

  raise(jobId: number, priority: number): void {
    const job = this.jobs.get(jobId);
    if (!job || job.state === 'done') return;
    const { cause, level } = job.spec;
    job.handicap = handicapSeconds({ cause, level, priority }, this.limits);
    if (job.slot) job.slot.rank = job.slot.since + job.handicap * 1000;
    const wasReady = job.state === 'ready';
    if (wasReady) this.lines.leave(job);
    Object.assign(job, { priority, raised: true, most: 0 });
    if (wasReady) this.#putInLine(job);
  }

  setSlots(name: string, slots: number): void {
    const group = this.groups.get(name)!;
    group.slots = slots;
    this.#slots.give([group]);
  }

  isPaused(job: Job): boolean {
    return this.lines.isPaused(job);
  }

  pause(target: PauseTarget): void {
    this.lines.pause(target, this.jobs.values());
  }

  resume(target: PauseTarget): void {
    this.lines.resume(target, this.jobs.values(), this.now);
  }

  /** What the waiting room does in one round of a pool, when all that are free ask. */
  round(pool: Pool, asking?: readonly Worker[]): readonly Start[] {
    if (pool.lines.size === 0) return [];
    const free = asking ?? pool.workers.filter(isFree);
    if (free.length === 0) return [];
    const picks = this.#decide.pick({
      lines: pool.lines,
      running: pool.running,
      served: pool.served,
      asking: free,
      pool: this.fleet.factsOf(pool),
      isWarm: (workerId, laneId) => this.#warm.has(workerId, laneId),
      now: this.now,
    });
    const starts = picks.map(({ candidate, asking: by }) => ({ job: candidate as Job, worker: by as Worker }));
    if (starts.length > 0) this.#watcher.onStarts(pool, starts);
    for (const start of starts) this.#begin(pool, start);
    return starts;
  }

  #begin(pool: Pool, { job, worker }: Start): void {
    this.lines.leave(job);
    job.state = 'running';
    job.runCount += 1;
    worker.job = job;
    pool.running.set(job.share, (pool.running.get(job.share) ?? 0) + 1);
    pool.served.set(job.share, ++this.#turn);
    this.#warm.did(worker.workerId, job.laneId);
  }

  /** The run of this worker ends. */
  end(worker: Worker, verdict: Verdict, reason: 'worker-lost' | 'worker-failed' = 'worker-failed'): void {
    const job = worker.job!;
    const { pool } = job;
    worker.job = null;
    pool.running.set(job.share, pool.running.get(job.share)! - 1);
    for (const name of worker.spec.pools) this.lines.dirty.add(this.pools.get(name)!);
    const { erroredCount } = job;
    const next = this.#decide.retry({ verdict, reason, erroredCount, attempts: job.spec.attempts }, this.limits);
    if (verdict === 'errored') job.erroredCount += 1;
    if (next.kind === 'again') {
      if (!job.avoid.includes(worker.workerId)) job.avoid.push(worker.workerId);
      job.notBefore = this.now + next.afterSeconds * 1000;
      this.#putInLine(job);
    } else {
      this.#done(job, verdict);
      if (verdict === 'passed') this.#freeDependents(job);
      else this.#skipDependents(job);
      this.#slots.leave([job]);
    }
    if (this.fleet.count(worker, verdict, this.limits.quarantineAfter, this.#decide.shouldQuarantine)) {
      this.#watcher.onQuarantined(worker);
    }
  }
}

const none: readonly Job[] = [];
