// What is always so of runs: how many there are, which of them decides, and that none is forgotten.
import { sql } from '../../base/index.ts';
import type { Invariant } from './invariant.ts';

export const ofRuns = {
  'attempts-count-up': {
    sentence: 'The runs of a job are its attempts 1, 2, 3 and so on, as many as it counts.',
    cure: 'Report it with the rows of the job and its runs.',
    statement: () => sql`
      select 'job ' || job.id || ' counts ' || job.run_count || ' runs and has ' || coalesce(of.runs, 0) || ', up to attempt '
             || coalesce(of.last, 0) as offending
      from job left join (
        select job_id, count(distinct attempt) as runs, count(*) as rows, max(attempt) as last from run group by job_id
      ) as of on of.job_id = job.id
      where job.run_count <> coalesce(of.runs, 0) or job.run_count <> coalesce(of.rows, 0)
        or job.run_count <> coalesce(of.last, 0)`,
  },
  'one-run-decides': {
    sentence: 'One run of a job decides, and one more each time that a person asked for it again.',
    cure: 'Report it with the rows of the job’s runs: the job may have been done twice.',
    statement: () => sql`
      select 'job ' || deciding.job_id || ' has ' || deciding.runs || ' runs that decided, and was asked for again '
             || asked.times || ' times' as offending
      from (
        select job_id, count(*) as runs from run where ended_at is not null and not retried group by job_id having count(*) > 1
      ) as deciding cross join lateral (
        select count(*) as times from audit where action = 'job.rerun' and subject = 'job ' || deciding.job_id
      ) as asked
      where deciding.runs > 1 + asked.times`,
  },
  'last-run-decides': {
    sentence: 'A job that passed, failed or errored did as its last run did, unless a person answered for it.',
    cure: 'Rerun the job. Report it with the rows of the job and its runs.',
    statement: () => sql`
      select 'job ' || job.id || ' is ' || job.verdict || ', and its last run '
             || case when run.id is null then 'is missing' when run.retried then 'was tried again'
                     else 'is ' || coalesce(run.verdict, 'open') end as offending
      from job left join run on run.job_id = job.id and run.attempt = job.run_count
      where job.verdict in ('passed', 'failed', 'errored') and job.gate is null
        and (run.verdict is distinct from job.verdict or run.retried)`,
  },
  'only-errored-is-retried': {
    sentence: 'What ended has a reason, and only what errored is tried again by itself.',
    cure: 'Report it with the row of the run.',
    statement: () => sql`
      select 'run ' || id || ' is ' || verdict || ', retried: ' || retried || ', reason: ' || coalesce(reason ->> 'code', 'none')
             as offending
      from run where ended_at is not null and (reason is null or retried and verdict <> 'errored')`,
  },
  'leases-are-looked-at': {
    sentence: 'A run whose lease has ended is given up soon, while a server with the role timer lives.',
    cure: 'Look for "expire-leases failed" in the logs of the servers; start one with the role timer.',
    statement: (graceSeconds) => sql`
      select 'run ' || run.id || ' is open; its lease ended at ' || run.lease_until as offending
      from run, lease_clock
      where run.ended_at is null and run.lease_until < now() - make_interval(secs => ${graceSeconds})
        and lease_clock.last_look_at > now() - interval '30 seconds'`,
  },
} as const satisfies Record<string, Invariant>;
