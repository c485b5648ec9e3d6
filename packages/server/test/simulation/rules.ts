// What must be true of the queue at every moment of every schedule. It looks at what was decided with eyes of its own: nothing here
// asks the functions that decided.
import { checkClaims } from './claims.ts';
import { must } from './must.ts';
import {
  type Group,
  type Job,
  type Pool,
  placeOf,
  type Start,
  type Watcher,
  type Worker,
  waitsForSlot,
} from './parts.ts';
import type { World } from './world.ts';

/** Of one hold, by a person or by the rule. */
const mostHeldMs = 2 * 3_600_000;

export class Rules implements Watcher {
  world!: World;
  /** Who plays it sets its alarms here. */
  onReady: (job: Job) => void = () => undefined;
  onSlotLater: (job: Job) => void = () => undefined;
  onHeld: (worker: Worker) => void = () => undefined;
  /** The longest run that there was, and the most shares that waited in one pool: what a wait is measured by. */
  #longestMs = 0;
  #mostShares = 0;
  #leastHandicap = 0;
  /** Times at which workers were held: while all of a pool are, nobody can do its jobs. */
  #holds = 1;
  readonly #ended = new Set<Job>();

  onStarts(pool: Pool, starts: readonly Start[]): void {
    this.#mostShares = Math.max(this.#mostShares, pool.lines.size);
    checkClaims(this.world, pool, starts);
    for (const { job } of starts) {
      this.#longestMs = Math.max(this.#longestMs, job.spec.seconds * 1000);
      this.#leastHandicap = Math.min(this.#leastHandicap, job.handicap);
      if (job.runCount === 0) this.#waitedNotTooLong(job);
    }
  }

  /**
   * A class and a priority are worth a head start, no more. When that is over no job that comes can be before it by its rank; and
   * between two that are, shares whose turn it is come first: each once its own runs have ended, so within a few longest runs.
   */
  #waitedNotTooLong(job: Job): void {
    const { now, limits, jobs } = this.world;
    const headStartMs = (job.handicap - this.#leastHandicap) * 1000;
    const budgetMs = job.pool.waitBudgetSeconds * 1000;
    const overMs = now - Math.max(job.inLineSince!, job.since + headStartMs) - budgetMs - this.#holds * mostHeldMs;
    if (overMs <= 0) return;
    let before = 0;
    for (const one of jobs.values()) {
      if (one.pool === job.pool && one.rank <= job.rank) before += one.spec.attempts;
    }
    const boundMs = (before + 1) * (this.#mostShares + 2) * (this.#longestMs + limits.leaseSeconds * 1000);
    if (overMs > boundMs) {
      must('nobody starves', `job ${job.jobId} waited ${overMs / 1000} s too long; the bound is ${boundMs / 1000} s`);
    }
  }

  onAbsorb(survivor: Job, older: readonly Job[]): void {
    const { spec, lane } = survivor;
    const all = older.reduce((sum, one) => sum + 1 + one.absorbed, survivor.absorbed);
    if (all > spec.coalesce) must('limit of coalescing', `job ${survivor.jobId} stands for ${all} of ${spec.coalesce}`);
    for (const one of [survivor, ...older]) {
      if (one.spec.cause !== 'push' || one.raised)
        must('hand-made is built', `job ${one.jobId} was joined with others`);
      if (one.state !== 'ready' && !waitsForSlot(one))
        must('a run is not joined', `job ${one.jobId} was joined while ${one.state}`);
    }
    for (const one of older) {
      if (one.lane !== lane) must('one lane', `job ${one.jobId} was joined across lanes`);
      if (one.spec.push >= spec.push) must('newest', `job ${one.jobId} was joined into an older push`);
    }
    const oldest = older.at(-1)?.spec.push ?? spec.push;
    for (const one of this.world.jobs.values()) {
      const isBetween = one.spec.push > oldest && one.spec.push < spec.push && one.lane === lane;
      const isInLine = one.state === 'ready' || (waitsForSlot(one) && one.group === survivor.group);
      const isLeftOut = isBetween && isInLine && one.most > 0 && !older.includes(one);
      if (isLeftOut)
        must('contiguous', `job ${one.jobId} was left out between those that ${survivor.jobId} stands for`);
    }
  }

  onAbsorbed(survivor: Job, older: readonly Job[]): void {
    for (const one of older) {
      const [place, its] = [placeOf(survivor), placeOf(one)];
      const isKept = survivor.priority >= one.priority && place.since <= its.since && place.rank <= its.rank;
      if (!isKept) must('place of who stands for others', `job ${survivor.jobId} has not that of job ${one.jobId}`);
    }
  }

  onSlot(group: Group, job: Job): void {
    if (job.slot!.notBefore > this.world.now) must('time of a slot', `job ${job.jobId} got a slot before its time`);
    if (group.taken >= group.slots) must('limit of a group', `job ${job.jobId} got a slot beyond ${group.slots}`);
    for (const one of group.waiting) {
      if (one.slot!.notBefore <= this.world.now && one.slot!.rank < job.slot!.rank)
        must('order in a group', `job ${job.jobId} got a slot before ${one.jobId}`);
    }
  }

  onDone(job: Job): void {
    if (this.#ended.has(job)) must('one end', `job ${job.jobId} ended twice`);
    this.#ended.add(job);
    if (job.erroredCount > job.spec.attempts) must('attempts', `job ${job.jobId} errored ${job.erroredCount} times`);
    if (job.verdict !== 'passed') return;
    if (job.coalescedInto)
      must('coalesced is never green', `job ${job.jobId} passed, and job ${job.coalescedInto.jobId} ran`);
    if (job.runCount === 0) must('passed has run', `job ${job.jobId} passed without a run`);
  }

  onQuarantined(worker: Worker): void {
    this.#holds += 1;
    const those = [...this.world.fleet.workers.values()].filter(
      (one) => one === worker || (one.isThere && one.spec.pools.some((name) => worker.spec.pools.includes(name))),
    );
    const held = those.filter((one) => one.hold === 'by rule').length;
    const able = those.filter((one) => one.hold !== 'by person').length;
    if (held * 2 > able) must('no more than half are taken out', `${held} of ${able} workers are taken out`);
    this.onHeld(worker);
  }

  atTheEnd(): void {
    for (const job of this.world.jobs.values()) {
      if (job.state !== 'done') must('all come to an end', `job ${job.jobId} is ${job.state} for ever`);
      if (job.coalescedInto && job.verdict !== 'skipped')
        must('coalesced is never green', `job ${job.jobId} ${job.verdict}`);
    }
    for (const [name, group] of this.world.groups) {
      if (group.taken > 0 || group.waiting.size > 0)
        must('slots come back', `group ${name} keeps ${group.taken} slots`);
    }
    for (const pool of this.world.pools.values()) {
      if (pool.lines.size > 0) must('nothing is left', `pool ${pool.name} has jobs in line`);
    }
  }
}
