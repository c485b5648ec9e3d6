// The rules about who gets what: whether this worker may have this job, whether nobody had a better claim to it, and whether no
// worker is left idle beside a job.
import { must } from './must.ts';
import { isBefore, isFree, type Job, type Pool, type Start, type Worker } from './parts.ts';
import type { World } from './world.ts';

/** One round of a pool, in its order, before anything is changed. */
export function checkClaims(world: World, pool: Pool, starts: readonly Start[]): void {
  for (let place = 0; place < starts.length; place += 1) {
    const start = starts[place]!;
    checkMay(world, pool, start);
    const isAlone = pool.lines.size === 1 && starts.length === 1;
    if (!isAlone || pool.lines.get(start.job.share)![0] !== start.job) checkComesFirst(world, pool, starts, place);
  }
}

function checkMay(world: World, pool: Pool, { job, worker }: Start): void {
  const { jobId, spec } = job;
  const { workerId } = worker;
  if (job.state !== 'ready' || job.coalescedInto) must('ready', `job ${jobId} began while ${job.state}`);
  if (worker.job || !worker.isThere) must('one run at a time', `worker ${workerId} got job ${jobId} as well`);
  if (!worker.spec.pools.includes(spec.pool)) must('pool', `job ${jobId} began in another pool`);
  if (worker.hold) must('hold', `worker ${workerId} is held ${worker.hold} and got job ${jobId}`);
  if (world.isPaused(job)) must('pause', `job ${jobId} began while it was paused`);
  if (job.notBefore > world.now) must('not before', `job ${jobId} began ${job.notBefore - world.now} ms too early`);
  if (job.erroredCount >= spec.attempts) must('attempts', `job ${jobId} began after ${job.erroredCount} errors`);
  if (spec.group && !job.slot?.taken) must('slot', `job ${jobId} began without a slot`);
  for (const id of spec.needs) {
    const need = world.jobs.get(id);
    if (need && need.verdict !== 'passed') must('needs', `job ${jobId} began, and job ${id} has not passed`);
  }
  const why = whyNot(world, pool, job, worker);
  if (why) must(why, `worker ${workerId} got job ${jobId}`);
}

/** Why this worker should not get it while it is free. */
function whyNot(world: World, pool: Pool, job: Job, worker: Worker): 'avoid' | 'budget' | null {
  const isYoung = world.now < job.since + pool.waitBudgetSeconds * 1000;
  const isAvoided = job.avoid.length > 0 && job.avoid.includes(worker.workerId);
  if (!isYoung && !isAvoided) return null;
  for (const one of pool.workers) {
    if (!one.isThere || one.hold || one === worker) continue;
    if (isAvoided && !job.avoid.includes(one.workerId)) return 'avoid';
    if (isYoung && one.cost < worker.cost) return 'budget';
  }
  return null;
}

/**
 * Nobody had a better claim to this worker. Told by the first of each share that might have had it; where that one could not,
 * nobody can tell from here whether its turn had been before, and the share is left out.
 */
function checkComesFirst(world: World, pool: Pool, starts: readonly Start[], place: number): void {
  const { job, worker } = starts[place]!;
  const [own, ownTurn] = [runsOf(pool, starts, place, job.share), turnOf(pool, starts, place, job.share)];
  let due: Job | undefined;
  let dueHasMore = false;
  let isAllKnown = true;
  for (const [share, line] of pool.lines) {
    const left = line.find((one) => !starts.some((start) => start.job === one));
    if (share === job.share) {
      const isPassed = left && isBefore(left, job) && !whyNot(world, pool, left, worker);
      if (isPassed) must('order in a share', `job ${job.jobId} began before job ${left.jobId} of its share`);
      continue;
    }
    const next = starts.find((start, index) => index > place && start.job.share === share)?.job;
    const other = next && !(left && isBefore(left, next)) ? next : left;
    if (!other) continue;
    if ((next && other !== next) || whyNot(world, pool, other, worker)) {
      isAllKnown = false;
      continue;
    }
    const [its, itsTurn] = [runsOf(pool, starts, place, share), turnOf(pool, starts, place, share)];
    const hasLess = own < its || (own === its && ownTurn < itsTurn);
    if (isBefore(other, due ?? job)) [due, dueHasMore] = [other, hasLess];
    if (hasLess || other.handicap > job.handicap) continue;
    if (own > its)
      must('fair share', `"${job.share}" has ${own} runs and got ${job.jobId}; "${share}" has ${its} and waits`);
    if (ownTurn > itsTurn) must('turns', `"${job.share}" got ${job.jobId}; it was the turn of "${share}"`);
  }
  if (!due || !isAllKnown) return;
  if (job.handicap > due.handicap)
    must('class', `job ${job.jobId} began before ${due.jobId}: lower class, higher rank`);
  if (!dueHasMore) must('age', `job ${job.jobId} began before ${due.jobId}: higher rank, and its share has no less`);
}

/** With what it has got in this round before that place. */
function runsOf(pool: Pool, starts: readonly Start[], place: number, share: string): number {
  let runs = pool.running.get(share) ?? 0;
  for (let index = 0; index < place; index += 1) if (starts[index]!.job.share === share) runs += 1;
  return runs;
}

function turnOf(pool: Pool, starts: readonly Start[], place: number, share: string): number {
  for (let index = place - 1; index >= 0; index -= 1) {
    if (starts[index]!.job.share === share) return Number.MAX_SAFE_INTEGER - starts.length + index;
  }
  return pool.served.get(share) ?? 0;
}

/** After a round no worker is idle beside a job that it may have. */
export function checkNoneIdle(world: World, pool: Pool): void {
  if (pool.lines.size === 0) return;
  for (const worker of pool.workers) {
    if (!isFree(worker)) continue;
    for (const line of pool.lines.values()) {
      for (const job of line) {
        if (whyNot(world, pool, job, worker)) continue;
        must('no idle worker', `worker ${worker.workerId} is free, and job ${job.jobId} waits for nobody else`);
      }
    }
  }
}
