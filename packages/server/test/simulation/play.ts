// Plays a load to its end with a virtual clock: nothing waits, what comes next happens at once. The same load plays the same way.

import { checkNoneIdle } from './claims.ts';
import { Clock } from './clock.ts';
import type { Act, Load } from './load.ts';
import type { Job, Start, Worker } from './parts.ts';
import { chanceOf } from './random.ts';
import { Rules } from './rules.ts';
import { type Decisions, decisions, World } from './world.ts';

export type Played = { readonly jobs: number; readonly runs: number; readonly seconds: number };

type Happening =
  | { readonly kind: 'push'; readonly first: number; readonly count: number }
  | { readonly kind: 'act'; readonly act: Act }
  | { readonly kind: 'act over'; readonly act: Act }
  | { readonly kind: 'comes'; readonly worker: number }
  | { readonly kind: 'goes'; readonly worker: Worker }
  | { readonly kind: 'ends'; readonly worker: Worker; readonly job: Job }
  | { readonly kind: 'is lost'; readonly worker: Worker }
  | { readonly kind: 'let go'; readonly worker: Worker }
  | { readonly kind: 'due'; readonly job: Job }
  | { readonly kind: 'slot due'; readonly job: Job }
  | { readonly kind: 'look' };

/** After the rule has taken a worker out, a person needs so long to let it go. */
const letGoAfterMs = 2 * 3_600_000;

/** Told of each run that begins. */
export type OnBegin = (job: Job, worker: Worker, atSeconds: number) => void;

/** @throws Broken as soon as a rule is broken */
export function play(load: Load, decide: Decisions = decisions, onBegin?: OnBegin): Played {
  const clock = new Clock<Happening>();
  const rules = new Rules();
  const world = new World(rules, decide);
  rules.world = world;
  rules.onReady = wake;
  rules.onSlotLater = (job) => clock.set(job.slot!.notBefore, { kind: 'slot due', job });
  rules.onHeld = (worker) => clock.set(world.now + letGoAfterMs, { kind: 'let go', worker });
  let runs = 0;

  for (const { name, waitBudgetSeconds } of load.pools) world.addPool(name, waitBudgetSeconds);
  for (const { name, slots } of load.groups) world.groups.set(name, { slots, taken: 0, waiting: new Set() });
  for (const [worker, { comesAt }] of load.workers.entries()) clock.set(comesAt * 1000, { kind: 'comes', worker });
  for (let first = 0; first < load.jobs.length; ) {
    let count = 1;
    while (load.jobs[first + count]?.push === load.jobs[first]!.push) count += 1;
    clock.set(load.jobs[first]!.at * 1000, { kind: 'push', first, count });
    first += count;
  }
  for (const act of load.acts) clock.set(act.at * 1000, { kind: 'act', act });

  for (let at = clock.nextAt; at !== undefined; at = clock.nextAt) {
    world.now = at;
    while (clock.nextAt === at) happens(clock.take());
    for (const pool of world.lines.dirty) {
      world.lines.dirty.delete(pool);
      for (const start of world.round(pool)) began(start);
      checkNoneIdle(world, pool);
    }
  }
  rules.atTheEnd();
  return { jobs: world.jobs.size, runs, seconds: world.now / 1000 };

  function happens(what: Happening): void {
    switch (what.kind) {
      case 'push':
        world.submit(load.jobs.slice(what.first, what.first + what.count));
        break;
      case 'act':
        begin(what.act);
        break;
      case 'act over':
        over(what.act);
        break;
      case 'comes': {
        const worker = world.fleet.come(load.workers[what.worker]!);
        if (worker.spec.goesAt !== null) clock.set(worker.spec.goesAt * 1000, { kind: 'goes', worker });
        break;
      }
      case 'goes': {
        const { worker } = what;
        worker.isThere = false;
        world.fleet.changed(worker);
        if (worker.job) clock.set(world.now + world.limits.leaseSeconds * 1000, { kind: 'is lost', worker });
        break;
      }
      case 'ends':
        if (what.worker.isThere) world.end(what.worker, verdictOf(what.worker, what.job));
        break;
      case 'is lost':
        world.end(what.worker, 'errored', 'worker-lost');
        break;
      case 'let go':
        what.worker.hold = null;
        what.worker.erroredInARow = 0;
        world.fleet.changed(what.worker);
        break;
      case 'due':
        world.lines.enter(what.job, world.now);
        break;
      case 'slot due':
        world.slotDue(what.job);
        break;
      case 'look':
        for (const pool of world.pools.values()) world.lines.dirty.add(pool);
    }
  }

  function began({ job, worker }: Start): void {
    runs += 1;
    onBegin?.(job, worker, world.now / 1000);
    clock.set(world.now + job.spec.seconds * 1000, { kind: 'ends', worker, job });
  }

  /** Nobody says when a job's time comes, or when a dear worker may have it: the clock does. */
  function wake(job: Job): void {
    if (job.notBefore > world.now) clock.set(job.notBefore, { kind: 'due', job });
    const { waitBudgetSeconds } = job.pool;
    if (waitBudgetSeconds > 0) clock.set(Math.max(world.now, job.since + waitBudgetSeconds * 1000), { kind: 'look' });
  }

  function verdictOf(worker: Worker, job: Job): 'passed' | 'failed' | 'errored' {
    const errs = chanceOf(load.seed, job.jobId * 64 + job.runCount, worker.workerId) < worker.spec.errs;
    return errs ? 'errored' : job.spec.fails ? 'failed' : 'passed';
  }

  function begin(act: Act): void {
    switch (act.kind) {
      case 'raise':
        world.raise(act.job, act.priority);
        return;
      case 'pause':
        world.pause(act.target);
        break;
      case 'slots':
        world.setSlots(act.group, act.slots);
        break;
      case 'hold': {
        const worker = world.fleet.workers.get(act.worker);
        if (!worker) return;
        worker.hold = 'by person';
        world.fleet.changed(worker);
      }
    }
    clock.set(act.until * 1000, { kind: 'act over', act });
  }

  function over(act: Act): void {
    switch (act.kind) {
      case 'pause':
        world.resume(act.target);
        break;
      case 'slots':
        world.setSlots(act.group, load.groups.find(({ name }) => name === act.group)!.slots);
        break;
      case 'hold': {
        const worker = world.fleet.workers.get(act.worker)!;
        worker.hold = null;
        worker.erroredInARow = 0;
        world.fleet.changed(worker);
        break;
      }
    }
  }
}
