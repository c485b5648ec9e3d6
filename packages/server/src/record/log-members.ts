// The gzip members of one step's log, wherever they lie now: rows while its run writes, one file of the archive after.
import { Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { inflate } from './gzip.ts';
import type { MembersText } from './line-index.ts';
import type { ArchiveStore } from './store.ts';

/** A member's place in the file, its length there, and the place and length of what it holds. */
export type SealedMember = readonly [
  at: number,
  memberBytes: number,
  startByte: number,
  sizeBytes: number,
  lines: number,
];
export type FoundLog = {
  readonly runId: number;
  readonly step: number;
  readonly sizeBytes: number;
  /** Of the file, once it is sealed. */
  readonly path: string | null;
  readonly members: readonly SealedMember[] | null;
};
/** What a member holds: the same before and after sealing, which keeps members as they are. `lines` counts line ends. */
export type MemberLines = { readonly startByte: number; readonly sizeBytes: number; readonly lines: number };

export type Member = { readonly start: number; readonly size: number; readonly bytes: Buffer };

/** Most members that are read and inflated in one go: chunks of a log that somebody watches are small. */
export const membersAtOnce = 2000;

/** It was sealed between two looks: its chunks are gone, the file is there now. */
export class Moved extends Error {
  override name = 'Moved';
}

/** Calls `look` with the log as it lies now, and again when it was sealed meanwhile. */
export async function lookAtLog<Seen>(
  db: Queryable,
  runId: number,
  step: number,
  look: (log: FoundLog) => Promise<Seen>,
): Promise<Seen> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await look(await findLog(db, runId, step));
    } catch (error) {
      if (!(error instanceof Moved) || attempt === 3) throw error;
    }
  }
}

/** @throws Refused run-not-found */
export async function findLog(db: Queryable, runId: number, step: number): Promise<FoundLog> {
  const [found] = await db.query<Omit<FoundLog, 'runId' | 'step'> & { removedAt: string | null }>(sql`
    select coalesce(log.size_bytes, 0) as "sizeBytes", sealed_log.path, sealed_log.index -> ${String(step)}::text as members,
           sealed_log.removing_since as "removedAt"
    from run
    left join log on log.run_id = run.id and log.step = ${step}
    left join sealed_log on sealed_log.run_id = run.id
    where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  const { removedAt, ...log } = found;
  if (removedAt) throw logRemoved(runId, removedAt);
  return { runId, step, ...log };
}

export const logRemoved = (runId: number, at: string) =>
  new Refused(
    'removed',
    `The log of run ${runId} was removed on ${at.slice(0, 10)}: its time was over. \`signalbox retention\` shows the rules.`,
  );

/**
 * What its members hold, in order, without reading one.
 * @throws Moved
 */
export async function memberLines(db: Queryable, log: FoundLog): Promise<MemberLines[]> {
  if (log.path) {
    return (log.members ?? []).map(([, , startByte, sizeBytes, lines]) => ({ startByte, sizeBytes, lines }));
  }
  const members = await db.query<MemberLines>(sql`
    select start_byte as "startByte", size_bytes as "sizeBytes", lines
    from log_chunk
    where run_id = ${log.runId} and step = ${log.step} and start_byte < ${log.sizeBytes}
    order by start_byte`);
  if (members.length === 0 && log.sizeBytes > 0) throw moved(log, 0);
  return members;
}

/**
 * What the members hold that these bytes touch: it may begin before `from`, and end before `to` when they are too many.
 * @throws Moved; Error naming the member when one is damaged
 */
export async function textBetween(
  db: Queryable,
  store: ArchiveStore,
  log: FoundLog,
  from: number,
  to: number,
): Promise<MembersText> {
  const members = await membersBetween(db, store, log, from, to);
  const first = members[0]!;
  const parts = await Promise.all(members.map((member) => inflateOf(log, member)));
  return { startByte: first.start, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), members };
}

/**
 * The members that these bytes touch, as they lie, at most `membersAtOnce`.
 * @throws Moved
 */
export async function membersBetween(
  db: Queryable,
  store: ArchiveStore,
  log: FoundLog,
  from: number,
  to: number,
): Promise<Member[]> {
  const members = log.path
    ? await sealedMembers(store, log.path, log.members ?? [], from, to)
    : await chunkMembers(db, log, from, to);
  const first = members[0];
  if (!first || first.start > from) throw moved(log, from);
  return members;
}

const moved = ({ runId, step }: FoundLog, byte: number) =>
  new Moved(`Byte ${byte} of the log of run ${runId}, step ${step}, is neither in the database nor in the archive.`);

function chunkMembers(db: Queryable, { runId, step }: FoundLog, from: number, to: number): Promise<Member[]> {
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

async function inflateOf({ runId, step }: FoundLog, member: Member): Promise<Buffer> {
  try {
    return await inflate(member.bytes, member.size);
  } catch (cause) {
    const which = `bytes ${member.start} to ${member.start + member.size} of step ${step}`;
    throw new Error(`The log of run ${runId} is damaged, ${which}: ${(cause as Error).message}. Read on after them.`, {
      cause,
    });
  }
}
