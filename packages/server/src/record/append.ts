// Appends log chunks of a run: the hot path of every log. One statement a call, whatever it carries; a repeat changes nothing.
import type { LogChunk } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { checkChunks } from './check-chunks.ts';
import type { RecordLimits } from './limits.ts';
import { ended } from './to-seal.ts';
import { whyNotAppended } from './why-not-appended.ts';

/** Whose log: the claim fences off a worker that has lost the run. */
export type RunHold = { readonly runId: number; readonly claimId: string };

/**
 * `body` is the chunks' gzip members laid end to end. Hint `run:ID` after it.
 * @throws Refused claim-lost, log-gap (with `extra: {step, expected}`), run-not-found, bad-request, too-large
 */
export async function append(
  db: Queryable,
  hold: RunHold,
  chunks: readonly LogChunk[],
  body: Buffer,
  limits: RecordLimits,
): Promise<void> {
  checkChunks(hold.runId, chunks, body, limits);
  for (let attempt = 1; ; attempt++) {
    const steps = await write(db, hold, chunks, body);
    if (steps.every((step) => step.grown)) return;
    const why = await whyNotAppended(db, hold, chunks);
    if (why === 'was-there') return;
    // The rest of a log comes right behind the end of its run, and may be faster than what follows that end; or who was to do
    // that has died.
    if (why === 'not-in-line') await ended(db, [hold.runId]);
    // A change in between (the run ended, a twin of this call was first) made the statement see too little: it sees more now.
    if (attempt === 3) throw new Error(`The log of run ${hold.runId} could not be appended in ${attempt} attempts.`);
  }
}

/*
 * The body is one binary parameter and cut up by the database: an array of members would go over the wire as hexadecimal text.
 * The share lock makes the end of the run wait for this statement, and this statement see the end: once a run has ended, what
 * was appended before is there. After the end only its own worker goes on, up to the length that it announced, until the log
 * is closed to be sealed. A step grows only where one of the chunks begins at its end; the row is locked, so twins take turns.
 */
function write(db: Queryable, hold: RunHold, chunks: readonly LogChunk[], body: Buffer): Promise<{ grown: boolean }[]> {
  let at = 0;
  const places = chunks.map((chunk) => {
    at += chunk.memberBytes;
    return at - chunk.memberBytes + 1;
  });
  return db.query<{ grown: boolean }>(sql`
    with running as materialized (
      select id, null::bigint[] as announced from run
      -- Open is who has no verdict (queue/finish-alone.ts).
      where id = ${hold.runId} and claim_id = ${hold.claimId} and verdict is null
      for share
    ), ended as materialized (
      select run.id, run.log_bytes as announced from to_seal join run on run.id = to_seal.run_id
      where to_seal.run_id = ${hold.runId} and not to_seal.closed
        and run.claim_id = ${hold.claimId} and run.log_bytes is not null
      for share of to_seal
    ), held as materialized (
      select id, announced from running union all select id, announced from ended
    ), chunk as materialized (
      select * from unnest(
        ${chunks.map((chunk) => chunk.step)}::integer[], ${chunks.map((chunk) => chunk.offset)}::bigint[],
        ${chunks.map((chunk) => chunk.sizeBytes)}::integer[], ${chunks.map((chunk) => chunk.lines)}::integer[],
        ${places}::integer[], ${chunks.map((chunk) => chunk.memberBytes)}::integer[]
      ) as chunk (step, start_byte, size_bytes, lines, place, member_bytes)
    ), whole as materialized (
      select step, min(start_byte) as start_byte, max(start_byte + size_bytes) as end_byte, sum(lines) as lines,
             sum(member_bytes) as member_bytes
      from chunk group by step
    ), grown as (
      insert into log (run_id, step, size_bytes, lines, member_bytes)
      select held.id, whole.step, whole.end_byte, whole.lines, whole.member_bytes
      from held cross join whole
      where (held.announced is null or whole.end_byte <= held.announced[whole.step + 1])
        and (whole.start_byte = 0 or exists (select 1 from log where run_id = held.id and step = whole.step offset 0))
      order by whole.step
      on conflict (run_id, step) do update set
        appended_from = log.size_bytes,
        size_bytes = excluded.size_bytes,
        (lines, member_bytes) = (
          select log.lines + sum(chunk.lines), log.member_bytes + sum(chunk.member_bytes) from chunk
          where chunk.step = log.step and chunk.start_byte >= log.size_bytes)
      where exists (select 1 from chunk where chunk.step = log.step and chunk.start_byte = log.size_bytes)
      returning run_id, step, appended_from
    ), put as (
      insert into log_chunk (run_id, step, start_byte, size_bytes, lines, member)
      select grown.run_id, chunk.step, chunk.start_byte, chunk.size_bytes, chunk.lines,
             substring(${body}::bytea from chunk.place for chunk.member_bytes)
      from grown join chunk on chunk.step = grown.step and chunk.start_byte >= grown.appended_from
    )
    select grown.step is not null as grown from whole left join grown on grown.step = whole.step`);
}
