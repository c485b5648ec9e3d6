// How the steps of runs stand, as their workers say: shown to people, decides nothing. So nobody waits until it is on the disk: each
// report tells all steps, and the last comes with the end. What comes at one moment goes in one statement, for a whole fleet
// reports, and each of them alone would take a connection from whoever claims.
import { Refused, type Step } from '@signalbox/protocol';
import { type Db, gather, sql } from '../base/index.ts';
import type { RunHold } from './finish.ts';

/** An older report than the last changes nothing. Returns the topics to hint. @throws Refused claim-lost */
export type ReportSteps = (hold: RunHold, sequence: number, steps: readonly Step[]) => Promise<string[]>;
type Report = { readonly hold: RunHold; readonly sequence: number; readonly steps: readonly Step[] };

/** Reports in one statement: more would hold the rows of all while it lasts. */
const batch = 100;

export function createReportSteps(db: Db): ReportSteps {
  const together = gather<Report, number | undefined>(batch, (reports) => reportMany(db, reports));
  return async (hold, sequence, steps) => {
    const jobId = await together({ hold, sequence, steps });
    if (jobId === undefined) throw new Refused('claim-lost', `Run ${hold.runId} is no longer held by this claim.`);
    return [`job:${jobId}`];
  };
}

/** A claim id is a UUID: the database writes it small, whoever sends it may not. */
const keyOf = ({ runId, claimId }: RunHold) => `${runId} ${claimId.toLowerCase()}`;

/** For each the job of its run, in their order; undefined: that claim does not hold it. */
async function reportMany(db: Db, reports: readonly Report[]): Promise<(number | undefined)[]> {
  const newest = new Map<string, Report>();
  for (const report of reports) {
    const key = keyOf(report.hold);
    if ((newest.get(key)?.sequence ?? -1) < report.sequence) newest.set(key, report);
  }
  const told = [...newest.values()];
  const taken = await db.query<RunHold & { jobId: number }>(sql`
    with told as materialized (
      select * from unnest(
        ${told.map(({ hold }) => hold.runId)}::bigint[], ${told.map(({ hold }) => hold.claimId)}::uuid[],
        ${told.map(({ sequence }) => sequence)}::int[], ${told.map(({ steps }) => JSON.stringify(steps))}::jsonb[]
      ) as t (run_id, claim_id, sequence, steps)
    ), locked as materialized (
      -- Each by its key, in the order of ids, as everywhere.
      select run.id from (select run_id, claim_id from told order by run_id) as told
      cross join lateral (
        select run.id from run where run.id = told.run_id and run.claim_id = told.claim_id and run.verdict is null
        for no key update
      ) as run
    )
    update run
    set (steps, steps_sequence) = (
          select case when run.steps_sequence < told.sequence then told.steps else run.steps end,
                 greatest(run.steps_sequence, told.sequence)
          from told where told.run_id = run.id and told.claim_id = run.claim_id),
        started_at = coalesce(run.started_at, now())
    where run.id = any (array(select id from locked)) and run.verdict is null
      and (select set_config('synchronous_commit', 'off', true)) = 'off'
    returning run.id as "runId", run.claim_id as "claimId", run.job_id as "jobId"`);
  const jobs = new Map(taken.map((run) => [keyOf(run), run.jobId]));
  return reports.map(({ hold }) => jobs.get(keyOf(hold)));
}
