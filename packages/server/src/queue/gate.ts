// Gates: jobs that run nothing and wait for a person's answer.
import { type Reason, Refused } from '@signalbox/protocol';
import { sql, type Tx } from '../base/index.ts';
import { freeDependents, skipDependents } from './dependents.ts';

export type GateAnswer = {
  readonly answer: 'approve' | 'reject';
  readonly comment?: string | undefined;
  readonly by: string;
};
export type Answered = { readonly pipelineId: number; readonly topics: readonly string[] };

type Row = { pipelineId: number; state: string; gate: string | null; verdict: string | null; name: string };

/** Repeating the same answer changes nothing. @throws Refused job-not-found, not-a-gate, already-done */
export async function answerGate(tx: Tx, jobId: number, { answer, comment, by }: GateAnswer): Promise<Answered> {
  const verdict = answer === 'approve' ? 'passed' : 'failed';
  const said = answer === 'approve' ? 'Approved' : 'Rejected';
  const reason: Reason = {
    code: answer === 'approve' ? 'approved' : 'rejected',
    text: `${said} by ${by}${comment ? `: ${comment}` : ''}`,
  };
  const [done] = await tx.query<{ pipelineId: number }>(sql`
    update job
    set state = 'done', verdict = ${verdict}, reason = ${JSON.stringify(reason)}::jsonb, finished_at = now(), held_since = null
    where id = ${jobId} and gate is not null and state = 'held'
    returning pipeline_id as "pipelineId"`);
  if (!done) return wasAnswered(await readJob(tx, jobId), jobId, verdict);
  const followed =
    verdict === 'passed'
      ? await freeDependents(tx, jobId)
      : (await skipDependents(tx, [jobId])).map((id) => `job:${id}`);
  return { ...done, topics: [`job:${jobId}`, `pipeline:${done.pipelineId}`, ...followed] };
}

async function readJob(tx: Tx, jobId: number): Promise<Row | undefined> {
  const [job] = await tx.query<Row>(sql`
    select pipeline_id as "pipelineId", state, gate, verdict, name from job where id = ${jobId}`);
  return job;
}

function wasAnswered(job: Row | undefined, jobId: number, verdict: string): Answered {
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  if (job.gate === null)
    throw new Refused('not-a-gate', `Job ${jobId} (${job.name}) asks nobody anything: it is no gate.`);
  if (job.state === 'waiting') {
    throw new Refused('not-a-gate', `Gate ${jobId} (${job.name}) is not open yet: what it needs has not passed.`);
  }
  if (job.verdict === verdict) return { pipelineId: job.pipelineId, topics: [] };
  throw new Refused('already-done', `Gate ${jobId} (${job.name}) has ended already: ${job.verdict}.`);
}
