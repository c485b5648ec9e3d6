// Gives up runs whose worker has been silent longer than its lease. Database time only: no clock of a machine counts. Silence counts
// only while a server was there that could have heard a worker.
import { type Db, sql, type Tx } from '../base/index.ts';
import { type Ended, finish } from './finish.ts';
import type { QueueLimits } from './limits.ts';

export type Expired = Ended & { readonly runId: number };
type Overdue = Silence & { readonly runId: number; readonly claimId: string };

/**
 * Ends what has expired, each in a transaction of its own; `also` does in it what other rooms must do when a run ends.
 * After an outage of all servers nobody could renew, so the first look gives every holder a whole lease instead.
 */
export async function expireLeases(
  db: Db,
  limits: QueueLimits,
  also: (tx: Tx, runId: number) => Promise<void>,
): Promise<{ ended: Expired[]; failures: unknown[] }> {
  if (await wasOutage(db, limits)) return { ended: [], failures: [] };
  const ended: Expired[] = [];
  const failures: unknown[] = [];
  // Not for so long that the next look takes the time of this one for an outage.
  const until = performance.now() + (limits.outageSeconds * 1000) / 4;
  for (let found = batch; found === batch && failures.length === 0 && performance.now() < until; ) {
    const overdue = await readOverdue(db);
    found = overdue.length;
    for (const { runId, claimId, ...silence } of overdue) {
      const reason = { code: 'worker-lost', text: whyLost(silence, limits.leaseSeconds) } as const;
      const giveUp = db.transaction(async (tx) => {
        const still = await tx.query(
          sql`select 1 from run where id = ${runId} and verdict is null and lease_until < now() for update`,
        );
        if (still.length === 0) return;
        const end = await finish(
          tx,
          { runId, claimId },
          { verdict: 'errored', reason, steps: null, logBytes: null },
          limits,
        );
        await also(tx, runId);
        return end;
      });
      // One that cannot be ended must not hold up those behind it.
      const result = await giveUp.catch((error: unknown) => void failures.push(error));
      if (result?.changed) ended.push({ ...result, runId });
    }
  }
  return { ended, failures };
}

/** A row of machines that loses its power has more: then it is looked again at once. */
const batch = 200;

function readOverdue(db: Db): Promise<Overdue[]> {
  return db.query<Overdue>(sql`
    select run.id as "runId", run.claim_id as "claimId", worker.name as worker, run.started_at is not null as started,
           to_char(run.claimed_at at time zone 'UTC', 'HH24:MI:SS"Z"') as "claimedAt",
           to_char(worker.last_seen_at at time zone 'UTC', 'HH24:MI:SS"Z"') as "lastSeenAt",
           to_char(run.lease_until at time zone 'UTC', 'HH24:MI:SS"Z"') as "leaseUntil",
           extract(epoch from now() - worker.last_seen_at)::float8 as "silentSeconds"
    from run join worker on worker.id = run.worker_id
    where run.ended_at is null and run.lease_until < now()
    order by run.id
    limit ${batch}`);
}

export type Silence = {
  readonly worker: string;
  /** It has said a word of the run. */
  readonly started: boolean;
  readonly claimedAt: string;
  readonly lastSeenAt: string;
  readonly leaseUntil: string;
  readonly silentSeconds: number;
};

/** For the person who asks what happened: is it the worker, the way to it, or a start that forgot its runs? */
export function whyLost(silence: Silence, leaseSeconds: number): string {
  const { worker, started, claimedAt, lastSeenAt, leaseUntil, silentSeconds } = silence;
  if (!started) return `Worker ${worker} never confirmed its claim of ${claimedAt}: the answer may have been lost`;
  // It renews all that it holds at a third of the lease: heard of since, it does not hold this run any more.
  if (silentSeconds < leaseSeconds / 2) {
    return `Worker ${worker} is there (heard of at ${lastSeenAt}) but did not renew this run, whose lease ended at ${leaseUntil}: it may have been started anew`;
  }
  const ago = `${Math.floor(silentSeconds)} s ago`;
  return `Worker ${worker} was last heard of at ${lastSeenAt}, ${ago}, and its lease ended: it or its network is down`;
}

/** A server that answers workers notes that it lives: silence counts against a worker from then on. */
export async function noteAnswering(db: Db): Promise<void> {
  await db.query(sql`
    update lease_clock set last_answer_at = now()
    where last_answer_at is null or last_answer_at < now() - interval '1 second'`);
}

/** Logs are not taken at this moment, as when a disk is full. */
export async function noteLogsHeld(db: Db): Promise<void> {
  await db.query(sql`update lease_clock set logs_taken_since = now()`);
}

type Clock = { readonly gapSeconds: number; readonly wasAway: boolean; readonly isAway: boolean };

/** Moves the clock of looks; true while nobody looked or answered for so long that leases could not have been renewed. */
async function wasOutage(db: Db, limits: QueueLimits): Promise<boolean> {
  return db.transaction(async (tx) => {
    // A server of the version before notes nothing; that it answers is seen by the workers that were heard.
    const [clock] = await tx.query<Clock>(sql`
      select extract(epoch from now() - last_look_at)::float8 as "gapSeconds", was_away as "wasAway",
             coalesce(last_answer_at < now() - make_interval(secs => ${limits.outageSeconds}), false)
               and not exists (
                 select 1 from worker where last_seen_at > now() - make_interval(secs => ${limits.outageSeconds})) as "isAway"
      from lease_clock
      for update skip locked`);
    if (!clock) return true;
    const isOutage = clock.isAway || clock.wasAway || clock.gapSeconds >= limits.outageSeconds;
    await tx.query(sql`
      update lease_clock
      set last_look_at = now(), was_away = ${clock.isAway},
          logs_taken_since = case when ${isOutage} then now() else logs_taken_since end`);
    if (!isOutage) return false;
    if (clock.isAway) return true;
    await tx.query(sql`
      update run set lease_until = greatest(lease_until, now() + make_interval(secs => ${limits.leaseSeconds}))
      where ended_at is null`);
    return true;
  });
}
