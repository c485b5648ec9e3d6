// Concurrency groups in the simulation's world, by the rule that enter-groups.ts writes in SQL: the first in line gets a free slot.
import type { Group, Job } from './parts.ts';

export type SlotsParts = {
  readonly now: () => number;
  /** Told before a job gets its slot. */
  readonly onSlot: (group: Group, job: Job) => void;
  /** It has its slot, and misses nothing more. */
  readonly enter: (job: Job) => void;
};

export class Slots {
  readonly #parts: SlotsParts;

  constructor(parts: SlotsParts) {
    this.#parts = parts;
  }

  ask(jobs: readonly Job[]): void {
    if (jobs.length === 0) return;
    const now = this.#parts.now();
    const groups = new Set<Group>();
    for (const job of jobs) {
      const group = job.group!;
      job.state = 'held';
      job.slot = { taken: false, rank: now + job.handicap * 1000, since: now };
      group.waiting.add(job);
      groups.add(group);
    }
    for (const group of groups) this.give(group);
  }

  give(group: Group): void {
    while (group.taken < group.slots && group.waiting.size > 0) {
      let first: Job | undefined;
      for (const job of group.waiting) if (!first || isSlotBefore(job, first)) first = job;
      this.#parts.onSlot(group, first!);
      group.waiting.delete(first!);
      group.taken += 1;
      first!.slot!.taken = true;
      this.#parts.enter(first!);
    }
  }

  leave(job: Job): void {
    const { group, slot } = job;
    if (!group || !slot) return;
    if (slot.taken) group.taken -= 1;
    else group.waiting.delete(job);
    job.slot = null;
    this.give(group);
  }
}

const isSlotBefore = (a: Job, b: Job) =>
  a.slot!.rank < b.slot!.rank || (a.slot!.rank === b.slot!.rank && a.jobId < b.jobId);
