// Forgets results before the jobs they belong to: one run may have 100,000, and no batch of forgetting may hold its locks for so many.
import { type Queryable, sql } from '../base/index.ts';

/** Rows of one batch: some 100 ms. */
const mostRows = 5000;

/** Removes a batch of what these jobs' runs have; answers how many went, and the jobs of which some may be left. */
export async function forgetResults(
  db: Queryable,
  jobIds: readonly number[],
): Promise<{ removed: number; left: number[] }> {
  const [gone] = await db.query<{ removed: number }>(sql`
    with old as (
      select test_result.ctid from unnest(${jobIds}::bigint[]) as gone (job_id)
      join run on run.job_id = gone.job_id join test_result on test_result.run_id = run.id limit ${mostRows}
    ), removed_results as (
      delete from test_result where ctid = any (array(select ctid from old)) returning 1
    ), old_findings as (
      select finding.ctid from unnest(${jobIds}::bigint[]) as gone (job_id)
      join run on run.job_id = gone.job_id join finding on finding.run_id = run.id limit ${mostRows}
    ), removed_findings as (
      delete from finding where ctid = any (array(select ctid from old_findings)) returning 1
    )
    select (select count(*) from removed_results) + (select count(*) from removed_findings) as removed`);
  if (gone!.removed < mostRows) return { removed: gone!.removed, left: [] };
  const left = await db.query<{ jobId: number }>(sql`
    select distinct run.job_id as "jobId" from run
    where run.job_id = any (${jobIds}::bigint[])
      and (exists (select from test_result where test_result.run_id = run.id offset 0)
        or exists (select from finding where finding.run_id = run.id offset 0))`);
  return { removed: gone!.removed, left: left.map(({ jobId }) => jobId) };
}

/** Cases of which no run tells any more. @returns how many */
export async function forgetCases(db: Queryable, seconds: number): Promise<number> {
  const gone = await db.query(sql`
    delete from test_case where id = any (array(
      select id from test_case
      where seen_on < (now() - make_interval(secs => ${seconds}))::date - 1
        and not exists (select from test_result where test_result.case_id = test_case.id offset 0)
      order by seen_on limit ${mostRows} for update skip locked))
    returning 1`);
  return gone.length;
}
