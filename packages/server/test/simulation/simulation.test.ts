// The queue's decisions, played through thousands of random schedules on a virtual clock; and decisions that are wrong, to see that
// the rules find them. One seed again, or more of them: npm run bench -- simulation --seed N --schedules M
import { describe, expect, test } from 'vitest';
import { type JobSpec, type Load, randomLoad } from './load.ts';
import type { Job } from './parts.ts';
import { play } from './play.ts';
import { find, shrink, told } from './shrink.ts';
import { type Decisions, decisions } from './world.ts';

/** As many as fit, but on the slowest machine so many. */
const [fewest, most, milliseconds] = [100, 4000, 2000];

test('in thousands of random schedules no rule is broken at any moment', { timeout: 120_000 }, () => {
  const deadline = performance.now() + milliseconds;
  let runs = 0;
  for (let seed = 1; seed <= most && (seed <= fewest || performance.now() < deadline); seed += 1) {
    const found = find(randomLoad(seed));
    if (found) throw new Error(told(shrink(found)));
    runs += 1;
  }
  expect(runs).toBeGreaterThanOrEqual(fewest);
});

test('the same seed plays the same, so whatever is found can be looked at again', () => {
  const trace = (seed: number) => {
    const began: string[] = [];
    const played = play(randomLoad(seed), decisions, (job, worker, atSeconds) => {
      began.push(`${atSeconds}: ${job.jobId} by ${worker.workerId}`);
    });
    return { ...played, began };
  };
  for (let seed = 1; seed <= 20; seed += 1) expect(trace(seed)).toEqual(trace(seed));
});

describe('a wrong decision is found', () => {
  const { pick, absorb } = decisions;
  const wrong: readonly (readonly [string, RegExp, Partial<Decisions>])[] = [
    [
      'a job goes back to the worker that failed it',
      /^avoid$/,
      { pick: (asked) => pick({ ...asked, pool: { ...asked.pool, some: [] } }) },
    ],
    [
      'a dear worker takes what a cheap one would do',
      /^budget$/,
      { pick: (asked) => pick({ ...asked, pool: { ...asked.pool, waitBudgetSeconds: 0 } }) },
    ],
    [
      'who came first keeps all workers',
      /^(fair share|turns)$/,
      { pick: (asked) => pick({ ...asked, running: new Map(), served: new Map() }) },
    ],
    ['nobody knows whose turn it was', /^turns$/, { pick: (asked) => pick({ ...asked, served: new Map() }) }],
    [
      'the youngest comes first',
      /^order in a share$/,
      {
        pick: (asked) =>
          pick({ ...asked, lines: new Map([...asked.lines].map(([share, line]) => [share, line.toReversed()])) }),
      },
    ],
    ['age counts for nothing between classes', /^age$/, { pick: (asked) => ageless(asked) }],
    ['classes and priorities count for nothing', /^(class|fair share|turns)$/, { pick: (asked) => classless(asked) }],
    ['a worker is forgotten', /^no idle worker$/, { pick: (asked) => pick(asked).slice(1) }],
    [
      'a job stands for too many',
      /^limit of coalescing$/,
      { absorb: (job, ready) => absorb({ ...job, most: 99 }, ready) },
    ],
    [
      'a job stands for the oldest instead of those right before it',
      /^contiguous$/,
      { absorb: (job, ready) => absorb(job, ready.toSorted((a, b) => a.pushId - b.pushId).slice(0, 1)) },
    ],
    [
      'a newer push is joined into an older one',
      /^newest$/,
      { absorb: (job, ready) => absorb({ ...job, pushId: 1e9 }, ready) },
    ],
    [
      'who stands for others loses their place',
      /^place of who stands for others$/,
      {
        absorb: (job, ready) => {
          const { since, handicapSeconds, priority } = job;
          return { ...absorb(job, ready), since, handicapSeconds, priority };
        },
      },
    ],
    [
      'a job is tried once too often',
      /^attempts$/,
      { retry: (facts, limits) => decisions.retry({ ...facts, attempts: facts.attempts + 1 }, limits) },
    ],
    [
      'all workers are taken out',
      /^(no more than half are taken out|all come to an end)$/,
      { shouldQuarantine: () => true },
    ],
  ];

  test.each(wrong)('%s', { timeout: 120_000 }, (_what, rule, broken) => {
    const decide = { ...decisions, ...broken };
    for (let seed = 1; seed <= 1000; seed += 1) {
      const found = find(randomLoad(seed), decide);
      if (!found) continue;
      expect(found.rule).toMatch(rule);
      const smallest = shrink(found, decide);
      expect(find(smallest.load, decide)?.rule).toBe(found.rule);
      expect(find(smallest.load), told(smallest)).toBeNull();
      expect(smallest.load.jobs.length, told(smallest)).toBeLessThanOrEqual(20);
      return;
    }
    throw new Error('no schedule broke a rule');
  });

  type Asked = Parameters<typeof pick>[0];

  /** What is of a lower class gets only what the best one leaves. */
  function ageless(asked: Asked): ReturnType<typeof pick> {
    const handicap = ([, line]: readonly [
      string,
      Asked['lines'] extends ReadonlyMap<string, infer Line> ? Line : never,
    ]) => line[0]!.rank - line[0]!.since;
    const lines = [...asked.lines];
    const least = Math.min(...lines.map(handicap));
    const best = pick({ ...asked, lines: new Map(lines.filter((one) => handicap(one) === least)) });
    const left = asked.asking.filter((one) => !best.some(({ asking }) => asking === one));
    return [...best, ...pick({ ...asked, asking: left, lines: new Map(lines.filter((one) => handicap(one) > least)) })];
  }

  /** As if all jobs had the same class and priority. */
  function classless(asked: Asked): ReturnType<typeof pick> {
    const own = new Map<number, Job>();
    const lines = new Map(
      [...asked.lines].map(([share, line]) => {
        const flat = line.map((job) => {
          own.set(job.jobId, job as Job);
          return { ...job, rank: job.since };
        });
        return [share, flat];
      }),
    );
    return pick({ ...asked, lines }).map((one) => ({ ...one, candidate: own.get(one.candidate.jobId)! }));
  }
});

