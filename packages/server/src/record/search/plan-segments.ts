// Cuts a log into segments that can be searched side by side: a line belongs to the segment in which it begins, though it may end
// in the next. Pure: the counts beside the members say where line ends are, nothing is read.
import type { MemberLines } from '../log-members.ts';
import type { LineStart } from '../scan-lines.ts';

/** Members by their places: up to, not including, the ends. */
export type Segment = {
  /** `line`: a line begins at its very start; `inside`: the line before is another's; `open`: a long line goes on here. */
  readonly start: 'line' | 'inside' | 'open';
  /** Where it begins; the line is the one that this byte lies in. */
  readonly from: LineStart;
  /** The line that its end lies in. */
  readonly endLine: number;
  readonly endByte: number;
  /** Read as well, for what lies across an edge of a long line, and for the end of the last line. */
  readonly firstRead: number;
  readonly first: number;
  readonly end: number;
  readonly endRead: number;
  /** Its last line goes on in the next segment, which searches that part. */
  readonly staysOpen: boolean;
};

export type SegmentSizes = {
  /** Big enough that what is read twice at its edges counts little, small enough to wait for nothing. */
  readonly segmentBytes: number;
  /** Where the rest of a line is longer than this, it is searched piece by piece. */
  readonly longLineBytes: number;
  readonly members: number;
};

/** More than anything that is searched for: pieces of a long line overlap by so much. */
export const edgeBytes = 4096;
export const usualSizes: SegmentSizes = { segmentBytes: 6_291_456, longLineBytes: 2_097_152, members: 900 };

/** `from` is the beginning of a line. */
export function planSegments(members: readonly MemberLines[], from: LineStart, sizes = usualSizes): Segment[] {
  const segments: Segment[] = [];
  let line = 1;
  let first = 0;
  for (; first < members.length && endOf(members[first]!) <= from.byte; first++) line += members[first]!.lines;
  for (let before: Segment | undefined; first < members.length; before = segments.at(-1)) {
    const startByte = before ? members[first]!.startByte : from.byte;
    const startLine = line;
    let end = first;
    do {
      line += members[end]!.lines;
      end++;
    } while (
      end < members.length &&
      end - first < sizes.members &&
      endOf(members[end - 1]!) - startByte < sizes.segmentBytes
    );
    const endRead = endOfLine(members, end, sizes);
    const start = before ? (before.staysOpen ? 'open' : 'inside') : 'line';
    segments.push({
      start,
      from: before ? { line: startLine, byte: startByte } : from,
      endLine: line,
      endByte: endOf(members[end - 1]!),
      firstRead: start === 'open' ? backFrom(members, first) : first,
      first,
      end,
      endRead: endRead ?? end,
      staysOpen: endRead === undefined,
    });
    first = end;
  }
  return segments;
}

/** Behind the member in which the line ends that reaches into member `at`; undefined when that is far. */
function endOfLine(members: readonly MemberLines[], at: number, sizes: SegmentSizes): number | undefined {
  let bytes = 0;
  for (let end = at; end < members.length; end++) {
    const member = members[end]!;
    bytes += member.sizeBytes;
    if (bytes > sizes.longLineBytes || end - at >= sizes.members) return undefined;
    if (member.lines > 0) return end + 1;
  }
  return members.length;
}

/** The member that holds what lies just before. */
function backFrom(members: readonly MemberLines[], first: number): number {
  let at = first;
  for (let bytes = 0; at > 0 && bytes < edgeBytes; at--) bytes += members[at - 1]!.sizeBytes;
  return at;
}

const endOf = ({ startByte, sizeBytes }: MemberLines) => startByte + sizeBytes;
