// The first in line of one pool, kept in memory: a hint, read anew from `ready` again and again. It is bounded, so a line of a
// million jobs costs as much as one of a thousand; and claims go by primary key, so dead rows at the head of an index (an old
// snapshot, a backup) cost them nothing, and looks little: line-floors.ts.
import { type Db, type Statement, sql } from '../base/index.ts';
import type { Candidate } from './decide/pick.ts';
import { LineFloors } from './line-floors.ts';

/** Jobs in memory, over all shares of a pool, about. */
const most = 2000;
/** Of each share at least: one is given, the next is known. Thousands of branches may have a share each. */
const fewest = 2;
/** Until it is known how many shares there are. */
const atFirst = 100;
/** What others have put in line is seen after this, also while there is enough to give. */
const freshMs = 200;
/** An empty line that nobody said anything of is looked at again after this: workers come to ask hundreds of times a second. */
const emptyMs = 1000;
/** Looking takes at most one part in so many of the time. */
const costPart = 20;
/** A look at everything that took longer than this has passed many dead rows: for a while only what is new is looked at. */
const dearMs = 10;

type Row = Omit<Candidate, 'rank' | 'since'> & { rank: number; since: number };

export class Lineup {
  readonly #pool: string;
  #lines = new Map<string, Candidate[]>();
  #loadedAt = Number.NEGATIVE_INFINITY;
  #isStale = true;
  #perShare = atFirst;
  #tookMs = 0;
  #isFruitless = false;
  readonly #floors = new LineFloors();
  /** When everything is looked at again. */
  #wholeAt = Number.NEGATIVE_INFINITY;

  constructor(pool: string) {
    this.#pool = pool;
  }

  get lines(): ReadonlyMap<string, readonly Candidate[]> {
    return this.#lines;
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Something entered the line, or left it otherwise than by a claim from here. */
  touch(): void {
    this.#isStale = true;
  }

  /** What is known now may be wrong: a pause began or ended. */
  forget(): void {
    this.#isStale = true;
    this.#loadedAt = Number.NEGATIVE_INFINITY;
    this.#wholeAt = Number.NEGATIVE_INFINITY;
  }

  /** Nobody who asks may have any of it. Returns after how many milliseconds to look again; null: nothing has changed since. */
  wasFruitless(now: number): number | null {
    this.#isFruitless = true;
    return this.#isStale ? this.#dueInMs(now) : null;
  }

  /** Whether a look now would find nothing, as far as is known: `refresh` would not look either. */
  isKnownEmpty(now: number): boolean {
    return this.isEmpty && !this.#isStale && now < this.#loadedAt + emptyMs;
  }

  /** Reads the line anew when that is worth it. `now` in milliseconds. */
  async refresh(db: Db, now: number): Promise<void> {
    if (this.#dueInMs(now) > 0 || !(this.#isStale || this.isEmpty) || this.isKnownEmpty(now)) return;
    this.#isStale = false;
    this.#isFruitless = false;
    const isWhole = now >= this.#wholeAt;
    const began = performance.now();
    const rows = await db.query<Row>(
      isWhole ? lineupStatement(this.#pool, this.#perShare) : this.#floors.statement(this.#pool, this.#perShare),
    );
    this.#tookMs = performance.now() - began;
    this.#loadedAt = now;
    if (isWhole) this.#wholeAt = this.#tookMs < dearMs ? now : now + this.#tookMs * costPart;
    this.#lines = new Map();
    for (const row of rows) {
      const line = this.#lines.get(row.share);
      if (line) line.push(row);
      else this.#lines.set(row.share, [row]);
    }
    if (isWhole) this.#floors.found([...this.#lines.values()].map((line) => line[0]!));
    this.#perShare = Math.max(fewest, Math.floor(most / Math.max(1, this.#lines.size)));
  }

  #dueInMs(now: number): number {
    if (this.isEmpty) return 0;
    const pauseMs = Math.max(this.#isFruitless ? 0 : freshMs, this.#tookMs * costPart);
    return Math.max(0, this.#loadedAt + pauseMs - now);
  }

  /** These were claimed, or cannot be: either way they are not first in line any more. */
  drop(taken: readonly Candidate[]): void {
    this.#floors.raise(taken);
    const ids = new Set(taken.map((candidate) => candidate.jobId));
    for (const share of new Set(taken.map((candidate) => candidate.share))) {
      const left = (this.#lines.get(share) ?? []).filter((candidate) => !ids.has(candidate.jobId));
      if (left.length > 0) this.#lines.set(share, left);
      else {
        this.#lines.delete(share);
        // There may be more of this share than fitted.
        this.#isStale = true;
      }
    }
  }
}

/** The first of each share: from share to share by the index, however many wait in each. */
export function lineupStatement(pool: string, perShare: number): Statement {
  return sql`
    with recursive share as (
      (select ready.share as name from ready where ready.pool = ${pool} order by ready.share limit 1)
      union all
      select (select ready.share from ready where ready.pool = ${pool} and ready.share > share.name order by ready.share limit 1)
      from share where share.name is not null
    )
    select first.*
    from share cross join lateral (
      select job_id as "jobId", claimable.share, lane_id as "laneId", avoid,
             extract(epoch from rank)::float8 * 1000 as rank, extract(epoch from since)::float8 * 1000 as since
      from claimable
      where pool = ${pool} and claimable.share = share.name
      order by claimable.rank, job_id
      limit ${perShare}
    ) as first
    where share.name is not null`;
}

/** Pools in which a job is in line: from pool to pool by the index, however many wait in each. */
export function poolsInLineStatement(): Statement {
  return sql`
    with recursive found as (
      (select pool from ready order by pool limit 1)
      union all
      select (select ready.pool from ready where ready.pool > found.pool order by ready.pool limit 1)
      from found where found.pool is not null
    )
    select pool from found where pool is not null`;
}
