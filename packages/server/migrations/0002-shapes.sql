-- What the API shows of rows, in its own words: one place that says which column is which field.

create view job_brief as
select job.id, job.pipeline_id as "pipelineId", job.name, job.pool, job.attributes, job.state, job.verdict, job.reason,
       job.run_count as "runCount", job.created_at as "createdAt", job.ready_at as "readyAt", job.started_at as "startedAt",
       job.finished_at as "finishedAt"
from job;

create view pipeline_shape as
select id, push_id as "pushId", cause, build_id as "buildId", created_at as "createdAt", finished_at as "finishedAt",
       verdict, problem, left_out as "leftOut"
from pipeline;

create view run_shape as
select run.id, run.job_id as "jobId", run.attempt, worker.name as worker, run.claimed_at as "claimedAt",
       run.started_at as "startedAt", run.ended_at as "endedAt",
       case when run.ended_at is null and worker.last_seen_at < now() - interval '30 seconds' then worker.last_seen_at end
         as "silentSince",
       run.verdict, run.reason, run.steps
from run join worker on worker.id = run.worker_id;

create view push_shape as
select push.id, repo.name as repo, push.branch, push.kind, push.revision, push.before, push.author, push.title, push.message,
       push.commits, push.commit_count as "commitCount", push.files, push.received_at as "receivedAt", push.repo_id as "repoId"
from push join repo on repo.id = push.repo_id;

create view repo_shape as
select id, name, url, default_branch as "defaultBranch", poll_seconds as "pollSeconds", created_at as "createdAt",
       last_look_at as "lastLookAt", problem
from repo;
