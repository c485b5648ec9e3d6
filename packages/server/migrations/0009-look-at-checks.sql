-- Added without a look at the rows that were there (0003). In a transaction of its own: it reads all jobs, and locks nobody out.
alter table job validate constraint job_state_check;
