// Reads lines of one step's log by their numbers: the counts beside the members say which few of them to inflate.
import type { MaybeTimedLines } from '@signalbox/protocol';
import type { Queryable } from '../base/index.ts';
import { lineTimes, type MembersText, stateBefore } from './line-index.ts';
import { lineAt, lineEndsOf, placeOfLine } from './line-places.ts';
import { type FoundLog, lookAtLog, type MemberLines, memberLines, textBetween } from './log-members.ts';
import type { LogPart } from './read.ts';
import type { ArchiveStore } from './store.ts';

/** Numbers begin at 1; both ends are included. */
export type LineRange =
  | { readonly kind: 'between'; readonly first: number; readonly last: number }
  | { readonly kind: 'last'; readonly count: number };
export type LinesPart = LogPart & {
  /** When each line was printed, from the first on; empty where nobody knows any. */
  readonly times: readonly MaybeTimedLines[];
  /** Codes that bring a terminal into the state before the first line; undefined where nobody knows. */
  readonly state: string | undefined;
  /** Of what was asked for, and of what is in `bytes`: one less than the first when nothing is. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Where the lines that were asked for end. `bytes` may end before it: read on from `next`, by bytes. */
  readonly end: number;
  /** Line ends that are here. A last line without one is read, and not counted. */
  readonly lines: number;
};

/**
 * At most `limit` bytes. What is read of a log that still grows is what it is when it is sealed.
 * @throws Refused run-not-found; Error naming the member when one is damaged, or holds fewer lines than its worker said
 */
export function readLines(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  wanted: LineRange,
  limit: number,
): Promise<LinesPart> {
  return lookAtLog(db, runId, step, async (log) => {
    const members = await memberLines(db, log);
    const lines = lineEndsOf(members);
    const text = inflated(db, store, log, members);
    const { first, last } = wanted.kind === 'between' ? wanted : await lastLines(log, members, lines, text, wanted);
    const from = await startOfLine(log, members, text, first);
    const end = await startOfLine(log, members, text, last + 1);
    const to = Math.min(end, from + limit);
    const found = from < to ? await read(db, store, log, members, text, from, to) : nothing;
    const bytes = found.bytes.subarray(from - found.startByte, to - found.startByte);
    return {
      bytes,
      from,
      next: from + bytes.length,
      end,
      size: log.sizeBytes,
      firstLine: first,
      lastLine: lineAt(bytes, first),
      lines,
      times: lineTimes(found, from, to),
      state: stateBefore(found, from),
    };
  });
}

/** Members of this log that were inflated already: the first line and the last one are mostly in the same. */
type Inflated = (member: number) => Promise<MembersText>;

const nothing: MembersText = { startByte: 0, bytes: Buffer.alloc(0), members: [] };

function inflated(db: Queryable, store: ArchiveStore, log: FoundLog, members: readonly MemberLines[]): Inflated {
  const texts = new Map<number, Promise<MembersText>>();
  return (member) => {
    const known = texts.get(member);
    if (known) return known;
    const { startByte, sizeBytes } = members[member]!;
    const text = textBetween(db, store, log, startByte, startByte + sizeBytes);
    texts.set(member, text);
    return text;
  };
}

async function lastLines(
  log: FoundLog,
  members: readonly MemberLines[],
  lines: number,
  text: Inflated,
  { count }: { readonly count: number },
): Promise<{ first: number; last: number }> {
  if (log.sizeBytes === 0) return { first: 1, last: 0 };
  const isOpen = (await text(members.length - 1)).bytes.at(-1) !== newline;
  const last = lines + (isOpen ? 1 : 0);
  return { first: Math.max(1, last - count + 1), last };
}

/** Where the log ends when it has no such line yet. */
async function startOfLine(
  log: FoundLog,
  members: readonly MemberLines[],
  text: Inflated,
  line: number,
): Promise<number> {
  if (line <= 1) return 0;
  const place = placeOfLine(members, line);
  if (!place) return log.sizeBytes;
  const member = members[place.member]!;
  const { bytes } = await text(place.member);
  let at = -1;
  for (let lineEnd = 0; lineEnd < place.lineEnd; lineEnd++) {
    at = bytes.indexOf(newline, at + 1);
    if (at < 0) {
      const where = `bytes ${member.startByte} to ${member.startByte + member.sizeBytes} of step ${log.step}`;
      throw new Error(
        `The log of run ${log.runId} has ${lineEnd} line ends in ${where}; its worker said ${member.lines}. Read it by bytes.`,
      );
    }
  }
  return member.startByte + at + 1;
}

/** Lines within one member need no second look: it was inflated to find where they begin. */
async function read(
  db: Queryable,
  store: ArchiveStore,
  log: FoundLog,
  members: readonly MemberLines[],
  text: Inflated,
  from: number,
  to: number,
): Promise<MembersText> {
  const at = members.findLastIndex(({ startByte }) => startByte <= from);
  const member = members[at];
  const isWithin = member && to <= member.startByte + member.sizeBytes;
  return isWithin ? text(at) : textBetween(db, store, log, from, to);
}

const newline = 10;
