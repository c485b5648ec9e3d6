-- Lines that look like the reason of a failure, as workers find them while a log is written. They live and go with their run.
create table error_line (
  run_id bigint not null references run on delete cascade,
  step integer not null,
  line bigint not null,
  start_byte bigint not null,
  text text not null,
  pattern text not null,
  fingerprint text not null,
  primary key (run_id, step, line)
);

-- From this line of a step on there may be more of them: nobody has looked, or they are not kept.
create table error_line_stop (
  run_id bigint not null references run on delete cascade,
  step integer not null,
  line bigint not null,
  why text not null,
  primary key (run_id, step)
);
