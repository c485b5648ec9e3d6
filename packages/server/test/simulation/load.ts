// What happens to a queue in one schedule, as a value: pools, workers, jobs, and what people do. It can be printed, and made smaller.
import type { Cause } from '@signalbox/protocol';
import { Random } from './random.ts';

/** All times in seconds from the beginning. */
export type Load = {
  readonly seed: number;
  readonly pools: readonly PoolSpec[];
  readonly workers: readonly WorkerSpec[];
  readonly groups: readonly GroupSpec[];
  readonly jobs: readonly JobSpec[];
  readonly acts: readonly Act[];
};
export type PoolSpec = { readonly name: string; readonly waitBudgetSeconds: number };
export type WorkerSpec = {
  readonly id: number;
  readonly pools: readonly string[];
  readonly cost: number;
  /** How many of its runs error, from 0 to 1. */
  readonly errs: number;
  readonly comesAt: number;
  /** It goes without a word. null: it stays, so that all jobs of its pools come to an end. */
  readonly goesAt: number | null;
};
export type GroupSpec = { readonly name: string; readonly slots: number };
export type JobSpec = {
  readonly id: number;
  readonly at: number;
  /** Pushes are numbered in their order; a push has one branch. */
  readonly push: number;
  readonly branch: string;
  readonly lane: string;
  readonly pool: string;
  readonly cause: Cause;
  readonly level: number;
  readonly person: string | null;
  readonly priority: number;
  readonly coalesce: number;
  readonly group: string | null;
  readonly delaySeconds: number;
  /** Of the same push. One that was left out of the load is no need. */
  readonly needs: readonly number[];
  readonly attempts: number;
  readonly seconds: number;
  readonly fails: boolean;
};
export type Act =
  | { readonly kind: 'raise'; readonly at: number; readonly job: number; readonly priority: number }
  | { readonly kind: 'pause'; readonly at: number; readonly until: number; readonly target: PauseTarget }
  | {
      readonly kind: 'slots';
      readonly at: number;
      readonly until: number;
      readonly group: string;
      readonly slots: number;
    }
  | { readonly kind: 'hold'; readonly at: number; readonly until: number; readonly worker: number };
export type PauseTarget = { readonly pool?: string; readonly branch?: string; readonly lane?: string };

const minute = 60;
const hour = 3600;
const day = 24 * hour;

/** Some hundred jobs. What kind of day it is differs: quiet, crowded, with one share that has it all, with pools of one worker. */
export function randomLoad(seed: number): Load {
  const random = new Random(seed);
  const pools = [{ name: 'linux', waitBudgetSeconds: random.chance(0.3) ? random.whole(1, 20) * minute : 0 }];
  if (random.chance(0.4)) pools.push({ name: 'mac', waitBudgetSeconds: 0 });
  const groups = random.chance(0.4) ? [{ name: 'deploy', slots: random.whole(1, 3) }] : [];
  const workers = randomWorkers(random, pools);
  const spread = random.one([10 * minute, 3 * hour, day]);
  const jobs = randomJobs(random, { pools, groups, spread });
  return { seed, pools, workers, groups, jobs, acts: randomActs(random, { pools, groups, workers, jobs, spread }) };
}

function randomWorkers(random: Random, pools: readonly PoolSpec[]): WorkerSpec[] {
  const workers = pools.map(({ name }, index): WorkerSpec => {
    return { id: index + 1, pools: [name], cost: 0, errs: 0, comesAt: 0, goesAt: null };
  });
  for (let more = random.whole(0, random.one([1, 4, 10])); more > 0; more -= 1) {
    const leaves = random.chance(0.15);
    workers.push({
      id: workers.length + 1,
      pools: random.chance(0.2) ? pools.map(({ name }) => name) : [random.one(pools).name],
      cost: random.chance(0.3) ? random.whole(1, 3) : 0,
      errs: random.chance(0.3) ? random.one([0.1, 0.5, 1]) : 0,
      comesAt: random.chance(0.8) ? 0 : random.whole(1, 4 * 60) * minute,
      goesAt: leaves ? random.whole(250, 1000) * minute : null,
    });
  }
  return workers;
}

