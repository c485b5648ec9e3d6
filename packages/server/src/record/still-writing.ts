// Of which jobs a log is still to be sealed: they are not forgotten before that, for its chunks would go with them.
import { type Queryable, sql } from '../base/index.ts';

/** Each looked up by its keys ("offset 0" says so). */
export async function stillWriting(db: Queryable, jobIds: readonly number[]): Promise<number[]> {
  const found = await db.query<{ id: number }>(sql`
    select old.id from unnest(${jobIds}::bigint[]) as old (id)
    cross join lateral (select run.id from run where run.job_id = old.id offset 0) as run
    cross join lateral (select from to_seal where to_seal.run_id = run.id offset 0) as log`);
  return found.map(({ id }) => id);
}
