// Who works in a pool, who of them is there, and who may take runs: what decides whether a job of it can be claimed at all.
import { type Queryable, sql } from '../../base/index.ts';
import type { PoolFacts } from '../decide/pick.ts';
import { mostAttempts } from '../pool-facts.ts';

export type PoolWorkers = PoolFacts & {
  readonly pool: string;
  /** Workers that have ever served it. */
  readonly ever: number;
  /** Workers that are there, on hold or not; `workers` counts those that may take runs. */
  readonly there: number;
  readonly lastSeenAt: string | null;
  readonly lastSeen: string | null;
  /** Runs that those which may take some can have at once, and have. */
  readonly places: number;
  readonly taken: number;
  /** Those that are there and on hold; looked up where all are. */
  readonly held: readonly HeldWorker[];
  /** The pool that was probably meant; looked up where nobody ever served this one. */
  readonly meant: string | null;
  readonly served: readonly string[];
};
export type HeldWorker = {
  readonly pool: string;
  readonly name: string;
  readonly hold: 'drained' | 'quarantined' | 'retired';
  readonly reason: string | null;
  readonly by: string | null;
  readonly at: string;
};

/** `nearest`: the word that was probably meant. */
export async function readPools(
  db: Queryable,
  pools: readonly string[],
  leaseSeconds: number,
  nearest: (word: string, words: readonly string[]) => string | null,
): Promise<Map<string, PoolWorkers>> {
  if (pools.length === 0) return new Map();
  const rows = await db.query<Omit<PoolWorkers, 'held' | 'meant' | 'served'>>(sql`
    select asked.pool, coalesce(pool.wait_budget_seconds, 0) as "waitBudgetSeconds", coalesce(known.ever, 0) as ever,
           coalesce(known.there, 0) as there, coalesce(known.workers, 0) as workers, coalesce(known.some, '{}') as some, coalesce(known.cheapest, 0) as cheapest,
           coalesce(known.places, 0) as places, coalesce(known.taken, 0) as taken,
           known.last_seen_at as "lastSeenAt", known.last_seen as "lastSeen"
    from unnest(${pools}::text[]) as asked (pool)
    left join pool on pool.name = asked.pool
    left join (
      select served as pool, count(*)::int as ever, (count(*) filter (where here.is))::int as there,
             (count(*) filter (where here.is and hold is null))::int as workers,
             (array_agg(worker.id order by worker.id) filter (where here.is and hold is null))[1:${mostAttempts}] as some,
             min(cost) filter (where here.is and hold is null) as cheapest,
             (sum(capacity) filter (where here.is and hold is null))::int as places,
             (sum(open.runs) filter (where here.is and hold is null))::int as taken,
             max(last_seen_at) as last_seen_at, (array_agg(worker.name order by last_seen_at desc))[1] as last_seen
      from worker
      cross join lateral unnest(worker.pools) as served
      cross join lateral (select is_there(worker, ${leaseSeconds}) as is) as here
      left join (select worker_id, count(*) as runs from run where ended_at is null group by worker_id) as open
        on open.worker_id = worker.id
      where worker.pools && ${pools}::text[] and served = any (${pools}::text[])
      group by served
    ) as known on known.pool = asked.pool`);
  const held = rows.some(isAllHeld) ? await readHeld(db, pools, leaseSeconds) : [];
  const served = rows.some((row) => row.ever === 0) ? await readServed(db) : [];
  return new Map(
    rows.map((row) => [
      row.pool,
      {
        ...row,
        held: held.filter((worker) => worker.pool === row.pool),
        meant: row.ever === 0 ? nearest(row.pool, served) : null,
        served: row.ever === 0 ? served : [],
      },
    ]),
  );
}

const isAllHeld = ({ there, workers }: { there: number; workers: number }) => there > 0 && workers === 0;

function readHeld(db: Queryable, pools: readonly string[], leaseSeconds: number): Promise<HeldWorker[]> {
  return db.query<HeldWorker>(sql`
    select served as pool, worker.name, hold, hold_reason as reason, hold_by as by, held_at as at
    from worker cross join lateral unnest(worker.pools) as served
    where worker.pools && ${pools}::text[] and served = any (${pools}::text[]) and hold is not null and is_there(worker, ${leaseSeconds})
    order by held_at, worker.id
    limit 100`);
}

async function readServed(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ pool: string }>(sql`
    select distinct served as pool from worker cross join lateral unnest(worker.pools) as served order by 1 limit 2000`);
  return rows.map((row) => row.pool);
}
