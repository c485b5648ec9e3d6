// Gives a job another priority, because a person asked. From then on it builds its own revision, whatever comes (bug 555664 of the
// system before: a raised request was joined with others, the newest was built, and the raised one reported done).
import { type Cause, Refused } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { handicapSeconds, type OrderPolicy } from './decide/rank.ts';

type Row = { pool: string; state: string; cause: Cause; level: number; verdict: string | null };

/** Repeating it changes nothing. Returns the topics to hint. @throws Refused job-not-found, already-done */
export async function raiseJob(tx: Tx, jobId: number, priority: number, policy: OrderPolicy): Promise<string[]> {
  // `ready` before the job, as everywhere.
  await tx.query(sql`select 1 from ready where job_id = ${jobId} for update`);
  const [job] = await tx.query<Row>(sql`
    select job.pool, job.state, job.verdict, pipeline.cause, pipeline.level
    from job join pipeline on pipeline.id = job.pipeline_id
    where job.id = ${jobId}
    for update of job`);
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  if (job.state === 'done') throw new Refused('already-done', `Job ${jobId} has ended already: ${job.verdict}.`);
  const handicap = handicapSeconds({ cause: job.cause, level: job.level, priority }, policy);
  await tx.query(sql`
    update job set priority = ${priority}, raised = true, handicap_seconds = ${handicap}, coalesce_most = 0 where id = ${jobId}`);
  await tx.query(sql`
    update ready set rank = since + make_interval(secs => ${handicap}), coalesce_most = 0 where job_id = ${jobId}`);
  await tx.query(sql`
    update concurrency_slot set rank = since + make_interval(secs => ${handicap}) where job_id = ${jobId}`);
  return [`job:${jobId}`, `ready:${job.pool}`, 'order-changed'];
}
