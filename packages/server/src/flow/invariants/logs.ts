// What is always so of logs: no byte is missing in between, none is there twice, and none is forgotten.
import { sql } from '../../base/index.ts';
import type { Invariant } from './invariant.ts';

export const ofLogs = {
  'logs-have-no-holes': {
    sentence: 'Each chunk of a log begins where the one before it ends.',
    cure: 'The log cannot be sealed as it is. Report it with the rows of the run in log_chunk.',
    statement: () => sql`
      select 'run ' || run_id || ', step ' || step || ': a chunk begins at byte ' || start_byte || ', the one before ends at ' || reached
             as offending
      from (
        select run_id, step, start_byte,
               coalesce(lag(start_byte + size_bytes) over (partition by run_id, step order by start_byte), 0) as reached
        from log_chunk
      ) as chunk
      where start_byte <> reached`,
  },
  'logs-are-as-long-as-they-say': {
    sentence: 'A log that is not sealed yet is as long as its chunks together.',
    cure: 'Report it with the rows of the run in log and log_chunk.',
    statement: () => sql`
      select 'run ' || log.run_id || ', step ' || log.step || ' says ' || log.size_bytes || ' bytes, ' || log.lines
             || ' lines; its chunks have ' || coalesce(chunks.bytes, 0) || ' and ' || coalesce(chunks.lines, 0) as offending
      from log left join (
        select run_id, step, sum(size_bytes) as bytes, sum(lines) as lines from log_chunk group by run_id, step
      ) as chunks on chunks.run_id = log.run_id and chunks.step = log.step
      where not exists (select 1 from sealed_log where sealed_log.run_id = log.run_id)
        and (log.size_bytes <> coalesce(chunks.bytes, 0) or log.lines <> coalesce(chunks.lines, 0))`,
  },
  'sealed-logs-hold-all': {
    sentence: 'A sealed log holds every byte that had come, and none of it is in the database any more.',
    cure: 'If chunks are left, they can be deleted once the archive has the file. Else restore the file from a backup.',
    statement: () => sql`
      select 'run ' || log.run_id || ', step ' || log.step || ' had ' || log.size_bytes || ' bytes, its file has '
             || sealed.bytes as offending
      from sealed_log join log on log.run_id = sealed_log.run_id and sealed_log.removed_at is null
      cross join lateral (
        select coalesce((sealed_log.index -> log.step::text -> -1 ->> 2)::bigint
                      + (sealed_log.index -> log.step::text -> -1 ->> 3)::bigint, 0) as bytes
      ) as sealed
      where sealed.bytes <> log.size_bytes
      union all
      select 'run ' || run_id || ' is sealed, and has chunks' from sealed_log
      where exists (select 1 from log_chunk where log_chunk.run_id = sealed_log.run_id)
      union all
      select 'run ' || run.id || ' is sealed, and goes on'
      from sealed_log join run on run.id = sealed_log.run_id where run.ended_at is null
      union all
      select 'run ' || run_id || ' is sealed, and in line to be sealed again' from to_seal
      where exists (select 1 from sealed_log where sealed_log.run_id = to_seal.run_id)`,
  },
  'ended-logs-are-in-line': {
    sentence: 'The log of a run that has ended is sealed, or in line to be, unless it printed nothing.',
    cure: 'Restart a server with the role timer: its first look puts in line what was forgotten within a week.',
    statement: (graceSeconds) => sql`
      select 'run ' || run.id || ' ended at ' || run.ended_at || ', and its log is neither sealed nor in line' as offending
      from run
      where run.ended_at < now() - make_interval(secs => ${graceSeconds}) and (0 < any (run.log_bytes)) is not false
        and not exists (select 1 from sealed_log where sealed_log.run_id = run.id)
        and not exists (select 1 from to_seal where to_seal.run_id = run.id)`,
  },
} as const satisfies Record<string, Invariant>;
