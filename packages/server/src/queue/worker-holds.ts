// Keeps a worker from taking runs, and lets it go again. What it runs goes on.
import { Refused, type WorkerHold } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';

/** Repeating it changes the reason. Hint `worker-changed:ID`. @throws Refused not-found */
export async function holdWorker(tx: Tx, workerId: number, { kind, reason }: WorkerHold, by: string): Promise<void> {
  const held = await tx.query(sql`
    update worker set hold = ${kind}, hold_reason = ${reason}, hold_by = ${by}, held_at = now()
    where id = ${workerId}
    returning id`);
  if (held.length === 0) throw new Refused('not-found', `There is no worker ${workerId}.`);
}

/** It begins anew: what errored before does not count any more. Repeating it changes nothing. @throws Refused not-found */
export async function letWorkerGo(tx: Tx, workerId: number): Promise<void> {
  const gone = await tx.query(sql`
    update worker set hold = null, hold_reason = null, hold_by = null, held_at = null, errored_in_a_row = 0
    where id = ${workerId}
    returning id`);
  if (gone.length === 0) throw new Refused('not-found', `There is no worker ${workerId}.`);
}
