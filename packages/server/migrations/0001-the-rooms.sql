-- The tables of all rooms. Each is written by one room only (ARCHITECTURE.md; a test holds every statement to it).

-- source: what happened in repositories
create table repo (
  id bigint generated always as identity primary key,
  name text not null unique,
  url text not null,
  default_branch text,
  poll_seconds integer not null default 60,
  next_look_at timestamptz not null default now(),
  last_look_at timestamptz,
  problem text,
  created_at timestamptz not null default now()
);

create table branch (
  repo_id bigint not null references repo on delete cascade,
  name text not null,
  head text,
  updated_at timestamptz not null default now(),
  primary key (repo_id, name)
);

create table push (
  id bigint generated always as identity primary key,
  repo_id bigint not null references repo on delete cascade,
  branch text not null,
  kind text not null check (kind in ('created', 'forward', 'rewritten', 'deleted')),
  revision text,
  before text,
  author text not null,
  title text not null,
  message text not null,
  commits jsonb not null,
  commit_count integer not null,
  files jsonb,
  committed_at timestamptz not null,
  received_at timestamptz not null default now()
);
create index push_by_branch on push (repo_id, branch, id desc);
create index push_by_repo on push (repo_id, id desc);

-- queue: pipelines, jobs, runs
create table pipeline (
  id bigint generated always as identity primary key,
  push_id bigint not null references push on delete cascade,
  cause text not null,
  -- What asked for it, once: 'push', or the request id of a person. A repeat finds the same pipeline.
  request_key text not null,
  build_id text not null unique,
  problem jsonb,
  left_out jsonb not null default '[]',
  verdict text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (push_id, request_key)
);
create index pipeline_open on pipeline (id) where finished_at is null;

-- The last build id given out: one row, so that ids only grow, also when the clock goes back.
create table build_clock (
  only_row boolean primary key default true check (only_row),
  last timestamptz not null
);
insert into build_clock (last) values ('2000-01-01');

create table job (
  id bigint generated always as identity primary key,
  pipeline_id bigint not null references pipeline on delete cascade,
  name text not null,
  pool text not null,
  attributes jsonb not null,
  spec jsonb not null,
  state text not null check (state in ('waiting', 'ready', 'running', 'done')),
  -- How many needs have not passed yet; it enters `ready` at 0.
  missing integer not null,
  attempts integer not null,
  run_count integer not null default 0,
  -- Runs that ended errored since the last time a person asked: what counts against `attempts`.
  errored_count integer not null default 0,
  verdict text,
  reason jsonb,
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  unique (pipeline_id, name),
  check ((state = 'done') = (verdict is not null))
) with (fillfactor = 70);
create index job_by_name on job (name, id desc);
create index job_open on job (pipeline_id) where state <> 'done';

create table edge (
  from_job bigint not null references job on delete cascade,
  to_job bigint not null references job on delete cascade,
  primary key (from_job, to_job)
);
create index edge_to on edge (to_job);

-- Only what can be claimed now (or at not_before): the one hot table.
create table ready (
  job_id bigint primary key references job on delete cascade,
  pool text not null,
  priority integer not null default 0,
  -- The place in line: kept when a lost run's job comes back.
  since timestamptz not null,
  not_before timestamptz not null default now()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
create index ready_in_line on ready (pool, priority desc, since, job_id);

create table pool (
  name text primary key,
  first_seen_at timestamptz not null default now()
);

create table worker (
  id bigint generated always as identity primary key,
  name text not null unique,
  pools text[] not null,
  capacity integer not null,
  version text not null,
  platform text not null,
  token_id bigint,
  -- The process that registered last under this name: the sign-off of an earlier one does not count.
  session uuid,
  state text not null check (state in ('active', 'draining', 'gone')),
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now()
) with (fillfactor = 50);

create table run (
  id bigint generated always as identity primary key,
  job_id bigint not null references job on delete cascade,
  attempt integer not null,
  worker_id bigint not null references worker,
  -- The worker's own id of the claim: a repeat finds the run, and every later write must carry it (the fence).
  claim_id uuid not null unique,
  claimed_at timestamptz not null default now(),
  lease_until timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  verdict text,
  reason jsonb,
  retried boolean not null default false,
  cancel_reason jsonb,
  steps jsonb not null default '[]',
  steps_sequence integer not null default 0,
  -- Announced with the end: the length of each step's log. The log is sealed when all of it is there.
  log_bytes bigint[],
  check ((ended_at is null) = (verdict is null))
) with (fillfactor = 60);
create index run_by_job on run (job_id, id desc);
-- For the runs whose server died before it put their logs in line to be sealed.
create index run_by_end on run (ended_at) where ended_at is not null;
create index run_open on run (worker_id, id) where ended_at is null;

-- When leases were last looked at: after an outage of all servers every holder gets time to come back.
create table lease_clock (
  only_row boolean primary key default true check (only_row),
  last_look_at timestamptz not null
);
insert into lease_clock (last_look_at) values (now());

-- record: what a run leaves behind
create table log (
  run_id bigint not null references run on delete cascade,
  step integer not null,
  size_bytes bigint not null default 0,
  lines bigint not null default 0,
  -- Compressed: says whether a log is small enough to be sealed in memory.
  member_bytes bigint not null default 0,
  -- The size before the last append: how one statement knows which of its chunks are new.
  appended_from bigint not null default 0,
  primary key (run_id, step)
) with (fillfactor = 50);

create table log_chunk (
  run_id bigint not null references run on delete cascade,
  step integer not null,
  start_byte bigint not null,
  size_bytes integer not null,
  lines integer not null,
  member bytea not null,
  primary key (run_id, step, start_byte)
);
alter table log_chunk alter column member set storage external;

-- A log that lies in the archive: where, and for each step its members' places in the file.
create table sealed_log (
  run_id bigint primary key references run on delete cascade,
  path text collate "C" not null unique,
  size_bytes bigint not null,
  sha256 text not null,
  missing_bytes bigint not null default 0,
  index jsonb not null,
  sealed_at timestamptz not null default now()
);

-- Runs that ended and whose log is not sealed yet: taken in batches.
create table to_seal (
  run_id bigint primary key references run on delete cascade,
  ended_at timestamptz not null default now(),
  -- Nothing is appended any more: whoever seals it, and however often, writes the same file.
  closed boolean not null default false,
  -- Taken until then by whoever seals it now.
  not_before timestamptz not null default now()
) with (fillfactor = 50);

create table artifact (
  id bigint generated always as identity primary key,
  run_id bigint not null references run on delete cascade,
  path text not null,
  size_bytes bigint not null,
  sha256 text not null,
  archive_path text collate "C" not null,
  created_at timestamptz not null default now(),
  unique (run_id, path)
);
create index artifact_by_place on artifact (archive_path);

-- access: who may
create table token (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('person', 'worker')),
  name text not null,
  prefix text not null,
  secret_sha256 bytea not null unique,
  scopes text[] not null,
  pools text[] not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table secret (
  repo_id bigint not null references repo on delete cascade,
  name text not null,
  sealed bytea not null,
  updated_at timestamptz not null default now(),
  primary key (repo_id, name)
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}'
);

-- What was noted stays: whoever finds a way to write here can add, never change or remove.
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'The audit is append-only: rows are neither changed nor removed.';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
