// A job that does not come by itself, and why: what whoever waits for it is told, too. Pure.
import { type Blocker, type Outlook, outlooks } from '@signalbox/protocol';
import type { JobFacts } from './job-facts.ts';

export type Stuck = { readonly root: JobFacts; readonly blocker: Blocker };

export const severity = (outlook: Outlook): number => outlooks.indexOf(outlook);

/** The worst first; those that are alike stay in their order. */
export const worstFirst = (blockers: readonly Blocker[]): Blocker[] =>
  blockers.toSorted((a, b) => severity(b.outlook) - severity(a.outlook));

/** The worst of what keeps this job, unless it comes by itself. */
export function stuckBy(root: JobFacts, blockers: readonly Blocker[]): Stuck | null {
  const [worst] = worstFirst(blockers);
  return worst && worst.outlook !== 'be-patient' ? { root, blocker: worst } : null;
}

/** The first of the worst. */
export function worstOf(stuck: readonly (Stuck | null)[]): Stuck | null {
  return stuck.reduce(
    (worst, one) => (one && (!worst || severity(one.blocker.outlook) > severity(worst.blocker.outlook)) ? one : worst),
    null,
  );
}

export const named = ({ id, name }: JobFacts): string => `${name} (job ${id})`;
