-- A job of a group whose time has not come yet waits beside the group's line: it takes no slot from those that could begin.
alter table concurrency_slot add column not_before timestamptz not null default '-infinity';
create index concurrency_slot_by_time on concurrency_slot (not_before) where not taken and not_before > '-infinity';
