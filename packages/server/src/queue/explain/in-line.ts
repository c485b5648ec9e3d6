// The line of its pool as it stands at this moment for one ready job: who comes before it, which places are there, and what the
// waiting room would do if everybody who is free asked now. The very functions that decide are asked: Turns, pick, whyNot.
import { type Queryable, type Statement, sql } from '../../base/index.ts';
import type { Place } from '../decide/estimate.ts';
import { type Asking, type Candidate, type PoolFacts, pick, whyNot } from '../decide/pick.ts';
import { type Shares, Turns } from '../decide/turns.ts';
import { runningStatement } from '../pool-facts.ts';
import type { InLineFacts, JobFacts } from './job-facts.ts';
import { Lines } from './lines.ts';

export type InLine = {
  readonly candidate: Candidate;
  /** The jobs that come before it, in their order; no more than are counted. */
  readonly ahead: readonly Candidate[];
  /** Ready jobs of the pool, as far as they are counted. */
  readonly ready: number;
  /** Runs that its share has in the pool. */
  readonly shareRuns: number;
  /** Places that are free now, the cheapest first. */
  readonly free: readonly FreePlace[];
  readonly places: readonly Place[];
  /** If all that are free asked now, one of them would get it. */
  readonly isNext: boolean;
};
export type FreePlace = Asking & { readonly worker: string };

/** Whoever is before it, and whoever is ready, is counted so far. */
export const mostCounted = 10_000;
/** Free places that are looked at: as many as one statement gives runs to. */
const mostFree = 100;
/** Runs of the pool whose usual duration is looked at. */
const mostRuns = 5000;

export type InLineAsked = {
  readonly job: JobFacts;
  readonly line: InLineFacts;
  /** Nothing of itself keeps it: it may be claimed now. */
  readonly isClaimable: boolean;
  readonly pool: PoolFacts;
  readonly nowMs: number;
  readonly leaseSeconds: number;
};

export async function readInLine(db: Queryable, asked: InLineAsked): Promise<InLine> {
  const { job, line, isClaimable, pool, nowMs, leaseSeconds } = asked;
  const { rankMs: rank, sinceMs: since, avoid } = line;
  const candidate = { jobId: job.id, share: job.share, laneId: job.laneId, rank, since, avoid };
  const running = await db.query<{ share: string; runs: number }>(runningStatement(job.pool));
  // Whose turn was last is known to the waiting rooms alone: between shares with as many runs, the older job is taken to come first.
  const shares = { running: new Map(running.map((row) => [row.share, row.runs])), served: new Map<string, number>() };
  const lines = await Lines.read(db, job.pool, isClaimable ? 'claimable' : 'ready');
  const asking = await db.query<FreePlace>(freeStatement(job.pool, leaseSeconds));
  const allowed = asking.filter((one) => whyNot(candidate, one, pool, nowMs) === null);
  const picks =
    isClaimable && allowed.length > 0
      ? pick({ ...shares, lines: lines.jobs, asking, pool, isWarm: () => false, now: nowMs })
      : [];
  return {
    candidate,
    free: asking,
    isNext: picks.some((one) => one.candidate.jobId === job.id),
    shareRuns: shares.running.get(job.share) ?? 0,
    ahead: await aheadOf(candidate, lines, shares),
    ready: await countReady(db, job.pool),
    places: await readPlaces(db, asked, candidate, asking),
  };
}

/** Who would be given before it, if one place after another came free and nothing ended meanwhile. */
async function aheadOf({ jobId }: Candidate, lines: Lines, shares: Shares): Promise<Candidate[]> {
  const turns = new Turns(lines.jobs, shares);
  const ahead: Candidate[] = [];
  while (ahead.length < mostCounted) {
    const turn = turns.next();
    if (!turn || turn.job.jobId === jobId) break;
    ahead.push(turn.job);
    turn.given();
    await lines.took(turn.job.share, mostCounted - ahead.length);
  }
  return ahead;
}

async function countReady(db: Queryable, pool: string): Promise<number> {
  const [row] = await db.query<{ ready: number }>(sql`
    select count(*) as ready from (select 1 from ready where pool = ${pool} limit ${mostCounted}) as counted`);
  return row!.ready;
}

/** Places of workers that are there and may take runs, and do nothing. */
export const freeStatement = (pool: string, leaseSeconds: number): Statement => sql`
  select worker.id as "workerId", worker.name as worker, worker.cost, worker.id || ' ' || place as "claimId"
  from worker
  left join (select worker_id, count(*) as runs from run where ended_at is null group by worker_id) as open
    on open.worker_id = worker.id
  cross join lateral generate_series(coalesce(open.runs, 0) + 1, worker.capacity) as place
  where ${pool} = any (worker.pools) and is_there(worker, ${leaseSeconds}) and worker.hold is null
  order by worker.cost, place, worker.id
  limit ${mostFree}`;

type Run = { workerId: number; cost: number; elapsedSeconds: number; usualSeconds: number | null };

async function readPlaces(
  db: Queryable,
  { job, pool, nowMs, leaseSeconds }: InLineAsked,
  candidate: Candidate,
  free: readonly FreePlace[],
): Promise<Place[]> {
  const runs = await db.query<Run>(sql`
    select worker.id as "workerId", worker.cost, extract(epoch from now() - run.claimed_at)::float8 as "elapsedSeconds",
           lane.usual_seconds as "usualSeconds"
    from run
    join worker on worker.id = run.worker_id
    join job on job.id = run.job_id
    left join lane on lane.id = job.lane_id
    where run.ended_at is null and ${job.pool} = any (worker.pools) and is_there(worker, ${leaseSeconds}) and worker.hold is null
    limit ${mostRuns}`);
  const opensIn = (one: { workerId: number; cost: number }) => {
    const why = whyNot(candidate, { claimId: '', ...one }, pool, nowMs);
    if (why === 'errored-there') return null;
    return why === null ? 0 : (candidate.since - nowMs) / 1000 + pool.waitBudgetSeconds;
  };
  return [
    ...free.map((one) => ({ run: null, opensInSeconds: opensIn(one) })),
    ...runs.map((run) => ({ run, opensInSeconds: opensIn(run) })),
  ];
}
