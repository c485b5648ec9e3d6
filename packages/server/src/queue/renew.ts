// Keeps the claims of workers' runs and says which are lost and which are to be cancelled: all that ask at one moment in two statements.
// After a server has been away its whole fleet asks at once, and one by one the claims would stand in line behind thousands of these.
// Nobody waits until that is on the disk (synchronous_commit): a fleet renews hundreds of times a second, and the claims would stand
// in line behind it. Should PostgreSQL die, the last half second of it is renewed again long before a lease ends. Not so the first
// renewal: the short lease of a claim would end before the second one, and the job be given to another. That one is waited for.
import { type Reason, Refused } from '@signalbox/protocol';
import { type Db, gather, sql } from '../base/index.ts';
import type { RunHold } from './finish.ts';
import type { QueueLimits } from './limits.ts';

export type Renewed = { readonly lost: number[]; readonly cancelled: { runId: number; reason: Reason }[] };
export type Renewing = {
  readonly worker: { readonly id: number; readonly tokenId: number | null };
  readonly held: readonly RunHold[];
};
/** @throws Refused when the worker is not known, or registered with another token. */
export type Renew = (worker: Renewing['worker'], held: readonly RunHold[]) => Promise<Renewed>;

/** Workers in one statement: more would hold the rows of all while it lasts. */
const batch = 100;

export function createRenew(db: Db, limits: QueueLimits): Renew {
  const together = gather<Renewing, Renewed | Refused>(batch, (asked) => renewMany(db, asked, limits));
  return async (worker, held) => {
    const answer = await together({ worker, held });
    if (answer instanceof Refused) throw answer;
    return answer;
  };
}

/** For each what came of it, in their order. */
async function renewMany(
  db: Db,
  asked: readonly Renewing[],
  { leaseSeconds }: QueueLimits,
): Promise<(Renewed | Refused)[]> {
  const tokens = await hearFrom(
    db,
    asked.map(({ worker }) => worker.id),
  );
  const refusals = asked.map(({ worker }) => whyNot(worker, tokens));
  const held = asked.flatMap((each, index) =>
    refusals[index] ? [] : each.held.map((hold) => ({ ...hold, workerId: each.worker.id })),
  );
  const kept = new Map((await keep(db, held, leaseSeconds)).map((run) => [heldKey(run.workerId, run), run]));
  return asked.map(({ worker, held }, index) => {
    const refused = refusals[index];
    if (refused) return refused;
    const keptOf = (hold: RunHold) => {
      const run = kept.get(heldKey(worker.id, hold));
      return run?.runId === hold.runId ? run : undefined;
    };
    return {
      lost: held.filter((hold) => !keptOf(hold)).map((hold) => hold.runId),
      cancelled: held.flatMap((hold) => {
        const reason = keptOf(hold)?.cancelReason;
        return reason ? [{ runId: hold.runId, reason }] : [];
      }),
    };
  });
}

/** A claim id is a UUID: the database writes it small, whoever sends it may not. */
const heldKey = (workerId: number, { claimId }: RunHold) => `${workerId} ${claimId.toLowerCase()}`;

function whyNot(worker: Renewing['worker'], tokens: ReadonlyMap<number, number | null>): Refused | undefined {
  if (!tokens.has(worker.id)) return new Refused('not-found', `No worker ${worker.id} is registered. Register again.`);
  return tokens.get(worker.id) === worker.tokenId
    ? undefined
    : new Refused('not-allowed', `Worker ${worker.id} registered with another token.`);
}

/** The tokens of those that are known. Locked in the order of ids, as everywhere. */
async function hearFrom(db: Db, workerIds: readonly number[]): Promise<ReadonlyMap<number, number | null>> {
  const seen = await db.query<{ id: number; tokenId: number | null }>(sql`
    with locked as materialized (
      select here.id
      from (select distinct id from unnest(${workerIds}::bigint[]) as t (id) order by id) as asked
      cross join lateral (select worker.id from worker where worker.id = asked.id for no key update) as here
    )
    update worker set last_seen_at = now()
    where id = any (array(select id from locked)) and (select set_config('synchronous_commit', 'off', true)) = 'off'
    returning id, token_id as "tokenId"`);
  return new Map(seen.map((worker) => [worker.id, worker.tokenId]));
}

type Held = RunHold & { readonly workerId: number };
type Kept = Held & { readonly cancelReason: Reason | null };

async function keep(db: Db, held: readonly Held[], leaseSeconds: number): Promise<Kept[]> {
  if (held.length === 0) return [];
  return db.query<Kept>(sql`
    with locked as materialized (
      select run.id, run.lease_until
      from (
        select run_id, claim_id, worker_id
        from unnest(${held.map((hold) => hold.runId)}::bigint[], ${held.map((hold) => hold.claimId)}::uuid[],
                    ${held.map((hold) => hold.workerId)}::bigint[]) as t (run_id, claim_id, worker_id)
        order by run_id
      ) as held
      -- Each by its key, in the order of ids. As a join it was planned for one run of the worker, and 1,000 of them made a million
      -- comparisons: 370 ms instead of 8. Why the verdict tells who is open: finish-alone.ts.
      cross join lateral (
        select run.id, run.lease_until from run
        where run.id = held.run_id and run.claim_id = held.claim_id and run.worker_id = held.worker_id and run.verdict is null
        for update
      ) as run
    )
    update run
    set lease_until = now() + make_interval(secs => ${leaseSeconds}), started_at = coalesce(started_at, now())
    where run.id = any (array(select id from locked)) and run.verdict is null
      and (
        select set_config('synchronous_commit', 'off', true) from locked
        having min(lease_until) > now() + make_interval(secs => ${leaseSeconds / 2})
      ) is distinct from ''
    returning run.id as "runId", run.claim_id as "claimId", run.worker_id as "workerId", run.cancel_reason as "cancelReason"`);
}
