// What the order of a pool depends on beside its line: who works in it, what they cost, and how many runs each share has.
// Read every few seconds and only where it matters; it moves preferences, never what may be claimed at all.
import { type Db, type Statement, sql } from '../base/index.ts';
import type { PoolFacts } from './decide/pick.ts';
import type { Shares } from './decide/turns.ts';
import { KeptFresh } from './kept-fresh.ts';

/** Shares of a pool whose last turn is remembered. */
const mostServed = 10_000;
/** A job is tried no more often (see JobSubmission), so it has errored on fewer workers than this. */
export const mostAttempts = 20;
const nobody: PoolFacts = { workers: 0, some: [], cheapest: 0, waitBudgetSeconds: 0 };

export class AllPoolFacts {
  readonly #pools: KeptFresh<Map<string, PoolFacts>>;
  readonly #running: KeptFresh<Map<string, Map<string, number>>>;
  readonly #served = new Map<string, Map<string, number>>();
  #turn = 0;

  constructor(db: Db, leaseSeconds: number) {
    this.#pools = new KeptFresh(async () => {
      const rows = await db.query<PoolFacts & { pool: string }>(poolFactsStatement(leaseSeconds));
      return new Map(rows.map(({ pool: name, ...facts }) => [name, facts]));
    });
    this.#running = new KeptFresh(async () => {
      const running = new Map<string, Map<string, number>>();
      const rows = await db.query<{ pool: string; share: string; runs: number }>(runningStatement());
      for (const row of rows) mapIn(running, row.pool).set(row.share, row.runs);
      return running;
    });
  }

  async of(pool: string, now: number): Promise<PoolFacts> {
    return (await this.#pools.at(now)).get(pool) ?? nobody;
  }

  /** Runs of each share in a pool, with those that were claimed here since counted in; and whose turn was last, as seen from here. */
  async shares(pool: string, now: number): Promise<Shares> {
    return { running: mapIn(await this.#running.at(now), pool), served: mapIn(this.#served, pool) };
  }

  /** A run of this share begins here: the next pick knows without asking. */
  began(pool: string, share: string): void {
    const running = this.#running.last && mapIn(this.#running.last, pool);
    running?.set(share, (running.get(share) ?? 0) + 1);
    const served = mapIn(this.#served, pool);
    if (served.size > mostServed) served.clear();
    served.set(share, ++this.#turn);
  }

  /** What was said of pools is another thing now: the next who asks waits for it. */
  forget(): void {
    this.#pools.forget();
  }

  /** Workers came or went. */
  touch(): void {
    this.#pools.touch();
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
