-- History that is forgotten after a while: the ways to what is old, and vacuum that keeps up with what comes and goes.

create index pipeline_by_end on pipeline (finished_at) where finished_at is not null;
create index push_by_time on push (received_at);

-- Workers are forgotten when no run of theirs is left, which queue/forget-workers.ts knows without a look at runs. A reference would
-- need an index over all runs, for each worker that goes, written with each claim and each end.
alter table run drop constraint run_worker_id_fkey;

-- By default a table is vacuumed when a fifth of it is dead: of five million jobs a million, and what is found by their indexes is as
-- slow until then. Tables through which everything passes, and that are small when it has passed, by number instead.
alter table ready set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table to_seal set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table concurrency_slot set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
alter table log_chunk set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
alter table worker set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table job set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.02);
alter table run set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.02);
alter table log set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
alter table edge set (autovacuum_vacuum_scale_factor = 0.05);
alter table sealed_log set (autovacuum_vacuum_scale_factor = 0.05);
alter table artifact set (autovacuum_vacuum_scale_factor = 0.05);
alter table pipeline set (autovacuum_vacuum_scale_factor = 0.05);
