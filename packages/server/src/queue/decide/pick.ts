// Which of the jobs in line go to which of the workers that ask, at this moment. Pure: the waiting room acts on it, the
// simulation plays it, and `explain` tells it.
import { type InLine, type Shares, Turns } from './turns.ts';

export type Candidate = InLine & {
  readonly laneId: number | null;
  /** Workers on which it errored. */
  readonly avoid: readonly number[];
};
export type Asking = { readonly claimId: string; readonly workerId: number; readonly cost: number };
export type PoolFacts = {
  /** Workers that are there and may take runs. */
  readonly workers: number;
  /** Some of them, where they are many: more than those on which one job can have errored. */
  readonly some: readonly number[];
  /** The lowest cost among them. */
  readonly cheapest: number;
  readonly waitBudgetSeconds: number;
};
export type Picking = Shares & {
  /** The jobs of each share in the order of their ranks. */
  readonly lines: ReadonlyMap<string, readonly Candidate[]>;
  readonly asking: readonly Asking[];
  readonly pool: PoolFacts;
  readonly isWarm: (workerId: number, laneId: number) => boolean;
  readonly now: number;
};
export type Pick = { readonly candidate: Candidate; readonly asking: Asking };

/** Jobs that are passed over in one round because nobody who asks may have them. */
const mostPassedOver = 1000;

export function pick(picking: Picking): Pick[] {
  const free = [...picking.asking];
  const turns = new Turns(picking.lines, picking);
  const picks: Pick[] = [];
  let cheapest = cheapestOf(free);
  for (let passedOver = 0; free.length > 0 && passedOver <= mostPassedOver; ) {
    const turn = turns.next();
    if (!turn) break;
    const place = bestFor(turn.job, free, cheapest!, picking);
    if (place < 0) {
      passedOver += 1;
      continue;
    }
    const [asking] = free.splice(place, 1);
    if (asking === cheapest) cheapest = cheapestOf(free);
    picks.push({ candidate: turn.job, asking: asking! });
    turn.given();
  }
  return picks;
}

function cheapestOf(free: readonly Asking[]): Asking | undefined {
  let cheapest = free[0];
  for (const asking of free) if (asking.cost < cheapest!.cost) cheapest = asking;
  return cheapest;
}

/** The place of the worker that gets it: one that did this lane before, else a cheap one, else who asked first; -1: none may. */
function bestFor(candidate: Candidate, free: readonly Asking[], cheapest: Asking, picking: Picking): number {
  // Of many young jobs that only dear workers could have, each is asked about once.
  if (whyNot(candidate, cheapest, picking.pool, picking.now) === 'cheaper-worker') return -1;
  let best = -1;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const [place, asking] of free.entries()) {
    if (whyNot(candidate, asking, picking.pool, picking.now) !== null) continue;
    const isWarm = candidate.laneId !== null && picking.isWarm(asking.workerId, candidate.laneId);
    const score = asking.cost * 2 + (isWarm ? 0 : 1);
    if (score < bestScore) {
      best = place;
      bestScore = score;
    }
    if (bestScore === 0) break;
  }
  return best;
}

export type WhyNot = 'errored-there' | 'cheaper-worker';

/** Why this worker does not get this job though it is free; null when it may. */
export function whyNot(candidate: Candidate, asking: Asking, pool: PoolFacts, now: number): WhyNot | null {
  // Another worker is preferred where there is one.
  const { avoid } = candidate;
  if (avoid.includes(asking.workerId) && pool.some.some((id) => !avoid.includes(id))) return 'errored-there';
  const isDear = asking.cost > pool.cheapest && pool.waitBudgetSeconds > 0;
  if (isDear && now - candidate.since < pool.waitBudgetSeconds * 1000) return 'cheaper-worker';
  return null;
}
