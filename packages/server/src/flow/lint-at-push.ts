// What is wrong with the configuration of a push as things stand now: pools that nobody serves, secrets that are not there. Its
// jobs run all the same, since a fleet may change while they wait; the page of the push says it.
import { type Configuration, lint } from '@signalbox/plan';
import type { Mistake } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

export async function lintAtPush(db: Queryable, repoId: number, configuration: Configuration): Promise<Mistake[]> {
  const [known] = await db.query<{ pools: Record<string, number> | null; secrets: string[] }>(sql`
    select (select jsonb_object_agg(served.pool, served.workers)
            from (select pool, count(*) filter (where state <> 'gone') as workers from worker, unnest(worker.pools) as pool group by pool) as served) as pools,
           coalesce((select array_agg(name) from secret where repo_id = ${repoId}), '{}') as secrets`);
  if (!known) return [];
  // Without any worker every pool would be told: the page says that by itself, with each job that waits.
  const pools = known.pools === null ? undefined : new Map(Object.entries(known.pools));
  const { mistakes, warnings } = lint(configuration, { pools, secrets: new Set(known.secrets) });
  return [...mistakes, ...warnings];
}
