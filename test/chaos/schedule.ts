// What happens when, from a seed: pure, so that the same seed does the same again, as far as real processes can.
import { type FaultKind, faults } from './faults.ts';
import { type JobPlan, someJobs } from './jobs.ts';
import { type Random, randomFrom } from './random.ts';
import type { Fate } from './requests.ts';

export type PlannedFault = {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  /** Which of its targets, from 0 up to 1. */
  readonly which: number;
};
export type PlannedWork = { readonly atMs: number } & (
  | { readonly kind: 'push'; readonly jobs: readonly JobPlan[] }
  /** An earlier push is started again by hand; `isRepeated`: the call comes twice. */
  | { readonly kind: 'start'; readonly which: number; readonly isRepeated: boolean }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'rerun'; readonly which: number }
);
export type Schedule = { readonly faults: readonly PlannedFault[]; readonly work: readonly PlannedWork[] };

export type ScheduleOptions = {
  readonly seed: number;
  readonly seconds: number;
  readonly pools: readonly string[];
  /** Time between two faults, and between two pieces of work, on average. */
  readonly faultEverySeconds: number;
  readonly workEverySeconds: number;
  readonly without: readonly FaultKind[];
  readonly longestFaultSeconds: number;
};

export function scheduleOf(options: ScheduleOptions): Schedule {
  const random = randomFrom(options.seed);
  const { seconds } = options;
  return {
    work: times(random.stream('work times'), seconds, options.workEverySeconds).map((atMs, index) =>
      someWork(random.stream(`work ${index}`), atMs, index === 0, options.pools),
    ),
    faults: times(random.stream('fault times'), seconds, options.faultEverySeconds).map((atMs, index) =>
      someFault(random.stream(`fault ${index}`), atMs, options),
    ),
  };
}

/** The fate of each request of workers to one server: most go once. */
export function fates(seed: number, server: number): () => Fate {
  const random = randomFrom(`${seed}/requests of ${server}`);
  return () => {
    const kind = random.weighted({
      once: 88,
      twice: 3,
      'twice-at-once': 3,
      'again-later': 3,
      late: 2,
      'answer-lost': 1,
    });
    const ms = random.whole(20, 3000);
    return kind === 'again-later' || kind === 'late' ? { kind, ms } : { kind };
  };
}

function times(random: Random, seconds: number, everySeconds: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < seconds; at += everySeconds * (0.4 + 1.2 * random.number())) found.push(Math.round(at * 1000));
  return found;
}

function someWork(random: Random, atMs: number, isFirst: boolean, pools: readonly string[]): PlannedWork {
  const kind = isFirst ? 'push' : random.weighted({ push: 5, start: 4, cancel: 1, rerun: 1 });
  if (kind === 'push') return { kind, atMs, jobs: someJobs(random, pools) };
  const which = random.number();
  return kind === 'start' ? { kind, atMs, which, isRepeated: random.chance(0.3) } : { kind, atMs, which };
}

function someFault(
  random: Random,
  atMs: number,
  { without, longestFaultSeconds }: Pick<ScheduleOptions, 'without' | 'longestFaultSeconds'>,
): PlannedFault {
  const weights = Object.fromEntries(
    Object.entries(faults).map(([kind, { weight }]) => [kind, without.includes(kind as FaultKind) ? 0 : weight]),
  ) as Record<FaultKind, number>;
  const kind = random.weighted(weights);
  const [least, most] = faults[kind].seconds;
  return {
    kind,
    atMs,
    forMs: Math.round(Math.min(longestFaultSeconds, least + (most - least) * random.number()) * 1000),
    which: random.number(),
  };
}
