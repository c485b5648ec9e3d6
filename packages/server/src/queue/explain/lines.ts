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

/** What may be claimed now; or all that is ready, as it stands when nothing is paused and every time has come. */
export type Which = 'claimable' | 'ready';

export class Lines {
  /** Of each share, as far as it has been read; grows in place. */
  readonly jobs: ReadonlyMap<string, readonly Candidate[]>;
  readonly #jobs: ReadonlyMap<string, Candidate[]>;
  readonly #db: Queryable;
  readonly #pool: string;
  readonly #which: Which;
  /** Jobs that were read and not taken, of the lines that go on behind them. */
  readonly #left = new Map<string, number>();

  private constructor(db: Queryable, pool: string, which: Which, shares: readonly string[]) {
    this.#db = db;
    this.#pool = pool;
    this.#which = which;
    this.#jobs = new Map(shares.map((share) => [share, []]));
    this.jobs = this.#jobs;
  }

  static async read(db: Queryable, pool: string, which: Which): Promise<Lines> {
    const shares = (await db.query<{ share: string }>(sharesStatement(pool))).map((row) => row.share);
    const lines = new Lines(db, pool, which, shares);
    await lines.#read(shares, 0, Math.max(fewest, Math.floor(firstRows / Math.max(1, shares.length))));
    return lines;
  }

  /** One of this share was taken: reads on when none is left of what was read, `most` in all at most. */
  async took(share: string, most: number): Promise<void> {
    const left = this.#left.get(share);
    if (left === undefined) return;
    this.#left.set(share, left - 1);
    if (left > 1 || most === 0) return;
    const length = this.#jobs.get(share)!.length;
    const soon = [...this.#left]
      .filter(([one, rest]) => rest * 2 <= length && this.#jobs.get(one)!.length === length)
      .map(([one]) => one);
    await this.#read(soon, length, Math.min(length * (deeper - 1), Math.ceil(mostRows / soon.length), most));
  }

  async #read(shares: readonly string[], from: number, count: number): Promise<void> {
    if (shares.length === 0) return;
    const rows = await this.#db.query<Packed>(linesStatement(this.#which, this.#pool, shares, from, count));
    const found = new Map(rows.map((row) => [row.share, row]));
    for (const share of shares) {
      const more = unpack(found.get(share));
      this.#jobs.get(share)!.push(...more);
      if (more.length < count) this.#left.delete(share);
      else this.#left.set(share, (this.#left.get(share) ?? 0) + more.length);
    }
  }
}

/** One row a share: thousands of rows of numbers cost more on their way than in the database. Times in microseconds since 1970. */
type Packed = {
  readonly share: string;
  readonly jobIds: readonly number[];
  readonly ranks: readonly number[];
  readonly sinces: readonly number[];
  /** 0: it has none. */
  readonly lanes: readonly number[];
  /** Few have any. */
  readonly avoid: Readonly<Record<string, readonly number[]>>;
};

const none: readonly number[] = [];

function unpack(packed: Packed | undefined): Candidate[] {
  if (!packed) return [];
  const { share, jobIds, ranks, sinces, lanes, avoid } = packed;
  return jobIds.map((jobId, index) => ({
    jobId,
    share,
    laneId: lanes[index] || null,
    rank: ranks[index]! / 1000,
    since: sinces[index]! / 1000,
    avoid: avoid[jobId] ?? none,
  }));
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

/** Each line comes sorted out of the index, and is packed in that order. */
export function linesStatement(
  which: Which,
  pool: string,
  shares: readonly string[],
  from: number,
  count: number,
): Statement {
  return which === 'claimable'
    ? sql`
        select asked.share, first.*
        from unnest(${shares}::text[]) as asked (share)
        cross join lateral (
          select array_agg(job_id) as "jobIds",
                 array_agg((date_part('epoch', rank) * 1e6)::bigint) as ranks,
                 array_agg((date_part('epoch', since) * 1e6)::bigint) as sinces,
                 array_agg(coalesce(lane_id, 0)) as lanes,
                 coalesce(jsonb_object_agg(job_id, avoid) filter (where avoid <> '{}'), '{}') as avoid
          from (
            select job_id, rank, since, lane_id, avoid from claimable
            where pool = ${pool} and share = asked.share
            order by rank, job_id
            offset ${from} limit ${count}
          ) as line
        ) as first
        where first."jobIds" is not null`
    : sql`
        select asked.share, first.*
        from unnest(${shares}::text[]) as asked (share)
        cross join lateral (
          select array_agg(job_id) as "jobIds",
                 array_agg((date_part('epoch', rank) * 1e6)::bigint) as ranks,
                 array_agg((date_part('epoch', since) * 1e6)::bigint) as sinces,
                 array_agg(coalesce(lane_id, 0)) as lanes,
                 coalesce(jsonb_object_agg(job_id, avoid) filter (where avoid <> '{}'), '{}') as avoid
          from (
            select job_id, rank, since, lane_id, avoid from ready
            where pool = ${pool} and share = asked.share
            order by rank, job_id
            offset ${from} limit ${count}
          ) as line
        ) as first
        where first."jobIds" is not null`;
}
