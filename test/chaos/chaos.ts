// One chaos: work goes in, faults come from a seed, everything is mended in the end, and then all of it must be right.
import { setTimeout as after } from 'node:timers/promises';
import type { InvariantReport } from '@signalbox/protocol';
import { checkInvariants } from '../../packages/server/src/flow/invariants/index.ts';
import { type Fault, type FaultKind, faults } from './faults.ts';
import { type Judgement, judge } from './judge.ts';
import { mend } from './mend.ts';
import { fates, type PlannedFault, type Schedule, scheduleOf } from './schedule.ts';
import { type Work, workOf } from './work.ts';
import { openWorld, type World } from './world.ts';

export type ChaosOptions = {
  readonly seed: number;
  readonly seconds: number;
  readonly faultEverySeconds?: number;
  readonly workEverySeconds?: number;
  readonly without?: readonly FaultKind[];
  readonly longestFaultSeconds?: number;
  readonly servers?: number;
  readonly workers?: number;
  /** One line about what happens. */
  readonly say?: (line: string) => void;
};
export type ChaosReport = Judgement & {
  readonly seed: number;
  readonly seconds: number;
  readonly faultsInAll: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly requests: Readonly<Record<string, number>>;
  /** How often all of them were checked in the middle of it. */
  readonly invariantChecks: number;
  readonly mendedInSeconds: number;
};

/** @throws Error with the seed and what the processes said last, when what was asked for does not come to its end */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const schedule = scheduleOf({
    seed: options.seed,
    seconds: options.seconds,
    pools: ['a', 'b'],
    faultEverySeconds: options.faultEverySeconds ?? 1.5,
    workEverySeconds: options.workEverySeconds ?? 1.6,
    without: options.without ?? [],
    longestFaultSeconds: options.longestFaultSeconds ?? 60,
  });
  const world = await openWorld({ servers: options.servers ?? 2, workers: poolsOf(options.workers ?? 3) });
  const work = await workOf(world, options.seed);
  try {
    const report = await play(world, work, schedule, options);
    if (report.problems.length === 0) return report;
    const place = await world.keepWords(`chaos-seed-${options.seed}`);
    return { ...report, problems: [...report.problems, `what the processes printed lies in ${place}`] };
  } catch (error) {
    const place = await world.keepWords(`chaos-seed-${options.seed}`);
    const what = `seed ${options.seed}: ${(error as Error).message}\nWhat the processes printed lies in ${place}`;
    throw new Error(`${what}\n${world.lastWords()}`, { cause: error });
  } finally {
    await work.close();
    await world.close();
  }
}

async function play(world: World, work: Work, schedule: Schedule, options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, say = () => undefined } = options;
  await work.begin();
  for (const [number, { requests }] of world.servers.entries()) requests.fate = fates(seed, number);
  const begun = performance.now();
  const at = (ms: number) => Math.max(0, ms - (performance.now() - begun));
  const injected: Partial<Record<FaultKind, number>> = {};
  const faulty = schedule.faults.map(async (fault) => {
    await after(at(fault.atMs));
    injected[fault.kind] = (injected[fault.kind] ?? 0) + 1;
    await befall(world, fault, say);
  });
  // Told below, when all are over.
  for (const fault of faulty) fault.catch(() => undefined);
  const watch = watchInvariants(world);
  for (const item of schedule.work) {
    await after(at(item.atMs));
    // A slow machine falls behind: what comes when all is over would test nothing.
    if (performance.now() - begun > seconds * 1000) break;
    await work.add(item, say);
  }
  const failed = (await Promise.allSettled(faulty)).find((fault) => fault.status === 'rejected');
  if (failed) throw failed.reason;
  await after(at(seconds * 1000));
  const mendBegun = performance.now();
  say('everything is mended now');
  await mend(world, work.asked, say);
  const mendedInSeconds = Math.round((performance.now() - mendBegun) / 100) / 10;
  const { checks, broken } = await watch.stop();
  const atTheEnd = (await checkInvariants(world.db, 0)).flatMap(breaches);
  const judgement = await judge(world, work.asked);
  return {
    seed,
    seconds,
    ...judgement,
    problems: [...broken, ...atTheEnd, ...judgement.problems],
    faultsInAll: Object.values(injected).reduce((sum, count) => sum + count, 0),
    faults: injected,
    requests: countRequests(world),
    invariantChecks: checks,
    mendedInSeconds,
  };
}

async function befall(world: World, { kind, which, forMs }: PlannedFault, say: (line: string) => void): Promise<void> {
  const fault: Fault = faults[kind];
  const targets = fault.targets(world);
  const target = targets[Math.floor(which * targets.length)]!;
  say(`${kind} ${target.name} for ${(forMs / 1000).toFixed(1)} s`);
  await fault.begin(target, world);
  await after(forMs);
  await fault.end(target, world);
}

const poolsOf = (workers: number) =>
  Array.from({ length: workers }, (_, number) => (number % 3 === 0 ? ['a', 'b'] : number % 3 === 1 ? ['a'] : ['b']));

function countRequests(world: World): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { requests } of world.servers) {
    for (const [kind, count] of Object.entries(requests.counts)) counts[kind] = (counts[kind] ?? 0) + count;
  }
  return counts;
}

const checkEveryMs = 3000;
/** What is settled only a while after a commit is not asked for in the middle. */
const anyTimeSeconds = 86_400;

/** What is always so must be so at any moment, also in the middle of it all. */
function watchInvariants({ db }: World): { stop(): Promise<{ checks: number; broken: string[] }> } {
  const broken = new Set<string>();
  let checks = 0;
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      // PostgreSQL may be away just now.
      const reports = await checkInvariants(db, anyTimeSeconds).catch(() => undefined);
      if (reports) checks += 1;
      for (const breach of (reports ?? []).flatMap(breaches)) broken.add(`in the middle of it, ${breach}`);
      await after(checkEveryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await watching;
      return { checks, broken: [...broken] };
    },
  };
}

const breaches = ({ name, offending }: InvariantReport): string[] => offending.map((text) => `${name}: ${text}`);
