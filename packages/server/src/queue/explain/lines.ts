// The lines of a pool, read from their heads as deep as they are asked for: however many wait, what is read is bounded.
import { type Queryable, type Statement, sql } from '../../base/index.ts';
import type { Candidate } from '../decide/pick.ts';

/** Shares of a pool that are looked at; each costs a step in the index. */
const mostShares = 1000;
/** Jobs that are read at first, about, and of each share at least: as the waiting room does. */
const firstRows = 2000;
const fewest = 20;
/** A line that was used up is read on so much deeper, together with those that soon will be; but no more rows at once than these. */
const deeper = 5;
const mostRows = 10_000;

export class Lines {
  /** Of each share, as far as it has been read; grows in place. */
  readonly jobs: ReadonlyMap<string, readonly Candidate[]>;
  readonly #jobs: ReadonlyMap<string, Candidate[]>;
  readonly #db: Queryable;
  readonly #pool: string;
  readonly #which: Which;
  readonly #left = new Map<string, number>();
  readonly #whole = new Set<string>();
  #depth: number;

  private constructor(db: Queryable, pool: string, which: Which, shares: readonly string[]) {
    this.#db = db;
    this.#pool = pool;
    this.#which = which;
    this.#depth = Math.max(fewest, Math.floor(firstRows / Math.max(1, shares.length)));
    this.#jobs = new Map(shares.map((share) => [share, []]));
    this.jobs = this.#jobs;
  }

  static async read(db: Queryable, pool: string, which: Which): Promise<Lines> {
    const shares = await db.query<{ share: string }>(sharesStatement(pool));
    const lines = new Lines(
      db,
      pool,
      which,
      shares.map((row) => row.share),
    );
    await lines.#read([...lines.jobs.keys()]);
    return lines;
  }

  /** One of this share was taken: reads on when none is left of what was read. */
  async took(share: string): Promise<void> {
    const left = this.#left.get(share)! - 1;
    this.#left.set(share, left);
    if (left > 0 || this.#whole.has(share)) return;
    const lengthOf = (one: string) => this.#jobs.get(one)!.length;
    const soon = [...this.#left]
      .filter(([one, rest]) => !this.#whole.has(one) && rest * 2 <= lengthOf(one))
      .map(([one]) => one);
    const longest = Math.max(...soon.map(lengthOf));
    this.#depth = Math.min(longest * deeper, longest + Math.ceil(mostRows / soon.length));
    await this.#read(soon);
  }

  async #read(shares: readonly string[]): Promise<void> {
    if (shares.length === 0) return;
    const found = new Map<string, Candidate[]>(shares.map((share) => [share, []]));
    for (const row of await this.#db.query<Candidate>(linesStatement(this.#which, this.#pool, shares, this.#depth))) {
      found.get(row.share)!.push(row);
    }
    for (const [share, jobs] of found) {
      const line = this.#jobs.get(share)!;
      const more = jobs.slice(line.length);
      line.push(...more);
      this.#left.set(share, (this.#left.get(share) ?? 0) + more.length);
      if (jobs.length < this.#depth) this.#whole.add(share);
    }
  }
}

/** From share to share by the index, however many wait in each. */
export const sharesStatement = (pool: string): Statement => sql`
  with recursive share as (
    (select ready.share as name from ready where ready.pool = ${pool} order by ready.share limit 1)
    union all
    select (select ready.share from ready where ready.pool = ${pool} and ready.share > share.name order by ready.share limit 1)
    from share where share.name is not null
  )
  select name as share from share where name is not null limit ${mostShares}`;

/** `which`: what may be claimed now; or all that is ready, as it stands when nothing is paused and every time has come. */
export type Which = 'claimable' | 'ready';

export function linesStatement(which: Which, pool: string, shares: readonly string[], depth: number): Statement {
  return which === 'claimable'
    ? sql`
        select first.*
        from unnest(${shares}::text[]) as asked (share)
        cross join lateral (
          select job_id as "jobId", line.share, lane_id as "laneId", avoid,
                 extract(epoch from line.rank)::float8 * 1000 as rank, extract(epoch from line.since)::float8 * 1000 as since
          from claimable as line
          where line.pool = ${pool} and line.share = asked.share
          order by line.rank, line.job_id
          limit ${depth}
        ) as first`
    : sql`
        select first.*
        from unnest(${shares}::text[]) as asked (share)
        cross join lateral (
          select job_id as "jobId", line.share, lane_id as "laneId", avoid,
                 extract(epoch from line.rank)::float8 * 1000 as rank, extract(epoch from line.since)::float8 * 1000 as since
          from ready as line
          where line.pool = ${pool} and line.share = asked.share
          order by line.rank, line.job_id
          limit ${depth}
        ) as first`;
}
