// What may be claimed in the simulation's world: the lines of the pools, and the pauses that keep jobs out of them.
import type { PauseTarget } from './load.ts';
import { isBefore, type Job, type Pool } from './parts.ts';

export class Lines {
  /** Pools in which something has changed since their last round. */
  readonly dirty = new Set<Pool>();
  readonly #pauses = new Set<PauseTarget>();

  /** Among what may be claimed now, if it may. */
  enter(job: Job, now: number): void {
    if (job.state !== 'ready' || job.isInLine || job.notBefore > now || this.isPaused(job)) return;
    job.isInLine = true;
    const { pool } = job;
    const line = pool.lines.get(job.share);
    if (!line) pool.lines.set(job.share, [job]);
    else {
      let place = line.length;
      while (place > 0 && isBefore(job, line[place - 1]!)) place -= 1;
      line.splice(place, 0, job);
    }
    job.inLineSince ??= now;
    this.dirty.add(pool);
  }

  leave(job: Job): void {
    if (job.most > 0) job.lane.ready.delete(job);
    if (!job.isInLine) return;
    job.isInLine = false;
    const { lines } = job.pool;
    const line = lines.get(job.share)!;
    line.splice(line.indexOf(job), 1);
    if (line.length === 0) lines.delete(job.share);
  }

  isPaused({ spec }: Job): boolean {
    if (this.#pauses.size === 0) return false;
    for (const { pool, branch, lane } of this.#pauses) {
      if (pool === spec.pool || (branch === spec.branch && (lane === undefined || lane === spec.lane))) return true;
    }
    return false;
  }

  pause(target: PauseTarget, jobs: Iterable<Job>): void {
    this.#pauses.add(target);
    for (const job of jobs) {
      if (job.state !== 'ready' || !this.isPaused(job)) continue;
      this.leave(job);
      if (job.most > 0) job.lane.ready.add(job);
      job.inLineSince = null;
    }
  }

  resume(target: PauseTarget, jobs: Iterable<Job>, now: number): void {
    const before = [...jobs].filter((job) => job.state === 'ready' && this.isPaused(job));
    this.#pauses.delete(target);
    for (const job of before) this.enter(job, now);
  }
}
