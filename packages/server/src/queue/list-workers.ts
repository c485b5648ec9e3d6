// The workers that have been seen, as people see them.
import { Refused, type Worker } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';

/** Those that are there first; those gone for more than a day are left out. */
export const listWorkers = (db: Db, leaseSeconds: number): Promise<Worker[]> => readWorkers(db, leaseSeconds, null);

function readWorkers(db: Db, leaseSeconds: number, workerId: number | null): Promise<Worker[]> {
  return db.query<Worker>(sql`
    select worker.id, name, pools, capacity, version, platform, cost, errored_in_a_row as "erroredInARow", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt",
           case when state = 'gone' or last_seen_at < now() - interval '15 minutes' and held.runs is null then 'gone'
                when last_seen_at < now() - make_interval(secs => ${leaseSeconds}) then 'silent'
                when state = 'draining' then 'draining'
                when held.runs is not null then 'busy' else 'idle' end as state,
           case when hold is not null then jsonb_build_object('kind', hold, 'reason', coalesce(hold_reason, ''),
             'by', coalesce(hold_by, 'Signalbox'), 'at', to_char(held_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) end as hold,
           coalesce(held.runs, '[]') as running
    from worker
    left join lateral (
      select jsonb_agg(jsonb_build_object('runId', run.id, 'jobId', job.id, 'jobName', job.name, 'claimedAt',
               to_char(run.claimed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by run.id) as runs
      from run join job on job.id = run.job_id
      where run.worker_id = worker.id and run.ended_at is null
    ) as held on true
    where (state <> 'gone' or hold is not null or last_seen_at > now() - interval '1 day')
      and (${workerId}::bigint is null or worker.id = ${workerId})
    order by (state = 'gone' or last_seen_at < now() - interval '15 minutes'), name`);
}

/** @throws Refused not-found */
export async function readWorker(db: Db, workerId: number, leaseSeconds: number): Promise<Worker> {
  const [worker] = await readWorkers(db, leaseSeconds, workerId);
  if (!worker) throw new Refused('not-found', `No worker ${workerId} was seen lately.`);
  return worker;
}
