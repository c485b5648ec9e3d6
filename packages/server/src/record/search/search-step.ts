// Searches segments of one step's log side by side, and puts what was found in them together in the order of the log.
import type { Queryable } from '../../base/index.ts';
import { type FoundLog, findLog, type MemberLines, Moved, membersBetween } from '../log-members.ts';
import type { LineHit, LineStart } from '../scan-lines.ts';
import type { ArchiveStore } from '../store.ts';
import type { Segment } from './plan-segments.ts';
import type { SegmentFound, SegmentSearch, SegmentTask } from './search-segment.ts';
import { Damaged, type SearchInThread } from './threads.ts';

export type StepSearch = {
  readonly db: Queryable;
  readonly store: ArchiveStore;
  readonly log: FoundLog;
  readonly members: readonly MemberLines[];
  readonly thread: SearchInThread;
  readonly search: SegmentSearch;
  readonly signal: AbortSignal;
  /** By `Date.now`. */
  readonly until: number;
  /** Segments on their way at once. */
  readonly ahead: number;
  /** Whether it is enough after so many bytes and matches. */
  isEnough(bytes: number, hits: number): boolean;
};
export type StepFound = {
  readonly hits: LineHit[];
  readonly matches: number;
  readonly cutLines: number;
  readonly searchedBytes: number;
  /** The beginning of a line that was not looked at; null at the end of the segments. */
  readonly stoppedAt: LineStart | null;
  /** Of all that was looked at: where its last line begins. */
  readonly lastLine: LineStart | null;
};

/** @throws Error naming the member when one is damaged */
export async function searchSegments(step: StepSearch, segments: readonly Segment[]): Promise<StepFound> {
  const all = { hits: [] as LineHit[], matches: 0, cutLines: 0, searchedBytes: 0 };
  const began = segments[0]?.from.byte ?? 0;
  let lastLine: LineStart | null = null;
  // A long line whose end has not come yet.
  let open: { at: LineStart; isDone: boolean } | null = null;
  for await (const [segment, found] of inOrder(step, segments)) {
    const { lead, tail } = found;
    let place = found.next;
    if (open && lead) {
      if (lead.hit && !open.isDone) {
        all.matches++;
        if (step.search.keep !== 'none') all.hits.push({ ...lead.hit, at: open.at });
      }
      if (lead.isCut && !open.isDone) all.cutLines++;
      open.isDone ||= lead.hit !== null || lead.isCut;
      if (lead.next) open = null;
      place ??= lead.next;
    }
    const room = step.search.keep === 'first' ? step.search.limit - all.hits.length : found.hits.length;
    all.hits.push(...found.hits.slice(0, room));
    all.matches += Math.min(found.matches, step.search.keep === 'first' ? room : found.matches);
    all.cutLines += found.cutLines;
    lastLine = tail ?? lastLine;
    const stoppedAt = found.hits[room]?.at ?? found.stoppedAt;
    all.searchedBytes += (stoppedAt?.byte ?? segment.endByte) - segment.from.byte;
    if (stoppedAt) return { ...all, stoppedAt, lastLine };
    if (segment.staysOpen && tail) open = { at: tail, isDone: found.isTailDone || isOutside(step.search, tail) };
    if (segment === segments.at(-1) || !step.isEnough(all.searchedBytes, all.hits.length)) continue;
    // Of a line that is done nothing is found again; one that was begun is looked at whole, or a call would be asked for ever.
    if (open && !open.isDone && open.at.byte > began) return { ...all, stoppedAt: open.at, lastLine };
    if (!open && place) return { ...all, stoppedAt: place, lastLine };
  }
  return { ...all, stoppedAt: null, lastLine };
}

const isOutside = ({ afterByte, beforeByte }: SegmentSearch, { byte }: LineStart) =>
  byte <= (afterByte ?? -1) || byte >= (beforeByte ?? Number.POSITIVE_INFINITY);

/** What is found in each, in their order, while the next ones are searched. Whoever stops here stops those as well. */
async function* inOrder(
  step: StepSearch,
  segments: readonly Segment[],
): AsyncGenerator<readonly [Segment, SegmentFound]> {
  const stop = new SharedArrayBuffer(4);
  const sayStop = () => Atomics.store(new Int32Array(stop), 0, 1);
  step.signal.addEventListener('abort', sayStop, { once: true });
  const read = createRead(step);
  const going: Promise<SegmentFound>[] = [];
  const begin = (segment: Segment | undefined) => {
    if (!segment) return;
    const found = searchOne(step, segment, read, stop);
    // Whoever stops before it is its turn never asks for it.
    found.catch(() => undefined);
    going.push(found);
  };
  try {
    for (const segment of segments.slice(0, step.ahead)) begin(segment);
    for (const [at, segment] of segments.entries()) {
      const found = await going.shift()!;
      begin(segments[at + step.ahead]);
      yield [segment, found];
    }
  } finally {
    sayStop();
    step.signal.removeEventListener('abort', sayStop);
  }
}

type Read = (from: number, to: number) => ReturnType<typeof membersBetween>;

async function searchOne(
  { members, search, thread, until, log }: StepSearch,
  segment: Segment,
  read: Read,
  stop: SharedArrayBuffer,
): Promise<SegmentFound> {
  const [first, last] = [members[segment.firstRead]!, members[segment.endRead - 1]!];
  const found = await read(first.startByte, last.startByte + last.sizeBytes);
  const task: SegmentTask = {
    search,
    segment,
    members: Buffer.concat(found.map(({ bytes }) => bytes)),
    lengths: found.map(({ bytes, size }) => [bytes.length, size] as const),
    startByte: first.startByte,
  };
  try {
    return await thread(task, until, stop);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const { start, size } = found[error.member]!;
    const which = `bytes ${start} to ${start + size} of step ${log.step}`;
    throw new Error(`The log of run ${log.runId} is damaged, ${which}: ${error.message}. Read on after them.`, {
      cause: error,
    });
  }
}

/** Also when the log is sealed meanwhile. */
function createRead(step: StepSearch): Read {
  let { log } = step;
  return async (from, to) => {
    try {
      return await membersBetween(step.db, step.store, log, from, to);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      log = await findLog(step.db, log.runId, log.step);
      return membersBetween(step.db, step.store, log, from, to);
    }
  };
}
