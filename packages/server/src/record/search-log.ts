// Searches the log of a run, one step after another, with little memory, for a while: it says how to go on from where it stopped.
import type { Queryable } from '../base/index.ts';
import type { RecordLimits } from './limits.ts';
import { batchesOf } from './log-batches.ts';
import { type Finder, finderOf, type LogPattern } from './log-pattern.ts';
import { logSizes } from './log-sizes.ts';
import { createPatience, type Patience } from './patience.ts';
import { type LineHit, type LineStart, newline, scanLines } from './scan-lines.ts';
import type { ArchiveStore } from './store.ts';

export type SearchPlace = LineStart & { readonly step: number };
export type LogSearch = {
  readonly pattern: LogPattern;
  /** Left out: all steps. */
  readonly step?: number | undefined;
  readonly from?: SearchPlace | undefined;
  /** Lines found at most. */
  readonly limit: number;
};
export type FoundLines = {
  readonly hits: readonly (LineHit & { readonly step: number })[];
  /** Where to go on; null when all was searched that is here. */
  readonly more: SearchPlace | null;
  readonly searchedBytes: number;
  /** Lines of which only the beginning was looked at, in vain. */
  readonly cutLines: number;
};

type Search = {
  readonly finder: Finder;
  readonly limits: RecordLimits;
  readonly limit: number;
  readonly patience: Patience;
  readonly hits: (LineHit & { step: number })[];
  searchedBytes: number;
  cutLines: number;
};

/**
 * One hit for each line. Stops between two lines when there are enough, when its time is over, or when `signal` says so.
 * @throws Refused run-not-found, or bad-request for an expression that cannot be read
 */
export async function searchLog(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  { pattern, step: only, from, limit }: LogSearch,
  limits: RecordLimits,
  signal: AbortSignal,
): Promise<FoundLines> {
  const patience = createPatience(limits.searchSeconds, signal);
  const finder = finderOf(pattern, limits);
  const search: Search = { finder, limits, limit, patience, hits: [], searchedBytes: 0, cutLines: 0 };
  const answer = (more: SearchPlace | null): FoundLines => {
    const { hits, searchedBytes, cutLines } = search;
    return { hits, more, searchedBytes, cutLines };
  };
  const { logs } = await logSizes(db, runId);
  for (const { step } of logs) {
    if ((only !== undefined && step !== only) || step < (from?.step ?? 0)) continue;
    const start = from?.step === step ? { line: from.line, byte: from.byte } : { line: 1, byte: 0 };
    const stopped = await searchStep(db, store, runId, step, start, search);
    if (stopped) return answer({ step, ...stopped });
  }
  return answer(null);
}

/** Where it stopped; undefined at the end of the log. */
async function searchStep(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  from: LineStart,
  search: Search,
): Promise<LineStart | undefined> {
  const { finder, limits, limit, patience, hits } = search;
  // The line in which the window begins, what of it was read before, and whether the rest of it is of no more interest.
  let [first, carried, isDone] = [from, nothing, false];
  for await (const batch of batchesOf(db, store, runId, step, from.byte)) {
    search.searchedBytes += batch.bytes.length;
    let bytes = carried.length > 0 ? Buffer.concat([carried, batch.bytes]) : batch.bytes;
    let startByte = batch.startByte - carried.length;
    const lastLine = startByte + bytes.lastIndexOf(newline) + 1;
    if (isDone && lastLine > startByte) {
      const skipped = bytes.indexOf(newline) + 1;
      bytes = bytes.subarray(skipped);
      startByte += skipped;
      first = { line: first.line + 1, byte: startByte };
      isDone = false;
    }
    const end = startByte + bytes.length;
    const isLong = end - lastLine > longLine;
    const whole = isDone ? startByte : batch.isLast || isLong ? end : lastLine;
    const window = { bytes: bytes.subarray(0, whole - startByte), startByte, first };
    for (const { hit, isCut, next } of scanLines(window, finder, limits.searchTextBytes)) {
      if (hit) hits.push({ ...hit, step });
      if (isCut) search.cutLines++;
      if (next && (hits.length >= limit || patience.isOver())) return next;
      if (!next) isDone = hit !== undefined || isCut;
      if (patience.isLong()) await patience.letOthers();
    }
    if (lastLine > startByte) first = { line: batch.endLine, byte: lastLine };
    if (batch.isLast) return hits.length >= limit ? { line: batch.endLine, byte: end } : undefined;
    carried = isDone ? nothing : bytes.subarray(isLong ? -overlap : whole - startByte);
    // A call does at least the line that it began with, or it would be asked for ever.
    if (!isDone && first.byte > from.byte && (hits.length >= limit || patience.isOver())) return first;
  }
  return undefined;
}

const nothing: Buffer = Buffer.alloc(0);
/** A line of more bytes than this is searched piece by piece; the pieces overlap by more than anything that is searched for. */
const longLine = 1_048_576;
const overlap = 4096;
