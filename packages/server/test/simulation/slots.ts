// Concurrency groups in the simulation's world, by the rule that enter-groups.ts writes in SQL: the first in line whose time has come
// gets a free slot.
import type { Group, Job } from './parts.ts';

export type SlotsParts = {
  readonly now: () => number;
  /** Told before a job gets its slot. */
  readonly onSlot: (group: Group, job: Job) => void;
  /** Told of a job that may have a slot only from a time on. */
  readonly onLater: (job: Job) => void;
  /** It has its slot, and misses nothing more. */
  readonly enter: (job: Job) => void;
};

export class Slots {
  readonly #parts: SlotsParts;

  constructor(parts: SlotsParts) {
    this.#parts = parts;
  }

  /** They come into their groups' lines; `give` gives what is free. */
  wait(jobs: readonly Job[]): void {
    const now = this.#parts.now();
    for (const job of jobs) {
      job.state = 'held';
      job.slot = {
        taken: false,
        rank: now + job.handicap * 1000,
        since: now,
        notBefore: now + job.spec.delaySeconds * 1000,
      };
      job.group!.waiting.add(job);
      if (job.slot.notBefore > now) this.#parts.onLater(job);
    }
  }

  give(groups: Iterable<Group>): void {
    for (const group of new Set(groups)) {
      for (let first = this.#firstOf(group); first; first = this.#firstOf(group)) {
        this.#parts.onSlot(group, first);
        group.waiting.delete(first);
        group.taken += 1;
        first.slot!.taken = true;
        this.#parts.enter(first);
      }
    }
  }

  #firstOf(group: Group): Job | undefined {
    if (group.taken >= group.slots) return undefined;
    const now = this.#parts.now();
    let first: Job | undefined;
    for (const job of group.waiting) {
      if (job.slot!.notBefore <= now && (!first || isSlotBefore(job, first))) first = job;
    }
    return first;
  }

  /** All of them, before any of what they held is given. */
  leave(jobs: readonly Job[]): void {
    const left: Group[] = [];
    for (const job of jobs) {
      const { group, slot } = job;
      if (!group || !slot) continue;
      if (slot.taken) group.taken -= 1;
      else group.waiting.delete(job);
      job.slot = null;
      left.push(group);
    }
    this.give(left);
  }
}

const isSlotBefore = (a: Job, b: Job) =>
  a.slot!.rank < b.slot!.rank || (a.slot!.rank === b.slot!.rank && a.jobId < b.jobId);
