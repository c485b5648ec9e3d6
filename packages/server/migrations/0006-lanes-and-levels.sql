-- How much branches matter is shown with the repository, where it is set. Views only grow at their end.
create or replace view repo_shape as
select id, name, url, default_branch as "defaultBranch", poll_seconds as "pollSeconds", created_at as "createdAt",
       last_look_at as "lastLookAt", problem, branch_levels as "branchLevels"
from repo;

-- A repository goes with all that is its own. Its lanes and groups may go before its jobs, which must not keep them.
alter table job
  drop constraint job_lane_id_fkey,
  drop constraint job_concurrency_group_id_fkey,
  add foreign key (lane_id) references lane on delete cascade,
  add foreign key (concurrency_group_id) references concurrency_group on delete cascade;
