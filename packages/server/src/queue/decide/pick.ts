// Which of the jobs in line go to which of the workers that ask, at this moment. Pure: the waiting room acts on it, the
// simulation plays it, and `explain` tells it.
import { type OrderPolicy, rankNow } from './rank.ts';

export type Candidate = {
  readonly jobId: number;
  readonly share: string;
  readonly laneId: number | null;
  /** Milliseconds since 1970: its place in line, before shares are looked at. */
  readonly rank: number;
  readonly since: number;
  /** Workers on which it errored. */
  readonly avoid: readonly number[];
};
export type Asking = { readonly claimId: string; readonly workerId: number; readonly cost: number };
export type PoolFacts = {
  /** Workers that are there and may take runs. */
  readonly workers: number;
  /** The lowest cost among them. */
  readonly cheapest: number;
  readonly waitBudgetSeconds: number;
};
export type Picking = {
  /** The jobs of each share in order. */
  readonly lines: ReadonlyMap<string, readonly Candidate[]>;
  /** Runs that each share has in the pool. */
  readonly running: ReadonlyMap<string, number>;
  readonly asking: readonly Asking[];
  readonly pool: PoolFacts;
  readonly isWarm: (workerId: number, laneId: number) => boolean;
  readonly policy: OrderPolicy;
  readonly now: number;
};
export type Pick = { readonly candidate: Candidate; readonly asking: Asking };

/** Jobs of one share that are passed over because none of the asking workers may have them. */
const mostPassedOver = 50;

export function pick(picking: Picking): Pick[] {
  const free = [...picking.asking];
  const heads = [...picking.lines].map(([share, line]) => new Head(line, picking.running.get(share) ?? 0));
  const picks: Pick[] = [];
  while (free.length > 0) {
    const head = firstOf(heads, picking.policy);
    if (!head) break;
    const candidate = head.take();
    const place = bestFor(candidate, free, picking);
    if (place < 0) {
      head.passOver();
      continue;
    }
    const [asking] = free.splice(place, 1);
    picks.push({ candidate, asking: asking! });
    head.running += 1;
  }
  return picks;
}

/** One share's line, from its first job that is not taken. */
class Head {
  readonly #line: readonly Candidate[];
  #next = 0;
  #passedOver = 0;
  running: number;

  constructor(line: readonly Candidate[], running: number) {
    this.#line = line;
    this.running = running;
  }

  get first(): Candidate | undefined {
    return this.#passedOver > mostPassedOver ? undefined : this.#line[this.#next];
  }

  take(): Candidate {
    return this.#line[this.#next++]!;
  }

  passOver(): void {
    this.#passedOver += 1;
  }
}

function firstOf(heads: readonly Head[], policy: OrderPolicy): Head | undefined {
  let best: Head | undefined;
  let bestRank = 0;
  for (const head of heads) {
    const { first } = head;
    if (!first) continue;
    const rank = rankNow(first.rank, head.running, policy);
    const isBefore = !best || rank < bestRank || (rank === bestRank && first.jobId < best.first!.jobId);
    if (isBefore) {
      best = head;
      bestRank = rank;
    }
  }
  return best;
}

/** The place of the worker that gets it: one that did this lane before, else a cheap one, else who asked first; -1: none may. */
function bestFor(candidate: Candidate, free: readonly Asking[], picking: Picking): number {
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
  if (candidate.avoid.includes(asking.workerId) && pool.workers > candidate.avoid.length) return 'errored-there';
  const isDear = asking.cost > pool.cheapest && pool.waitBudgetSeconds > 0;
  if (isDear && now - candidate.since < pool.waitBudgetSeconds * 1000) return 'cheaper-worker';
  return null;
}
