// A place in line is an instant: the time since which a job waits, moved by what it is. Pure. So age always counts, nothing
// starves, and the order of two jobs of one share never changes while they wait. Between shares, turns.ts decides.
import type { Cause } from '@signalbox/protocol';

export type OrderPolicy = {
  /** What one class is worth: a job of the next class comes first only when it has waited this much longer. */
  readonly classSeconds: number;
  /** What one point of priority is worth. */
  readonly prioritySeconds: number;
};

export type OrderFacts = { readonly cause: Cause; readonly level: number; readonly priority: number };

export const classes = 5;

/** 0 comes first: releases; then branches by level, 3 to 1; then try. */
export function classOf({ cause, level }: Pick<OrderFacts, 'cause' | 'level'>): number {
  if (cause === 'release') return 0;
  if (cause === 'try') return 4;
  return 4 - Math.min(3, Math.max(1, level));
}

/** Seconds added to the time since which a job waits. */
export function handicapSeconds(facts: OrderFacts, policy: OrderPolicy): number {
  return classOf(facts) * policy.classSeconds - facts.priority * policy.prioritySeconds;
}

/** Between whom a pool is shared: the branches of a repository; for try, people. */
export function shareOf(push: { repo: string; branch: string }, cause: Cause, person: string | null): string {
  return cause === 'try' && person ? `try ${person}` : `${push.repo} ${push.branch}`;
}
