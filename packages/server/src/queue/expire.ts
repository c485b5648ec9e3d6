// Gives up runs whose worker has been silent longer than its lease. Database time only: no clock of a machine counts.
import { type Db, sql } from '../base/index.ts';
import { type Ended, finish } from './finish.ts';
import type { QueueLimits } from './limits.ts';

export type Expired = Ended & { readonly runId: number };

/**
 * Ends what has expired, each in a transaction of its own; `also` does in it what other rooms must do when a run ends.
 * After an outage of all servers nobody could renew, so the first look gives every holder a whole lease instead.
 */
export async function expireLeases(
  db: Db,
  limits: QueueLimits,
  also: (tx: Parameters<Parameters<Db['transaction']>[0]>[0], runId: number) => Promise<void>,
): Promise<{ ended: Expired[]; failures: unknown[] }> {
  if (await wasOutage(db, limits)) return { ended: [], failures: [] };
  const overdue = await db.query<{ runId: number; claimId: string; worker: string; started: boolean }>(sql`
    select run.id as "runId", run.claim_id as "claimId", worker.name as worker, run.started_at is not null as started
    from run join worker on worker.id = run.worker_id
    where run.ended_at is null and run.lease_until < now()
    order by run.id
    limit 200`);
  const ended: Expired[] = [];
  const failures: unknown[] = [];
  for (const { runId, claimId, worker, started } of overdue) {
    const text = started
      ? `Worker ${worker} has not been heard of for ${limits.leaseSeconds} s`
      : `Worker ${worker} never confirmed the claim`;
    const giveUp = db.transaction(async (tx) => {
      const still = await tx.query(
        sql`select 1 from run where id = ${runId} and ended_at is null and lease_until < now() for update`,
      );
      if (still.length === 0) return;
      const end = await finish(
        tx,
        { runId, claimId },
        { verdict: 'errored', reason: { code: 'worker-lost', text }, steps: null, logBytes: null },
        limits,
      );
      await also(tx, runId);
      return end;
    });
    // One that cannot be ended must not hold up those behind it.
    const result = await giveUp.catch((error: unknown) => void failures.push(error));
    if (result?.changed) ended.push({ ...result, runId });
  }
  return { ended, failures };
}

/** Moves the clock of looks; true when nobody had looked for so long that leases could not have been renewed. */
async function wasOutage(db: Db, limits: QueueLimits): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [clock] = await tx.query<{ gapSeconds: number }>(sql`
      select extract(epoch from now() - last_look_at)::float8 as "gapSeconds" from lease_clock for update skip locked`);
    if (!clock) return true;
    await tx.query(sql`update lease_clock set last_look_at = now()`);
    if (clock.gapSeconds < limits.outageSeconds) return false;
    await tx.query(sql`
      update run set lease_until = greatest(lease_until, now() + make_interval(secs => ${limits.leaseSeconds}))
      where ended_at is null`);
    return true;
  });
}
