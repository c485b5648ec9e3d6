// Takes out a worker whose runs error one after another, before it eats the attempts of every job of its pools.
import { sql, type Tx } from '../base/index.ts';
import { shouldQuarantine } from './decide/quarantine.ts';

/** One more errored run. Returns the topics to hint. */
export async function countErrored(tx: Tx, workerId: number, after: number): Promise<string[]> {
  const [worker] = await tx.query<{ erroredInARow: number; hold: string | null }>(sql`
    update worker set errored_in_a_row = errored_in_a_row + 1
    where id = ${workerId}
    returning errored_in_a_row as "erroredInARow", hold`);
  if (!worker || worker.hold !== null || after === 0 || worker.erroredInARow < after) return [];
  const [others] = await tx.query<{ workers: number; quarantined: number }>(sql`
    select count(*) as workers, count(*) filter (where other.hold = 'quarantined' and other.hold_by is null) as quarantined
    from worker join worker as other on other.pools && worker.pools and other.state = 'active'
    where worker.id = ${workerId}`);
  if (!shouldQuarantine({ erroredInARow: worker.erroredInARow, after, ...others! })) return [];
  await tx.query(sql`
    update worker
    set hold = 'quarantined', held_at = now(), hold_by = null,
        hold_reason = ${`${worker.erroredInARow} runs in a row errored`} || coalesce((
          select '; the last: ' || (run.reason ->> 'text') from run
          where run.worker_id = ${workerId} and run.verdict = 'errored' and run.ended_at = now() limit 1), '')
    where id = ${workerId} and hold is null`);
  return ['workers', 'worker-changed'];
}

/** Runs that ended otherwise: it is well. */
export async function countWell(tx: Tx, workerIds: readonly number[]): Promise<string[]> {
  await tx.query(sql`
    update worker set errored_in_a_row = 0 where id = any (${workerIds}::bigint[]) and errored_in_a_row > 0`);
  return [];
}
