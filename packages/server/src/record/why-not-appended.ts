// Why an append wrote nothing, or not all: a repeat is well, everything else is told to the worker with what it should do.
import { type LogChunk, Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import type { RunHold } from './append.ts';

type Found = {
  held: boolean;
  ended: boolean;
  announced: number[] | null;
  closed: boolean;
  inLine: boolean;
  sizes: Record<string, number>;
};

/**
 * `was-there`: all of it had been appended before. `again`: nothing speaks against it now. `not-in-line`: the run has ended, and
 * nobody has put its log in line to be sealed yet, which keeps it open for what still comes.
 * @throws Refused claim-lost, log-gap, run-not-found, bad-request
 */
export async function whyNotAppended(
  db: Queryable,
  { runId, claimId }: RunHold,
  chunks: readonly LogChunk[],
): Promise<'was-there' | 'again' | 'not-in-line'> {
  const [found] = await db.query<Found>(sql`
    select run.claim_id = ${claimId} as held, run.ended_at is not null as ended, run.log_bytes as announced,
           run.ended_at is not null and coalesce(to_seal.closed, sealed_log.run_id is not null) as closed,
           to_seal.run_id is not null as "inLine",
           coalesce((select jsonb_object_agg(step, size_bytes) from log where log.run_id = run.id), '{}') as sizes
    from run
    left join to_seal on to_seal.run_id = run.id
    left join sealed_log on sealed_log.run_id = run.id
    where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  if (!found.held)
    throw new Refused('claim-lost', `Run ${runId} is held by another claim. Its log goes on without you.`);
  if (found.ended && !found.announced) {
    throw new Refused('claim-lost', `Run ${runId} was given up before: its worker was silent too long. Drop its log.`);
  }
  const sizeOf = (step: number) => found.sizes[step] ?? 0;
  const missing = chunks.find((chunk) => chunk.offset + chunk.sizeBytes > sizeOf(chunk.step));
  if (!missing) return 'was-there';
  if (found.closed) {
    const had = `step ${missing.step} with ${sizeOf(missing.step)} bytes`;
    throw new Refused('claim-lost', `The log of run ${runId} is closed, ${had}: the rest came too late. Drop it.`);
  }
  if (missing.offset !== sizeOf(missing.step)) {
    const expected = sizeOf(missing.step);
    const got = `${missing.offset} to ${missing.offset + missing.sizeBytes}`;
    throw new Refused(
      'log-gap',
      `Step ${missing.step} of run ${runId} has ${expected} bytes of log; bytes ${got} do not follow. Send on from ${expected}.`,
      { step: missing.step, expected },
    );
  }
  const beyond = chunks.find((chunk) => chunk.offset + chunk.sizeBytes > (found.announced?.[chunk.step] ?? 0));
  if (found.announced && beyond) {
    const told = `${found.announced[beyond.step] ?? 0} bytes of log for step ${beyond.step}`;
    throw new Refused(
      'bad-request',
      `Run ${runId} ended and announced ${told}; byte ${beyond.offset + beyond.sizeBytes} is beyond.`,
    );
  }
  return found.ended && !found.inLine ? 'not-in-line' : 'again';
}
