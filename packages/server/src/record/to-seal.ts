// The runs whose logs wait to be sealed: put in line when they end, taken in batches by whichever server is first, given up when done.
import { type Queryable, sql } from '../base/index.ts';
import type { RecordLimits } from './limits.ts';

/** Puts runs that have ended in line. It may come after the end's own transaction: `missed` makes up for a crash between. */
export async function ended(db: Queryable, runIds: readonly number[]): Promise<void> {
  await db.query(sql`
    insert into to_seal (run_id)
    select run_id from unnest(${runIds}::bigint[]) as ended (run_id)
    where not exists (select 1 from sealed_log where sealed_log.run_id = ended.run_id)
    on conflict (run_id) do nothing`);
}

/** Puts in line what ended within these seconds and was forgotten: its server died between the end and `ended`. */
export async function missed(db: Queryable, withinSeconds: number): Promise<number> {
  const found = await db.query(sql`
    insert into to_seal (run_id)
    select run.id from run
    where run.ended_at between now() - make_interval(secs => ${withinSeconds}) and now() - interval '5 seconds'
      -- What printed nothing has no log.
      and (0 < any (run.log_bytes)) is not false
      -- Each by its key ("offset 0" says so): in the minute's few runs it need not read all logs that were ever sealed.
      and not exists (select 1 from sealed_log where sealed_log.run_id = run.id offset 0)
      and not exists (select 1 from to_seal where to_seal.run_id = run.id offset 0)
    on conflict (run_id) do nothing
    returning run_id`);
  return found.length;
}

/**
 * Takes runs whose announced log is all there, that have waited long enough, or whose worker was lost and cannot come back, and
 * closes their logs: what is sealed does not change any more. Time counts only while there is a server that takes what a worker
 * brings. A lost worker may come back while its job is nobody else's; then the
 * run goes on, and its log with it. No transaction stays open while files are written; who dies holding them loses them
 * to another server after `sealSeconds`.
 */
export async function takeToSeal(db: Queryable, limits: RecordLimits): Promise<number[]> {
  const taken = await db.query<{ runId: number }>(sql`
    with due as (
      select to_seal.run_id
      from to_seal cross join lateral (
        -- Each by its key ("offset 0" says so): a join looks to the planner no dearer than what is asked below, and reads all runs.
        select id, ended_at, log_bytes from run where run.id = to_seal.run_id offset 0
      ) as run
      -- Nothing of a run that goes on is ever closed, whoever put it in line.
      where to_seal.not_before <= now() and run.ended_at is not null and (
        to_seal.closed
        or case when run.log_bytes is null
          then greatest(to_seal.ended_at, (select logs_taken_since from lease_clock)) < now() - make_interval(secs => ${limits.lostLogSeconds})
            -- Read once for all, not for each: a plan of the first minutes would pass all that was ever lost again and again. A run
            -- comes in line at its end, or up to a week later ("missed").
            or not run.id = any (array(
              select run_id from lost_run where lost_run.ended_at > (select min(to_seal.ended_at) from to_seal) - interval '8 days'))
          else greatest(to_seal.ended_at, (select logs_taken_since from lease_clock)) < now() - make_interval(secs => ${limits.arrivalSeconds})
            or not exists (
              select 1
              from unnest(run.log_bytes) with ordinality as announced (bytes, place)
              left join log on log.run_id = run.id and log.step = announced.place - 1
              where announced.bytes > coalesce(log.size_bytes, 0))
          end)
      order by to_seal.not_before, to_seal.run_id
      limit ${limits.sealBatch}
      for update of to_seal skip locked
    )
    update to_seal
    set closed = true, not_before = now() + make_interval(secs => ${limits.sealSeconds})
    from due
    where to_seal.run_id = due.run_id
    returning to_seal.run_id as "runId"`);
  return taken.map(({ runId }) => runId);
}

/** Lets others, or this server, try again in a while. */
export async function putBackToSeal(db: Queryable, runIds: readonly number[]): Promise<void> {
  await db.query(sql`
    update to_seal set not_before = now() + interval '15 seconds' where run_id = any (${runIds}::bigint[])`);
}
