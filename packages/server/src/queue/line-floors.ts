// How far the line of each share has been given out. While an old snapshot is open (a backup, a report), rows that were claimed
// stay in the index before those that wait, and each look has to pass them all; a look from the floors on does not.
import { type Statement, sql } from '../base/index.ts';
import type { Candidate } from './decide/pick.ts';

type Place = Pick<Candidate, 'rank' | 'jobId'>;

/** Shares remembered; of the others a look from the floors finds a few. */
const mostShares = 500;

export class LineFloors {
  readonly #floors = new Map<string, Place>();

  /** These were given out, and with them all before them. */
  raise(taken: readonly Candidate[]): void {
    for (const one of taken) {
      const floor = this.#floors.get(one.share);
      if (!floor || isBefore(floor, one)) this.#floors.set(one.share, one);
    }
    this.#forgetSome();
  }

  /** A look at everything has found these first of their shares: there is nothing before them. */
  found(firsts: readonly Candidate[]): void {
    for (const { share, rank, jobId } of firsts) this.#floors.set(share, { rank, jobId: jobId - 1 });
    this.#forgetSome();
  }

  #forgetSome(): void {
    for (const share of this.#floors.keys()) {
      if (this.#floors.size <= mostShares) return;
      this.#floors.delete(share);
    }
  }

  /** As `lineupStatement`, but passing over what lies below the floors. What comes in there is found by the next look at everything. */
  statement(pool: string, perShare: number): Statement {
    const shares = [...this.#floors];
    // The least share there can be, so that every other one lies after a known one.
    if (!this.#floors.has('')) shares.push(['', { rank: 0, jobId: 0 }]);
    return sql`
      with known as materialized (
        select share, 'epoch'::timestamptz + micros * interval '1 microsecond' as rank, job_id, lead(share) over (order by share) as next
        from unnest(${shares.map(([share]) => share)}::text[], ${shares.map(([, { rank }]) => Math.round(rank * 1000))}::bigint[],
                    ${shares.map(([, { jobId }]) => jobId)}::bigint[]) as t (share, micros, job_id)
      ), share as (
        select share as name, rank, job_id from known
        union all
        select new.share, '-infinity', 0
        from known cross join lateral (
          select ready.share from ready
          where ready.pool = ${pool} and ready.share > known.share and ready.share < known.next order by ready.share limit 1
        ) as new
        union all
        select new.share, '-infinity', 0
        from (select max(share) as share from known) as last cross join lateral (
          select ready.share from ready where ready.pool = ${pool} and ready.share > last.share order by ready.share limit 1
        ) as new
      )
      select first.*
      from share cross join lateral (
        select claimable.job_id as "jobId", claimable.share, lane_id as "laneId", avoid,
               extract(epoch from claimable.rank)::float8 * 1000 as rank, extract(epoch from since)::float8 * 1000 as since
        from claimable
        where pool = ${pool} and claimable.share = share.name and (claimable.rank, claimable.job_id) > (share.rank, share.job_id)
        order by claimable.rank, claimable.job_id
        limit ${perShare}
      ) as first`;
  }
}

const isBefore = (one: Place, other: Place) =>
  one.rank < other.rank || (one.rank === other.rank && one.jobId < other.jobId);
