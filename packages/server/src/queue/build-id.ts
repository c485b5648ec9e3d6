// Gives out build ids: UTC seconds, unique, only growing, also when the clock stands or goes back.
import { type Queryable, sql } from '../base/index.ts';

/** YYYYMMDDhhmmss. An id that is not used leaves a gap, which is no harm. Not within a transaction: its row would stay locked. */
export async function nextBuildId(db: Queryable): Promise<string> {
  const [row] = await db.query<{ id: string }>(sql`
    update build_clock
    set last = greatest(date_trunc('second', clock_timestamp()), last + interval '1 second')
    returning to_char(last at time zone 'UTC', 'YYYYMMDDHH24MISS') as id`);
  return row!.id;
}
