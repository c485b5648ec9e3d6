-- Makes up for what a server of the version before does beside this one: it knows no gates, groups, lanes, shares and delays. It goes
-- with the next version (docs/decisions/migrations.md).

-- Whoever does not say the lane is that server, or brings a job that it has made. What it leaves out is read from the job; what it
-- takes for ready and is not goes where it belongs. Its slots are given by the timetable of this version.
create function enter_ready_from_before() returns trigger language plpgsql as $$
declare
  of_job job;
begin
  select * into of_job from job where id = new.job_id;
  if of_job.gate is not null or of_job.concurrency_group_id is not null
    and not exists (select from concurrency_slot as slot where slot.job_id = new.job_id and slot.taken) then
    update job set state = 'held', ready_at = null, held_since = now() where id = new.job_id;
    if of_job.gate is null then
      insert into concurrency_slot (job_id, group_id, taken, rank)
      values (new.job_id, of_job.concurrency_group_id, false, now() + make_interval(secs => of_job.handicap_seconds))
      on conflict (job_id) do nothing;
    end if;
    return null;
  end if;
  if of_job.run_count = 0 and (of_job.delay_seconds > 0 or of_job.not_before > now()) then
    new.since := greatest(now() + make_interval(secs => of_job.delay_seconds), of_job.not_before);
    new.not_before := new.since;
    update job set ready_at = new.since where id = new.job_id;
  end if;
  new.rank := new.since + make_interval(secs => of_job.handicap_seconds);
  new.share := of_job.share;
  new.lane_id := of_job.lane_id;
  new.avoid := of_job.avoid;
  return new;
end $$;
create trigger enter_ready_from_before before insert on ready
  for each row when (new.lane_id is null) execute function enter_ready_from_before();

-- A pipeline to which jobs may be added does not end by itself, whoever thinks so.
create function stay_open() returns trigger language plpgsql as $$
begin
  return null;
end $$;
create trigger stay_open before update of finished_at on pipeline
  for each row when (new.open_for_jobs and new.finished_at is not null) execute function stay_open();

-- That server cancels again and again what has neither ended nor runs, and knows no job that is held: it would never come to an end,
-- and keep its locks. A server of this version has another name at the database.
create function refuse_endless_cancel() returns trigger language plpgsql as $$
declare
  updates int := coalesce(nullif(current_setting('signalbox.job_updates', true), ''), '0')::int + 1;
begin
  if updates > 40 then
    raise exception 'A server of the version before cannot cancel what waits for a gate or a group. Ask a newer one.';
  end if;
  perform set_config('signalbox.job_updates', updates::text, true);
  return null;
end $$;
create trigger refuse_endless_cancel before update on job
  for each statement when (current_setting('application_name') = 'signalbox') execute function refuse_endless_cancel();
