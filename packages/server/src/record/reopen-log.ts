// A run that was given up goes on: its log is taken out of the line to be sealed, if nobody has begun to seal it.
import { sql, type Tx } from '../base/index.ts';

/** False: it is sealed, or closed to be sealed, and does not change any more. */
export async function reopenLog(tx: Tx, runId: number): Promise<boolean> {
  // Who closes it at this moment is waited for, and then seen.
  const [log] = await tx.query<{ isOpen: boolean }>(sql`
    with gone as (
      delete from to_seal where run_id = ${runId} and not closed returning run_id
    )
    select exists (select 1 from gone)
      or not exists (select 1 from to_seal where run_id = ${runId})
         and not exists (select 1 from sealed_log where run_id = ${runId}) as "isOpen"`);
  return log!.isOpen;
}
