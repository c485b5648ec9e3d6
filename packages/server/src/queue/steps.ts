// How the steps of a run stand, as its worker says: shown to people, decides nothing. So nobody waits until it is on the disk: each
// report tells all steps, and the last comes with the end.
import { Refused, type Step } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';
import type { RunHold } from './finish.ts';

/** An older report than the last changes nothing. Returns the topics to hint. @throws Refused claim-lost */
export async function reportSteps(db: Db, hold: RunHold, sequence: number, steps: readonly Step[]): Promise<string[]> {
  const [row] = await db.query<{ jobId: number; pipelineId: number }>(sql`
    update run
    set steps = case when run.steps_sequence < ${sequence} then ${JSON.stringify(steps)}::jsonb else run.steps end,
        steps_sequence = greatest(run.steps_sequence, ${sequence}), started_at = coalesce(run.started_at, now())
    from job
    where run.id = ${hold.runId} and run.claim_id = ${hold.claimId}::uuid and run.verdict is null and job.id = run.job_id
      and (select set_config('synchronous_commit', 'off', true)) = 'off'
    returning run.job_id as "jobId", job.pipeline_id as "pipelineId"`);
  if (!row) throw new Refused('claim-lost', `Run ${hold.runId} is no longer held by this claim.`);
  return [`job:${row.jobId}`];
}
