// What came of one step's log since an offset, and whether more can come: one statement while it grows, for whoever asks again
// and again.
import { type MaybeTimedLines, Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { inflate } from './gzip.ts';
import { lineTimes, type MembersText } from './line-index.ts';
import { logRemoved } from './log-members.ts';
import { readLog } from './read.ts';
import type { ArchiveStore } from './store.ts';

export type LogNews = {
  readonly bytes: Buffer;
  readonly from: number;
  /** Behind `bytes`; before `size` where more is here than was read. */
  readonly next: number;
  readonly size: number;
  /** Nothing will come behind `size`. */
  readonly isOver: boolean;
  /** When the lines were printed that begin in `bytes`, before this byte of the log; empty where nobody knows any. */
  readonly times: (to: number) => MaybeTimedLines[];
};
type Row = {
  size: number;
  isSealed: boolean;
  isOver: boolean;
  removedAt: string | null;
  start: number | null;
  length: number | null;
  member: Buffer | null;
};

/**
 * Left out `from`: only how much there is.
 * @throws Refused run-not-found, removed
 */
export async function logNews(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  from: number = Number.MAX_SAFE_INTEGER,
): Promise<LogNews> {
  const rows = await db.query<Row>(sql`
    select coalesce(log.size_bytes, 0) as size, sealed_log.run_id is not null as "isSealed",
           -- Steps come in their order: once a later one has printed, this one has no more to say.
           sealed_log.run_id is not null or (0 < any (run.log_bytes)) is false
             or exists (select from log later where later.run_id = run.id and later.step > ${step} and later.size_bytes > 0)
             or (run.ended_at is not null and run.log_bytes is not null
                 and coalesce(log.size_bytes, 0) >= coalesce(run.log_bytes[${step}::integer + 1], 0)) as "isOver",
           sealed_log.removing_since as "removedAt", chunk.start_byte as start, chunk.size_bytes as length, chunk.member
    from run
    left join log on log.run_id = run.id and log.step = ${step}
    left join sealed_log on sealed_log.run_id = run.id
    left join lateral (
      select start_byte, size_bytes, member from log_chunk
      where run_id = run.id and step = ${step} and start_byte < log.size_bytes and start_byte >= (
        select coalesce(max(start_byte), 0) from log_chunk where run_id = run.id and step = ${step} and start_byte <= ${from})
        and start_byte + size_bytes > ${from}
      order by start_byte limit ${chunksAtOnce}) chunk on true
    where run.id = ${runId}`);
  const [first] = rows;
  if (!first) throw new Refused('run-not-found', `There is no run ${runId}.`);
  const { size, isOver } = first;
  if (first.removedAt && from < size) throw logRemoved(runId, first.removedAt);
  const at = Math.min(from, size);
  if (at === size) return { bytes: nothing, from: at, next: at, size, isOver, times: () => [] };
  if (first.isSealed || first.start === null || first.start > at) {
    const part = await readLog(db, store, runId, step, { from: at, limit: bytesAtOnce });
    const { bytes, next, size, text } = part;
    return { bytes, from: part.from, next, size, isOver: isOver && size === first.size, times: timesIn(text, at) };
  }
  const members = enough(rows, at).map((row) => ({ start: row.start!, size: row.length!, bytes: row.member! }));
  const all = Buffer.concat(await Promise.all(members.map((member) => inflate(member.bytes, member.size))));
  const bytes = all.subarray(at - first.start);
  const times = timesIn({ startByte: first.start, bytes: all, members }, at);
  return { bytes, from: at, next: at + bytes.length, size, isOver, times };
}

const timesIn = (text: MembersText | undefined, from: number) => (to: number) =>
  text ? lineTimes(text, from, to) : [];

/** The first ones that go into so many bytes, but at least one. */
function enough(rows: readonly Row[], from: number): readonly Row[] {
  const end = rows.findIndex(({ start, length }) => start! + length! - from > bytesAtOnce);
  return end < 0 ? rows : rows.slice(0, Math.max(1, end));
}

const nothing = Buffer.alloc(0);
const chunksAtOnce = 64;
const bytesAtOnce = 1_048_576;
