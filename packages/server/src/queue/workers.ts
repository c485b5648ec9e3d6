// Workers come and go: a process registers under a name, and signs off.
import { Refused, type WorkerFacts } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';

/**
 * The same name is the same worker, also with other pools or another version.
 * @throws Refused worker-retired; name-taken while a worker with another token is there under this name.
 */
export async function registerWorker(
  db: Db,
  facts: WorkerFacts,
  tokenId: number | null,
  leaseSeconds: number,
): Promise<number> {
  const session = facts.session ?? null;
  const [row] = await db.query<{ id: number; hold: string | null; reason: string | null; by: string | null }>(sql`
    with pools as (
      insert into pool (name) select unnest(${facts.pools}::text[]) on conflict do nothing
    )
    insert into worker (name, pools, capacity, version, platform, cost, token_id, session, state)
    values (${facts.name}, ${facts.pools}, ${facts.capacity}, ${facts.version}, ${facts.platform}, ${facts.cost ?? 0}, ${tokenId}, ${session}::uuid, 'active')
    on conflict (name) do update
    set pools = excluded.pools, capacity = excluded.capacity, version = excluded.version, platform = excluded.platform, cost = excluded.cost,
        token_id = excluded.token_id, session = excluded.session, state = 'active', last_seen_at = now()
    where worker.token_id is not distinct from excluded.token_id or worker.state = 'gone'
      or worker.last_seen_at < now() - make_interval(secs => ${leaseSeconds})
    returning id, hold, hold_reason as reason, hold_by as by`);
  if (!row) {
    throw new Refused(
      'name-taken',
      `A worker ${facts.name} with another token is there. Give this one another name: --name.`,
    );
  }
  if (row.hold === 'retired') {
    const who = row.by ? ` by ${row.by}` : '';
    throw new Refused(
      'worker-retired',
      `Worker ${facts.name} was retired${who}: ${row.reason}. Give this one another name with --name, or let the old one go first.`,
    );
  }
  return row.id;
}

export type SignOff = { readonly id: number; readonly tokenId: number | null; readonly session: string | null };

/**
 * It takes no more. While it still holds runs it is draining. Repeating it changes nothing, and neither does the sign-off of a
 * process under whose name another one has registered since.
 * @throws Refused when it registered with another token: a worker speaks for itself alone.
 */
export async function signOffWorker(db: Db, worker: SignOff): Promise<void> {
  const [seen] = await db.query<{ isIts: boolean }>(sql`
    select token_id is not distinct from ${worker.tokenId}::bigint as "isIts" from worker where id = ${worker.id}`);
  if (seen && !seen.isIts) throw new Refused('not-allowed', `Worker ${worker.id} registered with another token.`);
  await db.query(sql`
    update worker
    set last_seen_at = now(),
        state = case when exists (select 1 from run where worker_id = worker.id and ended_at is null) then 'draining' else 'gone' end
    where id = ${worker.id} and (${worker.session}::uuid is null or session is null or session = ${worker.session}::uuid)`);
}
