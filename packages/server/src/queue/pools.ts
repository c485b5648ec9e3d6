// Pools: named sets of interchangeable workers, with what waits in each.
import { type Pool, Refused } from '@signalbox/protocol';
import { type Db, sql, type Tx } from '../base/index.ts';

export async function listPools(db: Db, leaseSeconds: number): Promise<Pool[]> {
  return db.query<Pool>(sql`
    select pool.name, pool.wait_budget_seconds as "waitBudgetSeconds",
           (select count(*) from ready where ready.pool = pool.name)::int as ready,
           (select count(*) from run join job on job.id = run.job_id where run.ended_at is null and job.pool = pool.name)::int as running,
           count(worker.id)::int as workers,
           coalesce(sum(worker.capacity), 0)::int as capacity,
           (select min(since) from ready where ready.pool = pool.name) as "oldestReadyAt"
    from pool
    left join worker on pool.name = any (worker.pools) and is_there(worker, ${leaseSeconds}) and worker.hold is null
    group by pool.name
    order by pool.name`);
}

/** @throws Refused not-found */
export async function readPool(db: Db, name: string, leaseSeconds: number): Promise<Pool> {
  const pool = (await listPools(db, leaseSeconds)).find((one) => one.name === name);
  if (!pool) throw new Refused('not-found', `There is no pool "${name}": no job and no worker has named it yet.`);
  return pool;
}

/** How long its jobs wait for a cheaper worker. Also for a pool that is not there yet. Hint `order-changed`. */
export async function setPool(tx: Tx, name: string, waitBudgetSeconds: number): Promise<void> {
  await tx.query(sql`
    insert into pool (name, wait_budget_seconds) values (${name}, ${waitBudgetSeconds})
    on conflict (name) do update set wait_budget_seconds = excluded.wait_budget_seconds`);
}
