-- What a plan was warned of is kept with its pipeline. Only expands: a server of the version before fills in nothing of it.

alter table pipeline
  -- As mistakes are told: file, line, column, message, hint, excerpt.
  add column warnings jsonb not null default '[]';

create or replace view pipeline_shape as
select id, push_id as "pushId", cause, build_id as "buildId", created_at as "createdAt", finished_at as "finishedAt",
       verdict, problem, left_out as "leftOut", warnings
from pipeline;
