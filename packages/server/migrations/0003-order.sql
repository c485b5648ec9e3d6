-- Order: who comes next and who must wait. Only expands: a server of the version before runs beside this one and fills in nothing of it.

-- A job's name on a branch, across pushes: what has a history, a usual duration, and can be paused.
create table lane (
  id bigint generated always as identity primary key,
  repo_id bigint not null references repo on delete cascade,
  branch text not null,
  name text not null,
  -- Median of its last passed runs in seconds, learned now and then: an estimate for people, decides nothing.
  usual_seconds real,
  unique (repo_id, branch, name)
);

alter table repo
  -- [{"pattern": "release/*", "level": 3}]: which branches matter more; the first that matches counts.
  add column branch_levels jsonb not null default '[]';

alter table pipeline
  add column level smallint not null default 1,
  -- Who sent it, where shares are between people.
  add column person text,
  -- It takes more jobs, so it does not end by itself.
  add column open_for_jobs boolean not null default false;

-- How many runs of a group may be there at once: read live, so a changed limit moves waiting jobs.
create table concurrency_group (
  id bigint generated always as identity primary key,
  repo_id bigint not null references repo on delete cascade,
  name text not null,
  slots integer not null default 1 check (slots >= 0),
  changed_by text,
  changed_at timestamptz not null default now(),
  unique (repo_id, name)
);

alter table job
  add column lane_id bigint references lane,
  add column share text not null default '',
  add column priority integer not null default 0,
  -- A person asked for another place in line: it builds its own revision, whatever comes.
  add column raised boolean not null default false,
  -- Added to the time since which it waits: what makes one class or priority come before another, until age makes up for it.
  add column handicap_seconds integer not null default 0,
  -- Runs that it may stand for when older ones of its lane are absorbed into it; 0 = never, in neither direction.
  add column coalesce_most integer not null default 0,
  add column absorbed integer not null default 0,
  add column coalesced_into bigint,
  -- It waits for a person and has no run: what the person is asked.
  add column gate text,
  add column concurrency_group_id bigint references concurrency_group,
  add column delay_seconds integer not null default 0,
  add column not_before timestamptz,
  -- Workers on which it errored: others are preferred.
  add column avoid bigint[] not null default '{}',
  -- Others need it. Beside the edges, so that an end that waited for this row sees a need that was added meanwhile.
  add column needed boolean not null default false,
  add column held_since timestamptz;
-- What has ended is asked for its edges, too: of a long history each row would be written anew, and the table stand still meanwhile.
update job set needed = true where finished_at is null and id in (select from_job from edge);
alter table job drop constraint job_state_check;
-- `held`: nothing is missing, but a gate or a group keeps it out of `ready`.
-- The rows that are there obey the narrower one before; a later file looks at them without a lock.
alter table job add constraint job_state_check check (state in ('waiting', 'held', 'ready', 'running', 'done')) not valid;
create index job_by_group on job (concurrency_group_id) where concurrency_group_id is not null;
create index job_by_lane on job (lane_id, id desc) where lane_id is not null;
-- Named by a column that changes once: a job that begins to run then changes no index.
create index job_unfinished on job (pipeline_id) where finished_at is null;
drop index job_open;

alter table ready
  add column rank timestamptz not null default now(),
  add column share text not null default '',
  add column lane_id bigint,
  -- How far it may absorb; only where it is not 0 it is in the index by lane.
  add column coalesce_most integer not null default 0,
  add column avoid bigint[] not null default '{}';
update ready set rank = since;
create index ready_by_rank on ready (pool, share, rank, job_id);
create index ready_by_lane on ready (lane_id, job_id) where coalesce_most > 0;
drop index ready_in_line;

-- Jobs of groups that could run: those that hold a slot, and those that wait for one.
create table concurrency_slot (
  job_id bigint primary key references job on delete cascade,
  group_id bigint not null references concurrency_group on delete cascade,
  taken boolean not null,
  rank timestamptz not null,
  since timestamptz not null default now()
);
create index concurrency_slot_in_line on concurrency_slot (group_id, taken, rank, job_id);

-- What a person has stopped from being claimed: a pool, a lane, or a whole branch (the tree is closed). Few rows, asked at each claim.
create table pause (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('pool', 'branch', 'lane')),
  pool text,
  repo_id bigint references repo on delete cascade,
  branch text,
  lane text,
  reason text not null,
  paused_by text not null,
  paused_at timestamptz not null default now(),
  unique nulls not distinct (kind, pool, repo_id, branch, lane)
);

-- The pauses that stop a job: the one place that says what a pause stops. The planner puts it into the query that asks.
create function pauses_on(of_pool text, of_lane bigint) returns setof pause stable language sql as $$
  select pause.* from pause left join lane on lane.id = of_lane
  where pause.pool = of_pool
    or (pause.repo_id = lane.repo_id and pause.branch = lane.branch and (pause.kind = 'branch' or pause.lane = lane.name))
$$;

-- What of `ready` may be claimed at this moment: its time has come, and nothing that stops it is paused.
create view claimable as
select job_id, pool, share, lane_id, rank, since, avoid from ready
where not_before <= now()
  -- Mostly nothing is paused: that is asked once, not for each job.
  and not (exists (select from pause) and exists (select from pauses_on(ready.pool, ready.lane_id)));

alter table pool
  -- How long a job waits for a cheaper worker of the pool while a dearer one is free.
  add column wait_budget_seconds integer not null default 0;

alter table worker
  add column cost integer not null default 0,
  -- Kept from taking runs: by a person, or by the rule about errored runs.
  add column hold text check (hold in ('drained', 'quarantined', 'retired')),
  add column hold_reason text,
  add column hold_by text,
  add column held_at timestamptz,
  add column errored_in_a_row integer not null default 0;

-- Views only grow at their end, so that the version before reads them too.
create or replace view job_brief as
select job.id, job.pipeline_id as "pipelineId", job.name, job.pool, job.attributes, job.state, job.verdict, job.reason,
       job.run_count as "runCount", job.created_at as "createdAt", job.ready_at as "readyAt", job.started_at as "startedAt",
       job.finished_at as "finishedAt", job.priority, job.gate, job.coalesced_into as "coalescedInto"
from job;

-- Whether a worker may be counted on: it has not signed off, and was heard of within a lease.
create function is_there(w worker, lease_seconds double precision) returns boolean stable language sql as $$
  select w.state = 'active' and w.last_seen_at > now() - make_interval(secs => lease_seconds)
$$;
