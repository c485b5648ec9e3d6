// Takes out a worker whose runs error one after another, before it eats the attempts of every job of its pools.
import { sql, type Tx } from '../base/index.ts';
import { shouldQuarantine } from './decide/quarantine.ts';
import type { QueueLimits } from './limits.ts';

/** Held while one is taken out: two that err at the same moment would each see the other one as well. */
const quarantineLock = 7_202_613;

/** One more errored run. Returns the topics to hint. */
export async function countErrored(
  tx: Tx,
  workerId: number,
  { quarantineAfter, leaseSeconds }: QueueLimits,
): Promise<string[]> {
  const [worker] = await tx.query<{ erroredInARow: number; hold: string | null }>(sql`
    update worker set errored_in_a_row = errored_in_a_row + 1
    where id = ${workerId}
    returning errored_in_a_row as "erroredInARow", hold`);
  if (!worker || worker.hold !== null || quarantineAfter === 0 || worker.erroredInARow < quarantineAfter) return [];
  await tx.query(sql`select pg_advisory_xact_lock(${quarantineLock}::bigint)`);
  // Who is not there, or was taken out by a person, does no job in its place.
  const [others] = await tx.query<{ workers: number; quarantined: number }>(sql`
    select count(*) as workers, count(*) filter (where other.hold is not null) as quarantined
    from worker
    join worker as other on other.pools && worker.pools
      and (other.id = worker.id or is_there(other, ${leaseSeconds}))
      and (other.hold is null or other.hold = 'quarantined' and other.hold_by is null)
    where worker.id = ${workerId}`);
  const { erroredInARow } = worker;
  if (!shouldQuarantine({ erroredInARow, after: quarantineAfter, ...others! })) return [];
  await tx.query(sql`
    update worker
    set hold = 'quarantined', held_at = now(), hold_by = null,
        hold_reason = ${`${erroredInARow} runs in a row errored`} || coalesce((
          select '; the last: ' || (run.reason ->> 'text') from run
          where run.worker_id = ${workerId} and run.verdict = 'errored' and run.ended_at = now() limit 1), '')
    where id = ${workerId} and hold is null`);
  return ['workers', `worker-changed:${workerId}`];
}

/** Runs that ended otherwise: it is well. */
export async function countWell(tx: Tx, workerIds: readonly number[]): Promise<string[]> {
  await tx.query(sql`
    update worker set errored_in_a_row = 0 where id = any (${workerIds}::bigint[]) and errored_in_a_row > 0`);
  return [];
}
