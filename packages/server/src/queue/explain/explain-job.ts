// Why does this job not run, who can help, and when may it begin? From the same rows and by the same functions that decide it, at
// the moment of asking, in one snapshot; nothing of it is stored.
import { nearest } from '@signalbox/plan';
import { type Blocker, type Explanation, Refused } from '@signalbox/protocol';
import { type Db, type Queryable, sql } from '../../base/index.ts';
import type { QueueLimits } from '../limits.ts';
import { blockersOf } from './behind.ts';
import { readInLine } from './in-line.ts';
import { type InLineFacts, type JobFacts, readJobs } from './job-facts.ts';
import { lineBlockers } from './line-blockers.ts';
import { readPlace } from './place.ts';
import { type PoolWorkers, readPools } from './pool-workers.ts';
import { worstFirst } from './stuck.ts';
import { readUpstream } from './upstream.ts';

/** `serverHolds`: what keeps this server from giving out anything, such as a full disk. @throws Refused job-not-found */
export function explainJob(
  db: Db,
  jobId: number,
  limits: QueueLimits,
  serverHolds: readonly Blocker[] = [],
): Promise<Explanation> {
  return db.transaction(async (tx) => {
    await tx.query(sql`set transaction isolation level repeatable read, read only`);
    // Lines come out of their index in order. With statistics of a time when they were short, PostgreSQL would rather read all
    // 100,000 rows and sort them, for the first few of them.
    await tx.query(sql`select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`);
    return explainIn(tx, jobId, limits, serverHolds);
  });
}

async function explainIn(
  db: Queryable,
  jobId: number,
  limits: QueueLimits,
  serverHolds: readonly Blocker[],
): Promise<Explanation> {
  const [[clock], [job]] = [await db.query<{ at: string }>(sql`select now() as at`), await readJobs(db, [jobId])];
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  const { at } = clock!;
  if (job.state === 'running' || job.state === 'done') {
    return { jobId, state: job.state, at, outlook: null, blockers: [], place: null };
  }
  const upstream = await readUpstream(db, job);
  const open = [...upstream.jobs.values()].filter(({ state, gate }) => state !== 'done' && gate === null);
  const pools = await readPools(db, [...new Set(open.map(({ pool }) => pool))], limits.leaseSeconds, nearest);
  const found = blockersOf(job, upstream, { at, pools, serverHolds });
  const explained = (blockers: readonly Blocker[], place: Explanation['place']): Explanation => {
    const sorted = worstFirst(blockers);
    return { jobId, state: job.state, at, outlook: sorted[0]?.outlook ?? null, blockers: sorted, place };
  };
  const pool = pools.get(job.pool);
  if (!job.line || !pool) return explained(found, null);
  return inItsLine(db, { job, line: job.line, pool, found, limits, at, explained });
}

type Ready = {
  readonly job: JobFacts;
  readonly line: InLineFacts;
  readonly pool: PoolWorkers;
  readonly found: readonly Blocker[];
  readonly limits: QueueLimits;
  readonly at: string;
  readonly explained: (blockers: readonly Blocker[], place: Explanation['place']) => Explanation;
};

async function inItsLine(db: Queryable, ready: Ready): Promise<Explanation> {
  const { job, line, pool, found, limits, at, explained } = ready;
  const isClaimable = found.length === 0;
  const { leaseSeconds } = limits;
  const inLine = await readInLine(db, { job, line, isClaimable, pool, nowMs: Date.parse(at), leaseSeconds });
  const blockers = isClaimable ? lineBlockers(job, line, inLine, pool, at) : found;
  const comesByItself = blockers.every(({ outlook }) => outlook === 'be-patient');
  return explained(blockers, await readPlace(db, { job, line, inLine, comesByItself, policy: limits, at }));
}