type Around = { readonly pools: readonly PoolSpec[]; readonly groups: readonly GroupSpec[]; readonly spread: number };

const branches = ['main', 'release/9', 'feature', 'other'];
const levels: Readonly<Record<string, number>> = { main: 2, 'release/9': 3 };
const people = ['ada', 'grace', 'edsger'];
/** One of them sends most. */
const onePerson = [...people, 'ada', 'ada', 'ada'];
const laneNames = Array.from({ length: 12 }, (_, index) => `lane${index}`);
const otherCauses = ['manual', 'nightly', 'release'] as const;
const longest = [2, 10, 30];

function randomJobs(random: Random, { pools, groups, spread }: Around): JobSpec[] {
  const jobs: JobSpec[] = [];
  const isCrowded = random.chance(0.3);
  const wanted = random.whole(60, 140);
  const manyTry = random.chance(0.4);
  const coalesce = random.chance(0.6) ? random.whole(1, 6) : 0;
  const times: number[] = [];
  for (let push = 0; push < wanted / 4; push += 1) times.push(random.whole(0, spread / 10) * 10);
  times.sort((a, b) => a - b);
  for (let push = 0; jobs.length < wanted; push += 1) {
    const at = times[push % times.length]! + Math.floor(push / times.length) * spread;
    const isTry = random.chance(manyTry ? 0.5 : 0.1);
    const branch = isTry ? 'try' : isCrowded && random.chance(0.8) ? 'main' : random.one(branches);
    const cause: Cause = isTry ? 'try' : random.chance(0.85) ? 'push' : random.one(otherCauses);
    const person = isTry ? random.one(isCrowded ? people : onePerson) : null;
    const lanes = random.whole(1, isTry ? 12 : 6);
    const first = jobs.length + 1;
    for (let lane = 0; lane < lanes; lane += 1) {
      const id = jobs.length + 1;
      jobs.push({
        id,
        at,
        push,
        branch,
        lane: laneNames[lane]!,
        pool: pools[lane % pools.length]!.name,
        cause,
        level: levels[branch] ?? 1,
        person,
        priority: random.chance(0.1) ? random.whole(-5, 10) : 0,
        coalesce: lane < 3 ? coalesce : 0,
        group: groups.length > 0 && lane === 1 ? groups[0]!.name : null,
        delaySeconds: random.chance(0.05) ? random.whole(1, 60) * minute : 0,
        needs: id > first && random.chance(0.15) ? [random.whole(first, id - 1)] : [],
        attempts: random.whole(1, 4),
        seconds: random.whole(1, random.one(longest)) * minute,
        fails: random.chance(0.1),
      });
    }
  }
  return jobs;
}

type About = Around & { readonly workers: readonly WorkerSpec[]; readonly jobs: readonly JobSpec[] };

function randomActs(random: Random, { pools, groups, workers, jobs, spread }: About): Act[] {
  const acts: Act[] = [];
  const at = () => random.whole(0, spread / 10) * 10;
  const later = (from: number) => from + random.whole(1, 120) * minute;
  for (let more = random.whole(0, 3); more > 0; more -= 1) {
    acts.push({ kind: 'raise', at: at(), job: random.one(jobs).id, priority: random.whole(-10, 20) });
  }
  for (let more = random.chance(0.3) ? 1 : 0; more > 0; more -= 1) {
    const [from, job] = [at(), random.one(jobs)];
    const target = random.one<PauseTarget>([
      { pool: random.one(pools).name },
      { branch: job.branch },
      { branch: job.branch, lane: job.lane },
    ]);
    acts.push({ kind: 'pause', at: from, until: later(from), target });
  }
  if (groups[0] && random.chance(0.5)) {
    const from = at();
    acts.push({ kind: 'slots', at: from, until: later(from), group: groups[0].name, slots: random.whole(0, 5) });
  }
  if (random.chance(0.2)) {
    const from = at();
    acts.push({ kind: 'hold', at: from, until: later(from), worker: random.one(workers).id });
  }
  return acts;
}
