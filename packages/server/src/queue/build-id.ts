// Gives out build ids: UTC seconds, unique, only growing, also when the clock stands or goes back.
import { sql, type Tx } from '../base/index.ts';

/** YYYYMMDDhhmmss. The row stays locked until the transaction ends, so ask late. */
export async function nextBuildId(tx: Tx): Promise<string> {
  const [row] = await tx.query<{ id: string }>(sql`
    update build_clock
    set last = greatest(date_trunc('second', clock_timestamp()), last + interval '1 second')
    returning to_char(last at time zone 'UTC', 'YYYYMMDDHH24MISS') as id`);
  return row!.id;
}
