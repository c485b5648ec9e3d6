// What is always so of jobs and of the line that workers take them from.
import { sql } from '../../base/index.ts';
import type { Invariant } from './invariant.ts';

export const ofJobs = {
  'open-runs': {
    sentence: 'A job that runs has one open run; any other has none.',
    cure: 'Cancel the job and rerun it. Report it with the lines of the server’s log that name the job.',
    statement: () => sql`
      select 'job ' || job.id || ' is ' || job.state || ' and has ' || count(run.id) || ' open runs' as offending
      from job left join run on run.job_id = job.id and run.ended_at is null
      where job.finished_at is null
      group by job.id
      having count(run.id) <> case when job.state = 'running' then 1 else 0 end
      union all
      select 'run ' || run.id || ' is open, and its job ' || job.id || ' is done'
      from run join job on job.id = run.job_id where run.ended_at is null and job.state = 'done'`,
  },
  'done-is-complete': {
    sentence: 'A job that is done has its time and its reason; one that is not has neither.',
    cure: 'Rerun the job. Report it with the row of the job.',
    statement: () => sql`
      select 'job ' || id || ' is ' || state || ', its end is ' || coalesce(finished_at::text, 'missing') || ', its reason '
             || coalesce(reason ->> 'code', 'missing') as offending
      from job where (state = 'done') <> (finished_at is not null) or (state = 'done') <> (reason is not null)`,
  },
  'ready-is-in-line': {
    sentence: 'Every job that is ready stands in line, in its own pool, and nothing else does.',
    cure: 'Cancel the job and rerun it: it enters the line anew.',
    statement: () => sql`
      select 'job ' || job.id || ' is ready and not in line' as offending
      from job where finished_at is null and state = 'ready' and not exists (select 1 from ready where ready.job_id = job.id)
      union all
      select 'job ' || job.id || ' is ' || job.state || ' and in the line of pool ' || ready.pool
      from ready join job on job.id = ready.job_id where job.state <> 'ready' or ready.pool <> job.pool`,
  },
  'missing-is-counted': {
    sentence:
      'A waiting job misses as many needs as have not passed, and at least one; any other open job misses none.',
    cure: 'Cancel the job and rerun it: its needs are counted anew.',
    statement: () => sql`
      select 'job ' || job.id || ' is ' || job.state || ' and misses ' || job.missing || '; not passed: ' || unmet.count as offending
      from job cross join lateral (
        select count(*) from edge join job as need on need.id = edge.from_job
        where edge.to_job = job.id and need.verdict is distinct from 'passed'
      ) as unmet (count)
      where job.finished_at is null
        and case when job.state = 'waiting' then job.missing <> unmet.count or job.missing = 0 else job.missing <> 0 end`,
  },
  'nobody-waits-in-vain': {
    sentence: 'No job waits for one that has ended without passing.',
    cure: 'Cancel the job. Report it with the ids of both.',
    statement: () => sql`
      select 'job ' || job.id || ' waits for job ' || need.id || ', which is done: ' || need.verdict as offending
      from job join edge on edge.to_job = job.id join job as need on need.id = edge.from_job
      where job.finished_at is null and job.state = 'waiting' and need.state = 'done' and need.verdict <> 'passed'`,
  },
  'held-by-something': {
    sentence: 'A job that is held waits for a person, or for a place in its group that is not there.',
    cure: 'Set the slots of the group again: signalbox group set. That gives out what is free.',
    statement: (graceSeconds) => sql`
      select 'job ' || job.id || ' is held, has no gate, and waits in no group' as offending
      from job where finished_at is null and state = 'held' and gate is null
        and not exists (select 1 from concurrency_slot where job_id = job.id and not taken)
      union all
      select 'group ' || g.name || ' has ' || g.slots || ' slots and ' || count(*) filter (where slot.taken) || ' taken, and '
             || count(*) filter (where not slot.taken and slot.not_before <= now()) || ' jobs wait for one'
      from concurrency_group as g join concurrency_slot as slot on slot.group_id = g.id
      group by g.id
      having count(*) filter (where slot.taken) < g.slots
        and min(greatest(slot.since, slot.not_before)) filter (where not slot.taken) < now() - make_interval(secs => ${graceSeconds})
        and g.changed_at < now() - make_interval(secs => ${graceSeconds})`,
  },
  'slots-are-of-open-jobs': {
    sentence: 'A job of a group holds a slot while it is ready or running, and none when it is done.',
    cure: 'Wait ten seconds: the timetable gives such slots back. If it stays, cancel the job.',
    statement: (graceSeconds) => sql`
      select 'job ' || job.id || ' is ' || job.state || ' and ' || case when slot.taken then 'holds' else 'waits for' end || ' a slot'
             as offending
      from concurrency_slot as slot join job on job.id = slot.job_id
      where job.state = 'waiting' or slot.taken and job.state = 'held' or not slot.taken and job.state in ('ready', 'running')
        or job.state = 'done' and job.finished_at < now() - make_interval(secs => ${graceSeconds})
      union all
      select 'job ' || job.id || ' of a group is ' || job.state || ' and holds no slot'
      from job where finished_at is null and state in ('ready', 'running') and concurrency_group_id is not null
        and not exists (select 1 from concurrency_slot where job_id = job.id and taken)`,
  },
  'absorbed-is-not-green': {
    sentence: 'A job that another one stands for is skipped, and never green.',
    cure: 'Rerun the job: then it builds its own revision. Report it with the ids of both.',
    statement: () => sql`
      select 'job ' || id || ' was absorbed by job ' || coalesced_into || ' and is ' || coalesce(verdict, state) as offending
      from job where coalesced_into is not null and (verdict is distinct from 'skipped' or reason ->> 'code' <> 'coalesced')`,
  },
} as const satisfies Record<string, Invariant>;
