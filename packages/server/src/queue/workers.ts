// The workers that have been seen, and the pools that they serve.
import { type Pool, Refused, type Worker, type WorkerFacts } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';

/**
 * The same name is the same worker, also with other pools or another version.
 * @throws Refused name-taken while a worker with another token is there under this name.
 */
export async function registerWorker(
  db: Db,
  facts: WorkerFacts,
  tokenId: number | null,
  leaseSeconds: number,
): Promise<number> {
  const session = facts.session ?? null;
  const [row] = await db.query<{ id: number }>(sql`
    with pools as (
      insert into pool (name) select unnest(${facts.pools}::text[]) on conflict do nothing
    )
    insert into worker (name, pools, capacity, version, platform, token_id, session, state)
    values (${facts.name}, ${facts.pools}, ${facts.capacity}, ${facts.version}, ${facts.platform}, ${tokenId}, ${session}::uuid, 'active')
    on conflict (name) do update
    set pools = excluded.pools, capacity = excluded.capacity, version = excluded.version, platform = excluded.platform,
        token_id = excluded.token_id, session = excluded.session, state = 'active', last_seen_at = now()
    where worker.token_id is not distinct from excluded.token_id or worker.state = 'gone'
      or worker.last_seen_at < now() - make_interval(secs => ${leaseSeconds})
    returning id`);
  if (!row) {
    throw new Refused(
      'name-taken',
      `A worker ${facts.name} with another token is there. Give this one another name: --name.`,
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

/** Those that are there first; those gone for more than a day are left out. */
export async function listWorkers(db: Db, leaseSeconds: number): Promise<Worker[]> {
  return db.query<Worker>(sql`
    select worker.id, name, pools, capacity, version, platform, first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt",
           case when state = 'gone' or last_seen_at < now() - interval '15 minutes' and held.runs is null then 'gone'
                when last_seen_at < now() - make_interval(secs => ${leaseSeconds}) then 'silent'
                when state = 'draining' then 'draining'
                when held.runs is not null then 'busy' else 'idle' end as state,
           coalesce(held.runs, '[]') as running
    from worker
    left join lateral (
      select jsonb_agg(jsonb_build_object('runId', run.id, 'jobId', job.id, 'jobName', job.name, 'claimedAt',
               to_char(run.claimed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by run.id) as runs
      from run join job on job.id = run.job_id
      where run.worker_id = worker.id and run.ended_at is null
    ) as held on true
    where state <> 'gone' or last_seen_at > now() - interval '1 day'
    order by (state = 'gone' or last_seen_at < now() - interval '15 minutes'), name`);
}

export async function listPools(db: Db, leaseSeconds: number): Promise<Pool[]> {
  return db.query<Pool>(sql`
    select pool.name,
           (select count(*) from ready where ready.pool = pool.name)::int as ready,
           (select count(*) from run join job on job.id = run.job_id where run.ended_at is null and job.pool = pool.name)::int as running,
           count(worker.id)::int as workers,
           coalesce(sum(worker.capacity), 0)::int as capacity,
           (select min(since) from ready where ready.pool = pool.name) as "oldestReadyAt"
    from pool
    left join worker on pool.name = any (worker.pools) and worker.state = 'active'
      and worker.last_seen_at > now() - make_interval(secs => ${leaseSeconds})
    group by pool.name
    order by pool.name`);
}
