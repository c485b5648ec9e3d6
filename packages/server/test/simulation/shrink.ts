// Makes a load that breaks a rule as small as simple halving can: what is left is what a person has to understand.
import type { Load } from './load.ts';
import { Broken } from './must.ts';
import { play } from './play.ts';
import { type Decisions, decisions } from './world.ts';

export type Found = { readonly rule: string; readonly what: string; readonly load: Load };

/** null: all rules hold. */
export function find(load: Load, decide: Decisions = decisions): Found | null {
  try {
    play(load, decide);
    return null;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { rule: error.rule, what: error.message, load };
  }
}

/** The smallest load found that breaks the same rule. */
export function shrink(found: Found, decide: Decisions = decisions): Found {
  let best = found;
  const attempt = (load: Load): boolean => {
    const smaller = find(load, decide);
    if (smaller?.rule !== found.rule) return false;
    best = smaller;
    return true;
  };
  for (let before = Number.POSITIVE_INFINITY; sizeOf(best.load) < before; ) {
    before = sizeOf(best.load);
    leaveOut(
      () => best.load.jobs,
      (jobs) => attempt({ ...best.load, jobs }),
    );
    leaveOut(
      () => best.load.acts,
      (acts) => attempt({ ...best.load, acts }),
    );
    // The first worker of each pool stays: without it no job would come to its end.
    const stay = best.load.pools.length;
    leaveOut(
      () => best.load.workers.slice(stay),
      (workers) => attempt({ ...best.load, workers: [...best.load.workers.slice(0, stay), ...workers] }),
    );
  }
  return best;
}

/** Half of the list, then quarters, down to one by one; whatever may go, goes. */
function leaveOut<Item>(list: () => readonly Item[], attempt: (left: readonly Item[]) => boolean): void {
  for (let size = Math.ceil(list().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < list().length; ) {
      const left = [...list().slice(0, from), ...list().slice(from + size)];
      if (!attempt(left)) from += size;
    }
  }
}

const sizeOf = ({ jobs, acts, workers }: Load) => jobs.length + acts.length + workers.length;

/** For a person: the seed, what broke, and the load, a line each. */
export function told({ what, load }: Found): string {
  const lines = (name: string, items: readonly object[]) => items.map((item) => `  ${name} ${JSON.stringify(item)}`);
  return [
    `Seed ${load.seed}: ${what}`,
    ...lines('pool', load.pools),
    ...lines('worker', load.workers),
    ...lines('group', load.groups),
    ...lines('act', load.acts),
    ...lines('job', load.jobs),
  ].join('\n');
}
