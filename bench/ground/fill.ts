// Fills the tables as months of use would: many branches and lanes, jobs that wait, jobs that ended with their runs. By SQL, for
// a million jobs by HTTP take a quarter of an hour; what is measured afterwards goes by HTTP.
import type pg from 'pg';
import { say } from './figures.ts';
import type { House } from './house.ts';

const branches = 50;
const lanesOfBranch = 500;
/** Rows in one statement. */
const batch = 250_000;

/** Jobs that wait in the pool, older than any that comes later, over 50 branches. */
export async function fillWaiting(house: House, pool: string, jobs: number): Promise<void> {
  await prepare(house.database);
  await inBatches(house, 'waiting', jobs, (client, first, count) =>
    client.query(
      `with made as (
         insert into job (pipeline_id, name, pool, attributes, spec, attempts, missing, state, ready_at, lane_id, share, created_at)
         select filled.pipeline_id, 'w' || ($1::int + n) || '-' || $4::int, $3, filled.attributes, filled.spec, 3, 0, 'ready',
                now() - interval '1 hour' + ($1::int + n) * interval '1 millisecond', filled.lane_id, filled.share, now() - interval '1 hour'
         from generate_series(0, $2::int - 1) as n
         join bench_fill as filled on filled.place = ($1::int + n) % ${branches * lanesOfBranch}
         returning id, pool, ready_at, lane_id, share
       )
       insert into ready (job_id, pool, since, rank, share, lane_id, not_before)
       select id, pool, ready_at, ready_at, share, lane_id, ready_at from made`,
      [first, count, pool, Math.round(performance.now())],
    ),
  );
  await house.database.query('vacuum analyze job, ready');
}

/** Jobs that passed over the last 90 days, each with one run whose log is long sealed. */
export async function fillFinished(house: House, jobs: number): Promise<void> {
  await prepare(house.database);
  const { rows } = await house.database.query<{ id: string }>(
    `insert into worker (name, pools, capacity, version, platform, state) values ('bench-history', '{bench}', 1, '0', 'linux-x64', 'gone')
     on conflict (name) do update set state = 'gone' returning id`,
  );
  await inBatches(house, 'finished', jobs, (client, first, count) =>
    client.query(
      `with made as (
         insert into job (pipeline_id, name, pool, attributes, spec, attempts, missing, state, verdict, reason, run_count, lane_id, share,
           created_at, ready_at, started_at, finished_at)
         select filled.pipeline_id, 'f' || ($1::int + n), 'bench', filled.attributes, filled.spec, 3, 0, 'done', 'passed',
                '{"code": "all-steps-passed", "text": "All steps passed"}', 1, filled.lane_id, filled.share, at, at, at, at + interval '1 minute'
         from generate_series(0, $2::int - 1) as n
         join bench_fill as filled on filled.place = ($1::int + n) % ${branches * lanesOfBranch}
         cross join lateral (select now() - interval '90 days' + ($1::int + n) * interval '1 second' as at) as moment
         returning id, started_at, finished_at
       )
       insert into run (job_id, attempt, worker_id, claim_id, claimed_at, lease_until, started_at, ended_at, verdict, reason, steps, log_bytes)
       select id, 1, $3, gen_random_uuid(), started_at, finished_at, started_at, finished_at, 'passed',
              '{"code": "all-steps-passed", "text": "All steps passed"}', '[]', '{0,0}'
       from made`,
      [first, count, Number(rows[0]!.id)],
    ),
  );
  await house.database.query('vacuum analyze job, run');
}

/** Lanes and one pipeline of each branch, and a table that says what the n-th filled job is made of. */
async function prepare(database: pg.Pool): Promise<void> {
  const { rows } = await database.query(`select to_regclass('bench_fill') as there`);
  if (rows[0].there) return;
  await database.query(`
    insert into lane (repo_id, branch, name)
    select repo.id, 'branch-' || b, 'lane-' || l
    from repo, generate_series(1, ${branches}) as b, generate_series(1, ${lanesOfBranch}) as l where repo.name = 'bench';
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
    select repo.id, 'branch-' || b, 'forward', repeat('a', 40), 'Bench', 'Bench', 'Bench', '[]', 1, now()
    from repo, generate_series(1, ${branches}) as b where repo.name = 'bench';
    insert into pipeline (push_id, cause, request_key, build_id, open_for_jobs)
    select push.id, 'api', 'fill', to_char(timestamp '2020-01-01' + push.id * interval '1 second', 'YYYYMMDDHH24MISS'), true
    from push where push.branch like 'branch-%';
    create table bench_fill as
    select row_number() over (order by lane.name, lane.branch) - 1 as place, lane.id as lane_id, pipeline.id as pipeline_id,
           'bench ' || lane.branch as share,
           jsonb_build_object('template', lane.name, 'platform', null, 'variant', null, 'group', null, 'symbol', 'J') as attributes,
           '{"steps": [{"name": "Nothing", "script": "true", "shell": "sh", "always": false, "mayFail": false, "timeoutSeconds": 60, "silentSeconds": 60}],
             "env": {}, "checkout": false, "artifacts": [], "secrets": [], "timeoutSeconds": 60}'::jsonb as spec
    from lane join push on push.repo_id = lane.repo_id and push.branch = lane.branch join pipeline on pipeline.push_id = push.id
    where lane.branch like 'branch-%';
    create unique index on bench_fill (place);
    analyze bench_fill`);
}

type Insert = (client: pg.PoolClient, first: number, count: number) => Promise<unknown>;

/** What is filled in is right as it is: without the checks of references it takes a third of the time. */
async function inBatches(house: House, what: string, total: number, insert: Insert): Promise<void> {
  const client = await house.database.connect();
  await client.query('set session_replication_role = replica; set synchronous_commit = off');
  const began = performance.now();
  for (let first = 0; first < total; first += batch) {
    const count = Math.min(batch, total - first);
    await insert(client, first, count);
    say(`  ${first + count} of ${total} ${what} jobs after ${Math.round((performance.now() - began) / 1000)} s`);
  }
  client.release(true);
}
