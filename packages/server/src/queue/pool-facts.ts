// What the order of a pool depends on beside its line: who works in it, what they cost, and how many runs each share has.
// Read every few seconds and only where it matters; it moves preferences, never what may be claimed at all.
import { type Db, type Statement, sql } from '../base/index.ts';
import type { PoolFacts } from './decide/pick.ts';
import type { Shares } from './decide/turns.ts';

const keptMs = 2000;
/** Shares of a pool whose last turn is remembered. */
const mostServed = 10_000;
/** A job is tried no more often (see JobSubmission), so it has errored on fewer workers than this. */
export const mostAttempts = 20;
const nobody: PoolFacts = { workers: 0, some: [], cheapest: 0, waitBudgetSeconds: 0 };

export class AllPoolFacts {
  readonly #db: Db;
  readonly #leaseSeconds: number;
  #pools = new Map<string, PoolFacts>();
  #running = new Map<string, Map<string, number>>();
  readonly #served = new Map<string, Map<string, number>>();
  #turn = 0;
  #poolsUntil = 0;
  #runningUntil = 0;

  constructor(db: Db, leaseSeconds: number) {
    this.#db = db;
    this.#leaseSeconds = leaseSeconds;
  }

  async of(pool: string, now: number): Promise<PoolFacts> {
    if (now >= this.#poolsUntil) {
      const rows = await this.#db.query<PoolFacts & { pool: string }>(poolFactsStatement(this.#leaseSeconds));
      this.#pools = new Map(rows.map(({ pool: name, ...facts }) => [name, facts]));
      this.#poolsUntil = now + keptMs;
    }
    return this.#pools.get(pool) ?? nobody;
  }

  /** Runs of each share in a pool, with those that were claimed here since counted in; and whose turn was last, as seen from here. */
  async shares(pool: string, now: number): Promise<Shares> {
    if (now >= this.#runningUntil) {
      this.#running = new Map();
      const rows = await this.#db.query<{ pool: string; share: string; runs: number }>(runningStatement());
      for (const row of rows) mapIn(this.#running, row.pool).set(row.share, row.runs);
      this.#runningUntil = now + keptMs;
    }
    return { running: mapIn(this.#running, pool), served: mapIn(this.#served, pool) };
  }

  /** A run of this share begins here: the next pick knows without asking. */
  began(pool: string, share: string): void {
    const running = mapIn(this.#running, pool);
    running.set(share, (running.get(share) ?? 0) + 1);
    const served = mapIn(this.#served, pool);
    if (served.size > mostServed) served.clear();
    served.set(share, ++this.#turn);
  }

  forget(): void {
    this.#poolsUntil = 0;
  }
}

function mapIn(maps: Map<string, Map<string, number>>, pool: string): Map<string, number> {
  const map = maps.get(pool) ?? new Map<string, number>();
  maps.set(pool, map);
  return map;
}

export const poolFactsStatement = (leaseSeconds: number): Statement => sql`
  select pool.name as pool, pool.wait_budget_seconds as "waitBudgetSeconds", there.workers, there.some, there.cheapest
  from (
    select served as pool, count(*)::int as workers, (array_agg(id order by id))[1:${mostAttempts}] as some, min(cost) as cheapest
    from worker, unnest(worker.pools) as served
    where is_there(worker, ${leaseSeconds}) and hold is null
    group by served
  ) as there join pool on pool.name = there.pool`;

/** Of all pools, or of one. */
export const runningStatement = (pool: string | null = null): Statement => sql`
  select job.pool, job.share, count(*)::int as runs
  from run join job on job.id = run.job_id
  where run.ended_at is null and (${pool}::text is null or job.pool = ${pool})
  group by job.pool, job.share`;
