// A queue with a past: hundreds of thousands of jobs that ended, a long line, a whole fleet of workers. One statement a table.
import type { Db } from '../../src/base/index.ts';

export type Past = {
  readonly done: number;
  readonly running: number;
  /** Each waits for one that runs. */
  readonly waiting: number;
  readonly ready: number;
  readonly workers: number;
};

const pools = 20;
const branches = 20;
/** Jobs of one pipeline; each pipeline has a push of its own, and its jobs their lanes on its branch. */
const perPipeline = 100;
/** Of the runs that ended, those whose logs are spoken of, and among them those that are not sealed yet. */
const logged = 100_000;
const unsealed = 200;

/**
 * Adds to what is there, and leaves the statistics as they are: autovacuum is off, so nobody looks at the tables meanwhile.
 * Some 8 s of processor time for 400,000 jobs: indexes are made after the rows, nothing is written ahead, no foreign key is looked up.
 */
export async function fillPast(db: Db, past: Past): Promise<void> {
  const client = await db.pool.connect();
  try {
    await client.query('set session_replication_role = replica');
    const { rows: quickOnes } = await client.query<{ table: string }>(namesOfJobs);
    for (const { table } of quickOnes) await client.query(`alter table ${table} set unlogged`);
    for (const table of filled) await client.query(`alter table ${table} set (autovacuum_enabled = false)`);
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where schemaname = 'public' and tablename in ('job', 'run', 'ready') and indexdef not like 'CREATE UNIQUE%'`,
    );
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    for (const statement of statements(past)) await client.query(statement);
    for (const { definition } of indexes) await client.query(definition);
  } finally {
    client.release(true);
  }
}

/** Jobs, and all that names them, the farthest first: a table that is written ahead may not name one that is not. */
const namesOfJobs = `
  with recursive naming as (
    select 'job'::regclass::oid as id, 0 as steps
    union
    select conrelid, steps + 1 from pg_constraint join naming on confrelid = naming.id
    where contype = 'f' and conrelid <> confrelid and steps < 10
  )
  select id::regclass::text as "table" from naming group by id order by max(steps) desc`;
const filled = 'push pipeline job edge ready worker run log log_chunk sealed_log to_seal'.split(' ');

/** Ids follow the highest one that is there. */
function statements({ done, running, waiting, ready, workers }: Past): string[] {
  const jobs = done + running + waiting + ready;
  const pipelines = Math.ceil(jobs / perPipeline);
  const spec = JSON.stringify({
    steps: [{ name: 'build', run: 'make -j8 && make check' }],
    env: { CHUNK: '3' },
    checkout: true,
    artifacts: ['out/**'],
    secrets: [],
    timeoutSeconds: 7200,
  });
  const last = (table: string) => `(select coalesce(max(id), 0) from ${table}) as ${table}`;
  return [
    `insert into repo (name, url) values ('r', '/r') on conflict do nothing`,
    `insert into pool (name) select 'pool ' || g from generate_series(0, ${pools - 1}) g on conflict do nothing`,
    `insert into lane (repo_id, branch, name)
     select (select min(id) from repo), 'branch ' || b, 'job ' || n
     from generate_series(0, ${25 * branches - 1}) b, generate_series(0, ${perPipeline - 1}) n
     where not exists (select from lane)`,
    `create temporary table base as
     select ${['push', 'pipeline', 'job', 'run', 'worker'].map(last)}, (select min(id) from lane) as lane, (select min(id) from repo) as repo`,
    `insert into push (id, repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
     overriding system value
     select base.push + g, base.repo, 'branch ' || (g - 1) % ${branches}, 'forward', md5(g::text), 'Ada', 'Change', 'Change', '[]', 1, now()
     from base, generate_series(1, ${pipelines}) g`,
    `insert into pipeline (id, push_id, cause, request_key, build_id, created_at, verdict, finished_at)
     overriding system value
     select base.pipeline + g, base.push + g, 'push', 'push', (20260000000000 + base.pipeline + g)::text, now() - interval '30 days',
            case when g * ${perPipeline} <= ${done} then 'passed' end, case when g * ${perPipeline} <= ${done} then now() - interval '20 days' end
     from base, generate_series(1, ${pipelines}) g`,
    `insert into job (id, pipeline_id, name, pool, attributes, spec, state, missing, attempts, run_count, verdict, reason, created_at,
       ready_at, started_at, finished_at, lane_id, share, needed)
     overriding system value
     select base.job + g, base.pipeline + 1 + (g - 1) / ${perPipeline}, 'job ' || g % ${perPipeline}, 'pool ' || g % ${pools},
            '{"template": "t", "platform": "linux", "variant": null, "group": "g", "symbol": "J"}', '${spec}', state,
            (state = 'waiting')::int, 3, (state in ('done', 'running'))::int, case when state = 'done' then 'passed' end,
            case when state = 'done' then '{"code": "all-steps-passed", "text": "All steps passed"}'::jsonb end,
            now() - interval '30 days', case when state <> 'waiting' then now() - interval '1 day' + g * interval '1 ms' end,
            case when state in ('done', 'running') then now() - interval '20 days' end,
            case when state = 'done' then now() - interval '20 days' end,
            base.lane + (g - 1) / ${perPipeline} % ${branches} * ${perPipeline} + g % ${perPipeline},
            'branch ' || (g - 1) / ${perPipeline} % ${branches}, state = 'running' and g > ${done + running - waiting}
     from base, generate_series(1, ${jobs}) g
     cross join lateral (select case when g <= ${done} then 'done' when g <= ${done + running} then 'running'
       when g <= ${done + running + waiting} then 'waiting' else 'ready' end as state) as as_it_is`,
    `insert into edge (from_job, to_job)
     select base.job + g - ${waiting}, base.job + g from base, generate_series(${done + running + 1}, ${done + running + waiting}) g`,
    // Every third job of the past was needed by another.
    `insert into edge (from_job, to_job)
     select base.job + g, base.job + g + 1 from base, generate_series(1, ${done - 1}, 3) g`,
    `insert into ready (job_id, pool, since, rank, share, lane_id)
     select base.job + g, 'pool ' || g % ${pools}, since, since, 'branch ' || (g - 1) / ${perPipeline} % ${branches},
            base.lane + (g - 1) / ${perPipeline} % ${branches} * ${perPipeline} + g % ${perPipeline}
     from base, generate_series(${jobs - ready + 1}, ${jobs}) g
     cross join lateral (select now() - interval '1 day' + g * interval '1 ms' as since) as came`,
    `insert into worker (id, name, pools, capacity, version, platform, state, last_seen_at)
     overriding system value
     select base.worker + g, 'worker ' || base.worker + g, array['pool ' || g % ${pools}], 1, '1', 'linux-x64', 'active', now() + interval '1 hour'
     from base, generate_series(1, ${workers}) g`,
    // One in a hundred runs of the past was lost.
    `insert into run (id, job_id, attempt, worker_id, claim_id, claimed_at, lease_until, started_at, ended_at, verdict, reason, log_bytes)
     overriding system value
     select base.run + g, base.job + g, 1, base.worker + 1 + g % ${workers},
            ('00000000-0000-4000-8000-' || lpad(to_hex(base.run + g), 12, '0'))::uuid, now() - interval '20 days', now() + interval '1 hour',
            now() - interval '20 days', case when g <= ${done} then now() - interval '20 days' end,
            case when g <= ${done} then case when g % 100 = 0 then 'errored' else 'passed' end end,
            case when g <= ${done} then jsonb_build_object('code', case when g % 100 = 0 then 'worker-lost' else 'all-steps-passed' end, 'text', '') end,
            case when g <= ${done} and g % 100 <> 0 then '{100}'::bigint[] end
     from base, generate_series(1, ${done + running}) g`,
    `insert into sealed_log (run_id, path, size_bytes, sha256, index)
     select base.run + g, 'r/builds/branch/' || lpad((base.run + g)::text, 9, '0') || '.txt.gz', 100, md5(g::text), '{}'
     from base, generate_series(${Math.max(1, done - logged)}, ${done - unsealed}) g`,
    `insert into to_seal (run_id, ended_at)
     select base.run + g, now() from base, generate_series(${done - unsealed + 1}, ${done}) g`,
    `insert into log (run_id, step, size_bytes, lines, member_bytes)
     select base.run + g, 0, 100, 3, 60 from base, generate_series(${Math.max(1, done - logged)}, ${done + running}) g`,
    `insert into log_chunk (run_id, step, start_byte, size_bytes, lines, member)
     select base.run + g, 0, 0, 100, 3, decode(repeat('1f8b', 30), 'hex')
     from base, generate_series(${done - unsealed + 1}, ${done + running}) g`,
    ...['push', 'pipeline', 'job', 'run', 'worker'].map(
      (table) => `select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from ${table}`,
    ),
    'drop table base',
  ];
}
