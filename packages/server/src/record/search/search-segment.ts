// Searches one segment of a log, in a thread of its own: inflates its members and looks at each line that begins in it.

import { cutLine } from '../cut-line.ts';
import type { RecordLimits } from '../limits.ts';
import { lineTimes, type MembersText } from '../line-index.ts';
import { type Finder, finderOf, type LogPattern } from '../log-pattern.ts';
import { type LineHit, type LineStart, newline, scanLines } from '../scan-lines.ts';
import { inflateSegment, type SegmentText } from './inflate-segment.ts';
import { edgeBytes, type Segment } from './plan-segments.ts';

export type PatternLimits = Pick<RecordLimits, 'expressionLineBytes' | 'expressionSize' | 'searchTextBytes'>;
export type SegmentSearch = {
  readonly pattern: LogPattern;
  readonly limits: PatternLimits;
  /** Lines kept at most: the first ones, the last, or none where they are only counted. */
  readonly limit: number;
  readonly keep: 'first' | 'last' | 'none';
  /** Only lines that begin behind this byte. */
  readonly afterByte: number | null;
  /** Only lines that begin before this byte. */
  readonly beforeByte: number | null;
};
export type SegmentTask = {
  readonly search: SegmentSearch;
  readonly segment: Segment;
  /** The members that are read, end to end, and the lengths of each: as it lies, and of its text. */
  readonly members: Uint8Array;
  readonly lengths: readonly (readonly [memberBytes: number, sizeBytes: number])[];
  readonly startByte: number;
};
export type SegmentFound = {
  readonly hits: readonly LineHit[];
  /** Lines found, also those that are not kept. */
  readonly matches: number;
  readonly cutLines: number;
  /** Of the long line that goes on here. */
  readonly lead: {
    readonly hit: Omit<LineHit, 'at'> | null;
    readonly isCut: boolean;
    /** Behind its end, if that is here. */
    readonly next: LineStart | null;
  } | null;
  /** The last line that begins here. */
  readonly tail: LineStart | null;
  /** Nothing more of that line is of interest. */
  readonly isTailDone: boolean;
  /** It did not come to its end: where to go on. */
  readonly stoppedAt: LineStart | null;
  /** Behind the last line that begins here, if one does. */
  readonly next: LineStart | null;
};

/** `isOver` is asked after each line that could hold it: at least one is looked at. */
export function searchSegment({ search, segment, ...read }: SegmentTask, isOver: () => boolean): SegmentFound {
  const { pattern, limits, limit, keep, afterByte, beforeByte } = search;
  const finder = finderOf(pattern, limits as RecordLimits);
  const text = inflateSegment(segment, read);
  const lead = segment.start === 'open' ? lookAtLead(text, segment, finder, limits) : null;
  const lines = linesOf(segment, text, finder);
  if (!lines) {
    return { hits: [], matches: 0, cutLines: 0, lead, tail: null, isTailDone: false, stoppedAt: null, next: null };
  }
  const hits: LineHit[] = [];
  let [matches, cutLines, isTailDone] = [0, 0, false];
  let stoppedAt: LineStart | null = null;
  for (const { hit, isCut, next } of scanLines(lines.window, finder, limits.searchTextBytes)) {
    if (hit && beforeByte !== null && hit.at.byte >= beforeByte) break;
    if (hit && (afterByte === null || hit.at.byte > afterByte)) {
      matches++;
      if (keep !== 'none') hits.push(hit);
      if (keep === 'last' && hits.length > limit) hits.shift();
    }
    if (isCut) cutLines++;
    if (!next) isTailDone = hit !== undefined || isCut;
    if (next && (isOver() || (keep === 'first' && hits.length >= limit))) {
      stoppedAt = next;
      break;
    }
  }
  return {
    hits: timed(hits, text, read),
    matches,
    cutLines,
    lead,
    tail: lines.tail,
    isTailDone,
    stoppedAt,
    next: lines.next,
  };
}

function timed(
  hits: readonly LineHit[],
  { bytes }: SegmentText,
  read: Omit<SegmentTask, 'search' | 'segment'>,
): LineHit[] {
  const members: MembersText['members'][number][] = [];
  let [at, start] = [0, read.startByte];
  for (const [memberBytes, size] of read.lengths) {
    members.push({ start, size, bytes: read.members.subarray(at, at + memberBytes) });
    [at, start] = [at + memberBytes, start + size];
  }
  const text = { startByte: read.startByte, bytes, members };
  return hits.map((hit) => ({ ...hit, printedAt: lineTimes(text, hit.at.byte, hit.at.byte + 1)[0]?.at ?? null }));
}

/** The lines that begin here, to the end of the last one; undefined when none does. */
function linesOf(segment: Segment, { bytes, startByte, ownStart, ownEnd }: SegmentText, finder: Finder) {
  const first = firstLine(segment, bytes, startByte, ownStart, ownEnd);
  if (!first) return undefined;
  const from = first.byte - startByte;
  const lineEnd = segment.staysOpen ? -1 : bytes.indexOf(newline, ownEnd);
  const to = segment.staysOpen ? ownEnd : lineEnd < 0 ? bytes.length : lineEnd + 1;
  const begins = ownEnd > from ? bytes.lastIndexOf(newline, ownEnd - 1) + 1 : from;
  const tail = { line: segment.endLine, byte: startByte + Math.max(from, begins) };
  // An expression looks at the beginning of a line only: where little of it is here, the next segment looks at that.
  const isLater =
    segment.staysOpen && ownEnd + startByte - tail.byte < finder.headBytes && Number.isFinite(finder.headBytes);
  const window = { bytes: bytes.subarray(from, isLater ? tail.byte - startByte : to), startByte: first.byte, first };
  const next = { line: segment.endLine + (to > ownEnd ? 1 : 0), byte: startByte + to };
  return { window, tail, next };
}

function firstLine(
  { start, from }: Segment,
  bytes: Buffer,
  startByte: number,
  ownStart: number,
  ownEnd: number,
): LineStart | undefined {
  if (start === 'line') return from;
  const lineEnd = bytes.indexOf(newline, ownStart);
  return lineEnd < 0 || lineEnd >= ownEnd ? undefined : { line: from.line + 1, byte: startByte + lineEnd + 1 };
}

/** What of a long line lies here, and across the edge before. */
function lookAtLead(
  { bytes, startByte, ownStart, ownEnd }: SegmentText,
  { from, staysOpen }: Segment,
  finder: Finder,
  { searchTextBytes }: PatternLimits,
): SegmentFound['lead'] {
  const before = ownStart > 0 ? bytes.lastIndexOf(newline, ownStart - 1) + 1 : 0;
  const at = Math.max(before, ownStart - edgeBytes);
  const lineEnd = bytes.indexOf(newline, ownStart);
  const ends = lineEnd >= 0 && (lineEnd < ownEnd || !staysOpen);
  const piece = bytes.subarray(at, ends ? lineEnd : staysOpen ? ownEnd : bytes.length);
  const found = finder.match(piece);
  const cut = found && cutLine(piece, found, searchTextBytes);
  return {
    hit: cut ? { cut: { ...cut, isWhole: false }, textByte: startByte + at + cut.startByte } : null,
    isCut: !found && piece.length > finder.headBytes,
    next: ends ? { line: from.line + 1, byte: startByte + lineEnd + 1 } : null,
  };
}
