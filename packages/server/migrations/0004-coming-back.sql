-- Coming back: what is needed so that a worker that was cut off longer than its lease goes on with its run. Only expands.

-- Runs that were given up because their worker was silent, and that it may take up again: nobody has claimed the job since, nobody
-- has asked for it anew, and nobody has cancelled it or its pipeline. The one place that says so: taking up and sealing both ask it.
create view lost_run as
select run.id as run_id, run.claim_id, run.worker_id, run.job_id, run.attempt, run.ended_at, job.pipeline_id, job.state as job_state
from run join job on job.id = run.job_id
where run.ended_at is not null and run.log_bytes is null
  and run.verdict = 'errored' and run.reason ->> 'code' = 'worker-lost'
  -- Whoever claims the job makes another run; whoever asks for it anew makes it ready at a later time.
  and job.run_count = run.attempt and job.ready_at <= run.claimed_at
  and (job.state = 'ready'
    or job.state = 'done' and job.verdict = 'errored' and job.reason ->> 'code' = 'worker-lost'
      and not exists (
        select 1 from job as other where other.pipeline_id = job.pipeline_id
          and other.reason ->> 'code' = 'pipeline-cancelled' and other.finished_at >= run.ended_at)
      and not exists (
        select 1 from job as other join run as told on told.job_id = other.id where other.pipeline_id = job.pipeline_id
          and told.verdict is null and told.cancel_reason ->> 'code' = 'pipeline-cancelled'));

-- Which workers were lost with runs in their hands: asked when one of them comes for work.
create index run_lost on run (ended_at) where ended_at is not null and log_bytes is null;

alter table lease_clock
  -- When a server that answers workers last said that it lives: silence counts against a worker only while one does. Null until one has.
  add column last_answer_at timestamptz,
  -- At the last look there was none.
  add column was_away boolean not null default false,
  -- Since when servers take logs without a break, if there was one: the time in which a log may arrive runs from then on.
  add column logs_taken_since timestamptz;
