-- What files of test results tell. A file waits here from the moment in which its artifact is a row until it has been read.
create table result_file (
  id bigint generated always as identity primary key,
  run_id bigint not null references run on delete cascade,
  path text not null,
  -- Of the bytes that are to be read, or were: other bytes under the path are read anew.
  sha256 text not null,
  -- What it is to be read as; null: what its name or its beginning says.
  asked text,
  format text,
  state text not null default 'waiting' check (state in ('waiting', 'read', 'unreadable')),
  why text,
  -- How often somebody began to read it, and until when nobody else does.
  tries integer not null default 0,
  not_before timestamptz not null default now(),
  -- How many of each state and level it tells, those beyond the limit included.
  counts jsonb not null default '{}',
  findings jsonb not null default '{}',
  left_out integer not null default 0,
  notes jsonb not null default '[]',
  unique (run_id, path)
);
create index result_file_waiting on result_file (not_before, id) where state = 'waiting';

-- A case is its suite and name within its repository, in whichever run and lane it is told.
create table test_case (
  id bigint generated always as identity primary key,
  repo_id bigint not null references repo on delete cascade,
  -- Names may be longer than an index takes.
  key uuid not null,
  suite text not null,
  name text not null,
  -- The last day on which a run told of it: one that nobody tells of any more is forgotten with its last run.
  seen_on date not null default current_date,
  unique (repo_id, key)
);
create index test_case_by_day on test_case (seen_on);

-- In the order of the key those that are not passed come first: `rank` 0 failed, 1 errored, 2 flaky, 3 skipped, 4 passed.
create table test_result (
  run_id bigint not null references run on delete cascade,
  rank smallint not null,
  file_id bigint not null,
  position integer not null,
  case_id bigint not null references test_case on delete cascade,
  -- That of the run's job: a case's history in a lane is one range of an index.
  lane_id bigint,
  duration_ms double precision,
  source_file text,
  message text,
  output text,
  primary key (run_id, rank, file_id, position)
);
create index test_result_by_case on test_result (case_id, lane_id, run_id desc);

-- What analyses of the code found. `rank` 0 error, 1 warning, 2 note, 3 none.
create table finding (
  run_id bigint not null references run on delete cascade,
  rank smallint not null,
  file_id bigint not null,
  position integer not null,
  rule text not null,
  source_file text,
  line integer,
  message text not null,
  primary key (run_id, rank, file_id, position)
);
