// Reads a range of one step's log, from its chunks while the run writes and from the archive after: the reader sees no difference.
import { Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { inflate } from './gzip.ts';
import type { ArchiveStore } from './store.ts';

export type LogRange = {
  readonly from: number;
  /** Bytes wanted at most. */
  readonly limit: number;
  /** The last so many bytes instead. */
  readonly tail?: number;
};
export type LogPart = {
  readonly bytes: Buffer;
  readonly from: number;
  /** Where to go on from; `size` when there is no more now. */
  readonly next: number;
  readonly size: number;
};
/** A member's place in the file, its length there, and the place and length of what it holds. */
export type SealedMember = readonly [
  at: number,
  memberBytes: number,
  startByte: number,
  sizeBytes: number,
  lines: number,
];

type Member = { start: number; size: number; bytes: Buffer };
type Found = { size: number; path: string | null; members: SealedMember[] | null };

/**
 * Only the members that the range touches are inflated, at most `membersAtOnce`: fewer bytes than asked for are no end, `next` is.
 * @throws Refused run-not-found; Error naming the member when one is damaged
 */
export async function readLog(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  range: LogRange,
): Promise<LogPart> {
  for (let attempt = 1; ; attempt++) {
    const found = await find(db, runId, step);
    const from = range.tail === undefined ? Math.min(range.from, found.size) : Math.max(0, found.size - range.tail);
    const to = range.tail === undefined ? Math.min(from + range.limit, found.size) : found.size;
    if (from === to) return { bytes: Buffer.alloc(0), from, next: to, size: found.size };
    const members = found.path
      ? await sealedMembers(store, found.path, found.members ?? [], from, to)
      : await chunkMembers(db, runId, step, from, to);
    const first = members[0];
    if (first && first.start <= from) {
      const parts = await Promise.all(members.map((member) => inflateOf(runId, step, member)));
      const bytes = Buffer.concat(parts).subarray(from - first.start, to - first.start);
      return { bytes, from, next: from + bytes.length, size: found.size };
    }
    // It was sealed between the two looks: the chunks are gone, the file is there now.
    if (attempt === 3)
      throw new Error(
        `Byte ${from} of the log of run ${runId}, step ${step}, is neither in the database nor in the archive.`,
      );
  }
}

const membersAtOnce = 2000;

async function find(db: Queryable, runId: number, step: number): Promise<Found> {
  const [found] = await db.query<Found>(sql`
    select coalesce(log.size_bytes, 0) as size, sealed_log.path, sealed_log.index -> ${String(step)}::text as members
    from run
    left join log on log.run_id = run.id and log.step = ${step}
    left join sealed_log on sealed_log.run_id = run.id
    where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  return found;
}

function chunkMembers(db: Queryable, runId: number, step: number, from: number, to: number): Promise<Member[]> {
  return db.query<Member>(sql`
    select start_byte as start, size_bytes as size, member as bytes
    from log_chunk
    where run_id = ${runId} and step = ${step} and start_byte < ${to} and start_byte >= (
      select max(start_byte) from log_chunk where run_id = ${runId} and step = ${step} and start_byte <= ${from})
    order by start_byte
    limit ${membersAtOnce}`);
}

/** A step's members lie side by side in the file: one read gets them all. */
async function sealedMembers(
  store: ArchiveStore,
  path: string,
  index: readonly SealedMember[],
  from: number,
  to: number,
): Promise<Member[]> {
  const begin = index.findLastIndex(([, , start]) => start <= from);
  if (begin < 0) return [];
  const touched = index.slice(begin, begin + membersAtOnce).filter(([, , start]) => start < to);
  const at = touched[0]![0];
  const last = touched.at(-1)!;
  const bytes = await store.read(path, { from: at, to: last[0] + last[1] });
  return touched.map(([place, memberBytes, start, size]) => ({
    start,
    size,
    bytes: bytes.subarray(place - at, place - at + memberBytes),
  }));
}

async function inflateOf(runId: number, step: number, member: Member): Promise<Buffer> {
  try {
    return await inflate(member.bytes, member.size);
  } catch (cause) {
    const which = `bytes ${member.start} to ${member.start + member.size} of step ${step}`;
    throw new Error(`The log of run ${runId} is damaged, ${which}: ${(cause as Error).message}. Read on after them.`, {
      cause,
    });
  }
}
