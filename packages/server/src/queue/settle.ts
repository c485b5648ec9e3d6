// Ends pipelines whose last job has ended. It runs after the ends' own commits, and again on a timer, so no end is missed.
import type { Verdict } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';

export type Settled = {
  readonly id: number;
  readonly pushId: number;
  readonly repoId: number;
  readonly verdict: Verdict;
};

/** Of these pipelines, or of all open ones. Two racing ends each see the other only after both have committed: hence after. */
export async function settle(db: Db, pipelineIds: readonly number[] | 'all'): Promise<Settled[]> {
  const over = pipelineIds === 'all' ? await allOver(db) : await overOf(db, pipelineIds);
  if (over.length === 0) return [];
  // Locked first, looked at again after: a rerun that was under way has opened a job meanwhile.
  return db.transaction(async (tx) => {
    const ids = over.map((pipeline) => pipeline.id);
    await tx.query(sql`select 1 from pipeline where id = any (${ids}::bigint[]) order by id for update`);
    return tx.query<Settled>(sql`
      update pipeline
      set finished_at = now(),
          verdict = coalesce((
            select job.verdict from job where job.pipeline_id = pipeline.id
            order by array_position(array['failed', 'errored', 'cancelled', 'passed', 'skipped'], job.verdict)
            limit 1), 'skipped')
      from push
      where pipeline.id = any (${ids}::bigint[]) and pipeline.finished_at is null and not pipeline.open_for_jobs and push.id = pipeline.push_id
        and not exists (select from job where job.pipeline_id = pipeline.id and job.finished_at is null offset 0)
      returning pipeline.id, pipeline.push_id as "pushId", push.repo_id as "repoId", pipeline.verdict`);
  });
}

// Two statements, for one that asks for both is planned for all: it looked at every open pipeline at each end. For each pipeline its
// jobs are asked for ("offset 0" says so): else all that are open, of all pipelines, may be read first.
function allOver(db: Db): Promise<{ id: number }[]> {
  return db.query(sql`
    select id from pipeline
    where finished_at is null and not open_for_jobs
      and not exists (select from job where job.pipeline_id = pipeline.id and job.finished_at is null offset 0)`);
}

function overOf(db: Db, pipelineIds: readonly number[]): Promise<{ id: number }[]> {
  return db.query(sql`
    select id from pipeline
    where id = any (${pipelineIds}::bigint[]) and finished_at is null and not open_for_jobs
      and not exists (select from job where job.pipeline_id = pipeline.id and job.finished_at is null offset 0)`);
}