describe('nobody starves', () => {
  const minute = 60;
  const job = (id: number, more: Partial<JobSpec>): JobSpec => ({
    id,
    at: 0,
    push: id,
    branch: 'main',
    lane: `lane${id}`,
    pool: 'linux',
    cause: 'push',
    level: 2,
    person: null,
    priority: 0,
    coalesce: 0,
    group: null,
    delaySeconds: 0,
    needs: [],
    attempts: 1,
    seconds: 10 * minute,
    fails: false,
    ...more,
  });
  const load = (workers: number, jobs: readonly JobSpec[]): Load => ({
    seed: 0,
    pools: [{ name: 'linux', waitBudgetSeconds: 0 }],
    workers: Array.from({ length: workers }, (_, index) => {
      return { id: index + 1, pools: ['linux'], cost: 0, errs: 0, comesAt: 0, goesAt: null };
    }),
    groups: [],
    jobs,
    acts: [],
  });
  /** Minutes after which it began. */
  const beganAfter = (what: Load, id: number) => {
    let began = Number.NaN;
    play(what, decisions, ({ jobId }, _worker, atSeconds) => {
      if (jobId === id) began = atSeconds / 60;
    });
    return began;
  };

  test('a try job beside a branch that always has more to do begins when its class’s head start is over', () => {
    // Two classes of four hours each; the branch brings a job each five minutes for one worker that needs ten, for two days.
    const flood = Array.from({ length: 576 }, (_, index) => job(index + 2, { at: index * 5 * minute }));
    const low = job(1, { cause: 'try', branch: 'try', person: 'ada', push: 1 });
    const began = beganAfter(load(1, [low, ...flood]), 1);
    expect(began).toBeGreaterThan(8 * 60);
    // What had come before it by then, at half the speed at which it came, and no more.
    expect(began).toBeLessThan(17 * 60);
  });

  test('one job of one person among hundreds of another begins with the next free worker, however late it comes', () => {
    const crowd = Array.from({ length: 300 }, (_, index) =>
      job(index + 2, { cause: 'try', branch: 'try', person: 'ada' }),
    );
    for (const workers of [1, 3, 20]) {
      const late = job(1, { at: 12 * 60 * minute + 1, cause: 'try', branch: 'try', person: 'grace', push: 999 });
      const began = beganAfter(load(workers, [...crowd, late]), 1);
      // With 20 workers the crowd is gone by then.
      expect(began - 12 * 60).toBeLessThan(workers === 1 ? 11 : 10.1);
    }
  });
});
