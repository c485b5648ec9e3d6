// One process of the simulation's benchmark: plays so many schedules, one after another, and says what came of them.
// Its words: the first seed, and how many.
import { randomLoad } from '../../packages/server/test/simulation/load.ts';
import { play } from '../../packages/server/test/simulation/play.ts';
import { find, shrink, told } from '../../packages/server/test/simulation/shrink.ts';

export type PlayedPart = {
  readonly jobs: number;
  readonly runs: number;
  /** On the virtual clock. */
  readonly seconds: number;
  readonly perSecond: number;
  /** What broke a rule, made small, for a person. */
  readonly broken: readonly string[];
};

/** Broken ones are told so many times; more would say the same. */
const mostTold = 5;

const [seed = 1, schedules = 1] = process.argv.slice(2).map(Number);
const began = performance.now();
const part = { jobs: 0, runs: 0, seconds: 0, broken: [] as string[] };
for (let next = seed; next < seed + schedules && part.broken.length < mostTold; next += 1) {
  const load = randomLoad(next);
  try {
    const played = play(load);
    part.jobs += played.jobs;
    part.runs += played.runs;
    part.seconds += played.seconds;
  } catch (error) {
    const found = find(load);
    if (!found) throw error;
    part.broken.push(told(shrink(found)));
  }
}
const perSecond = schedules / ((performance.now() - began) / 1000);
process.send!({ ...part, perSecond } satisfies PlayedPart);
