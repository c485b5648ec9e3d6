// Turns a plan into rows: one pipeline with its jobs and edges; what needs nothing is ready at once.
import type {
  Cause,
  JobAttributes,
  JobOrder,
  JobSpec,
  LeftOut,
  Mistake,
  PipelineProblem,
  Verdict,
} from '@signalbox/protocol';
import { type Db, sql, type Tx } from '../base/index.ts';
import { nextBuildId } from './build-id.ts';
import type { OrderPolicy } from './decide/rank.ts';
import { insertJobs } from './insert-jobs.ts';

export type SubmittedJob = {
  readonly name: string;
  readonly pool: string;
  readonly attributes: JobAttributes;
  readonly spec: JobSpec;
  readonly needs: readonly string[];
  readonly attempts: number;
  /** What is not said is usual: no priority, no gate, no group, not coalesced. */
  readonly order?: Partial<JobOrder>;
};
export type Submission = {
  readonly pushId: number;
  readonly cause: Cause;
  /** What asked for it: a repeat with the same key finds the same pipeline. */
  readonly requestKey: string;
  readonly jobs: readonly SubmittedJob[];
  readonly leftOut: readonly LeftOut[];
  readonly problem: PipelineProblem | null;
  readonly warnings?: readonly Mistake[];
  /** How much the branch matters, 1 to 3. */
  readonly level?: number;
  /** On whose behalf; shares of try are between people. */
  readonly person?: string | null;
  /** More jobs will be added: it does not end by itself. */
  readonly keepOpen?: boolean;
};
export type Submitted = {
  readonly pipelineId: number;
  /** false: the request had been made before. */
  readonly created: boolean;
  readonly topics: readonly string[];
};

/** `also` does in the same transaction what other rooms must do when it is made. */
export async function submit(
  db: Db,
  submission: Submission,
  policy: OrderPolicy,
  also: (tx: Tx, pipelineId: number) => Promise<void> = async () => undefined,
): Promise<Submitted> {
  const { pushId, requestKey } = submission;
  const existing = await db.query<{ id: number }>(sql`
    select id from pipeline where push_id = ${pushId} and request_key = ${requestKey}`);
  if (existing[0]) return { pipelineId: existing[0].id, created: false, topics: [] };
  // By itself and before: within the transaction its one row would make all submissions wait for one another.
  const buildId = await nextBuildId(db);
  const made = await db.transaction(async (tx) => {
    const pipelineId = await insertPipeline(tx, submission, buildId);
    if (pipelineId === null) return null;
    const { topics } = await insertJobs(
      tx,
      submission.jobs.map((job) => ({ pipelineId, job })),
      policy,
    );
    await also(tx, pipelineId);
    return { pipelineId, created: true, topics: [`pipeline:${pipelineId}`, 'workers', ...topics] };
  });
  return made ?? submit(db, submission, policy, also);
}

/** null: the same request was faster. */
async function insertPipeline(tx: Tx, submission: Submission, buildId: string): Promise<number | null> {
  const { jobs, problem, warnings = [], keepOpen = false } = submission;
  const verdict = jobs.length > 0 || keepOpen ? null : verdictWithoutJobs(problem);
  const [pipeline] = await tx.query<{ id: number }>(sql`
    insert into pipeline (push_id, cause, request_key, build_id, problem, left_out, warnings, level, person, open_for_jobs, verdict, finished_at)
    values (${submission.pushId}, ${submission.cause}, ${submission.requestKey}, ${buildId},
            ${problem && JSON.stringify(problem)}::jsonb, ${JSON.stringify(submission.leftOut)}::jsonb, ${JSON.stringify(warnings)}::jsonb,
            ${submission.level ?? 1}, ${submission.person ?? null}, ${keepOpen}, ${verdict},
            case when ${verdict}::text is null then null else now() end)
    on conflict (push_id, request_key) do nothing
    returning id`);
  return pipeline?.id ?? null;
}

function verdictWithoutJobs(problem: PipelineProblem | null): Verdict {
  return problem?.kind === 'mistakes' ? 'failed' : 'skipped';
}
