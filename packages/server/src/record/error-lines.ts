// Keeps the error lines that workers find in logs: a few of each run, the first ones of each step before the further ones of any.
import { type ErrorLine, type ErrorLines, type ErrorLinesStop, Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import type { RunHold } from './append.ts';
import type { RecordLimits } from './limits.ts';

/**
 * A repeat changes nothing, and neither does the order in which reports come. Hint `run:ID` after it.
 * @throws Refused claim-lost, or run-not-found
 */
export async function keepErrorLines(
  db: Queryable,
  { runId, claimId }: RunHold,
  { items, stopped }: Pick<ErrorLines, 'items' | 'stopped'>,
  limits: RecordLimits,
): Promise<void> {
  const [kept] = await db.query<{ held: boolean }>(keeping(runId, claimId, items, stopped, limits.errorLines));
  if (kept!.held) return;
  const [run] = await db.query(sql`select 1 from run where id = ${runId}`);
  if (!run) throw new Refused('run-not-found', `There is no run ${runId}.`);
  throw new Refused('claim-lost', `Run ${runId} is held by another claim, or was given up. Drop its error lines.`);
}

/*
 * Of the lines that are there and those that come, the first of each step are kept before the second of any, and so on: a step
 * that prints many takes no room from the one that fails after it. What is pushed out is said as a stop of its step.
 * After the end the rest of a log may still come (append.ts), and its error lines with it; of a run that was lost, nothing.
 */
function keeping(
  runId: number,
  claimId: string,
  items: readonly ErrorLine[],
  stopped: readonly ErrorLinesStop[],
  most: number,
) {
  return sql`
    with held as materialized (
      select id from run where id = ${runId} and claim_id = ${claimId} and (ended_at is null or log_bytes is not null)
    ), fresh as materialized (
      select distinct on (step, line) * from unnest(
        ${items.map(({ step }) => step)}::integer[], ${items.map(({ line }) => line)}::bigint[],
        ${items.map(({ startByte }) => startByte)}::bigint[], ${items.map(({ text }) => text)}::text[],
        ${items.map(({ pattern }) => pattern)}::text[], ${items.map(({ fingerprint }) => fingerprint)}::text[]
      ) as fresh (step, line, start_byte, text, pattern, fingerprint)
    ), ranked as materialized (
      select step, line, row_number() over (order by place, step) as rank
      from (
        select step, line, row_number() over (partition by step order by line) as place
        from (
          select step, line from fresh union select step, line from error_line where run_id = ${runId}
        ) as candidate
      ) as placed
    ), put as (
      insert into error_line (run_id, step, line, start_byte, text, pattern, fingerprint)
      select held.id, fresh.step, fresh.line, fresh.start_byte, fresh.text, fresh.pattern, fresh.fingerprint
      from held cross join fresh join ranked using (step, line)
      where ranked.rank <= ${most}
      order by fresh.step, fresh.line
      on conflict (run_id, step, line) do nothing
    ), pushed_out as (
      delete from error_line using held, ranked
      where error_line.run_id = held.id and ranked.step = error_line.step and ranked.line = error_line.line
        and ranked.rank > ${most}
    ), stop as (
      insert into error_line_stop (run_id, step, line, why)
      select distinct on (stop.step) held.id, stop.step, stop.line, stop.why
      from held cross join (
        select step, line, 'enough' as why from ranked where rank > ${most}
        union all
        select * from unnest(
          ${stopped.map(({ step }) => step)}::integer[], ${stopped.map(({ line }) => line)}::bigint[],
          ${stopped.map(({ why }) => why)}::text[])
      ) as stop (step, line, why)
      order by stop.step, stop.line
      on conflict (run_id, step) do update set line = excluded.line, why = excluded.why
      where excluded.line < error_line_stop.line
    )
    select exists (select 1 from held) as held`;
}

/** @throws Refused run-not-found */
export async function listErrorLines(db: Queryable, runId: number, limits: RecordLimits): Promise<ErrorLines> {
  const [found] = await db.query<ErrorLines>(sql`
    select coalesce((
             select jsonb_agg(jsonb_build_object(
                      'step', step, 'line', line, 'startByte', start_byte, 'text', text, 'pattern', pattern,
                      'fingerprint', fingerprint) order by step, line)
             from (
               -- Reports that came at the same time may have left more.
               select * from (
                 select *, row_number() over (partition by step order by line) as place from error_line where run_id = run.id
               ) as placed
               order by place, step limit ${limits.errorLines}
             ) as kept), '[]') as items,
           coalesce((
             select jsonb_agg(jsonb_build_object('step', step, 'line', line, 'why', why) order by step)
             from error_line_stop where run_id = run.id), '[]') as stopped
    from run where id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  return found;
}
