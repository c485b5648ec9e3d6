-- How long the archive keeps files, what holds them longer, and files that are on their way out of it.

-- A rule: files of this kind, of this place of the archive, of branches like this. The narrowest that matches counts. Null days: for ever.
create table retention_rule (
  id bigint generated always as identity primary key,
  place text not null check (place in ('builds', 'nightly', 'try', 'release')),
  branch text not null default '*',
  kind text not null default 'all' check (kind in ('all', 'logs', 'artifacts')),
  days real check (days > 0),
  changed_by text,
  changed_at timestamptz not null default now(),
  unique (place, branch, kind)
);
insert into retention_rule (place, days) values ('release', null), ('nightly', 30), ('builds', 14), ('try', 7);

-- What a person holds, whatever the rules say. No reference to the rows that it names: it is written and removed by hand only.
create table pin (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('job', 'pipeline', 'directory')),
  job_id bigint,
  pipeline_id bigint,
  directory text collate "C",
  reason text not null,
  pinned_by text not null,
  pinned_at timestamptz not null default now(),
  until timestamptz,
  unique nulls not distinct (kind, job_id, pipeline_id, directory)
);

-- Marked, then the file is removed, then the row: of an artifact all of it, of a log what leads to the file. A log that has left
-- keeps its row, so that nobody seals it again, and pages can say what became of it.
alter table sealed_log
  add column removing_since timestamptz,
  add column removed_at timestamptz;
alter table artifact
  add column removing_since timestamptz;
create index sealed_log_leaving on sealed_log (removing_since) where removing_since is not null and removed_at is null;
create index artifact_leaving on artifact (removing_since) where removing_since is not null;

-- Whoever pins, purges, changes a rule or forgets history takes turns, to the end of the transaction: a pin finds a file either on its
-- way out, and is refused, or not, and then nobody takes it any more.
create function take_archive_turn() returns void language sql as $$
  select pg_advisory_xact_lock(hashtext('signalbox-archive-turn'))
$$;

create function place_of_cause(cause text) returns text immutable language sql as $$
  select case when cause in ('nightly', 'try', 'release') then cause else 'builds' end
$$;

-- The narrowest rule: one that names branches before one for all, the longer pattern first, then one for this kind before one for all.
create function retention_rule_of(of_kind text, of_cause text, of_branch text) returns setof retention_rule stable language sql as $$
  select * from retention_rule
  where place = place_of_cause(of_cause) and kind in ('all', of_kind)
    and of_branch like replace(replace(replace(replace(branch, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
  order by branch = '*', length(branch) desc, kind = 'all', id
  limit 1
$$;

create function is_pinned(of_job bigint, of_pipeline bigint, of_path text) returns boolean stable language sql as $$
  select exists (
    select from pin
    where (until is null or until > now())
      and (pin.job_id = of_job or pin.pipeline_id = of_pipeline or starts_with(of_path, pin.directory || '/')))
$$;

-- Every file of the archive that a row names and that stays for now, with the rule that says how long.
create view archive_file as
select file.kind, file.id, file.path, file.size_bytes, run.id as run_id, job.id as job_id, pipeline.id as pipeline_id,
       pipeline.cause, pipeline.finished_at, repo.name as repo, push.branch, rule.id as rule_id, rule.days
from (
  select 'logs' as kind, run_id as id, run_id, path, size_bytes from sealed_log where removing_since is null
  union all
  select 'artifacts', id, run_id, archive_path, size_bytes from artifact where removing_since is null
) as file
join run on run.id = file.run_id
join job on job.id = run.job_id
join pipeline on pipeline.id = job.pipeline_id
join push on push.id = pipeline.push_id
join repo on repo.id = push.repo_id
left join lateral retention_rule_of(file.kind, pipeline.cause, push.branch) as rule on true;

-- What no rule ever ends, or a person holds: its history stays with it, so that somebody can say what it is.
create function is_held(of_pipeline bigint, of_cause text, of_branch text) returns boolean stable language sql as $$
  select exists (
      select from unnest(array['logs', 'artifacts']) as kind
      where not exists (select from retention_rule_of(kind, of_cause, of_branch) as rule where rule.days is not null))
    or exists (
      select from pin where (until is null or until > now())
        and (pipeline_id = of_pipeline
          or job_id in (select id from job where job.pipeline_id = of_pipeline)
          or directory is not null and exists (
            select from archive_file
            where archive_file.pipeline_id = of_pipeline and starts_with(archive_file.path, pin.directory || '/'))))
$$;
