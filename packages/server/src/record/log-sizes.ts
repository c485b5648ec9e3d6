// How much of a run's log is here, and whether more may come.
import { Refused, type RunDetail, type StepLog } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

export type LogSizes = {
  readonly logState: RunDetail['logState'];
  readonly logs: StepLog[];
  /** Of the file in the archive, once it is sealed. Read with the state, or one could be older than the other. */
  readonly archivePath: string | null;
};

/** @throws Refused run-not-found */
export async function logSizes(db: Queryable, runId: number): Promise<LogSizes> {
  const [sizes] = await db.query<LogSizes>(sql`
    select case
             when sealed_log.run_id is not null or (0 < any (run.log_bytes)) is false then 'sealed'
             when run.ended_at is null then 'open'
             else 'arriving'
           end as "logState",
           -- With the last file its directory has gone.
           case when sealed_log.removing_since is null or exists (select from artifact where run_id = run.id) then sealed_log.path end
             as "archivePath",
           coalesce((
             select jsonb_agg(jsonb_build_object('step', step, 'sizeBytes', size_bytes, 'lines', lines) order by step)
             from log where log.run_id = run.id), '[]') as logs
    from run left join sealed_log on sealed_log.run_id = run.id
    where run.id = ${runId}`);
  if (!sizes) throw new Refused('run-not-found', `There is no run ${runId}.`);
  return sizes;
}
