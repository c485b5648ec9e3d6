// Inflates the members of a segment one behind another into one piece of memory, which a thread uses again and again.
import { constants, gunzipSync } from 'node:zlib';
import { newline } from '../scan-lines.ts';
import type { Segment } from './plan-segments.ts';

export type SegmentText = {
  readonly bytes: Buffer;
  /** Of its first byte, in the log. */
  readonly startByte: number;
  /** What is not the neighbours': up to, not including, the end. */
  readonly ownStart: number;
  readonly ownEnd: number;
};
type Read = {
  readonly members: Uint8Array;
  readonly lengths: readonly (readonly [memberBytes: number, sizeBytes: number])[];
  readonly startByte: number;
};

export class DamagedMember extends Error {
  override name = 'DamagedMember';
  /** Of those that were read. */
  readonly member: number;

  constructor(member: number, cause: unknown) {
    super((cause as Error).message, { cause });
    this.member = member;
  }
}

/** What it answers is good until the next call. @throws DamagedMember */
export function inflateSegment(segment: Segment, { members, lengths, startByte }: Read): SegmentText {
  const room = roomFor(lengths.reduce((sum, [, sizeBytes]) => sum + sizeBytes, 0));
  const own = segment.end - segment.firstRead;
  let [at, size, ownStart, ownEnd] = [0, 0, 0, 0];
  for (const [index, [memberBytes, sizeBytes]] of lengths.entries()) {
    const member = members.subarray(at, at + memberBytes);
    at += memberBytes;
    if (index === segment.first - segment.firstRead) ownStart = size;
    const head = index >= own ? headWithLineEnd(member, sizeBytes) : undefined;
    const text = head ?? inflate(member, sizeBytes, index);
    text.copy(room, size);
    size += text.length;
    if (index === own - 1) ownEnd = size;
    if (head) break;
  }
  return { bytes: room.subarray(0, size), startByte, ownStart, ownEnd };
}

function inflate(member: Uint8Array, sizeBytes: number, index: number): Buffer {
  try {
    // All in one piece, and no more than was said.
    const text = gunzipSync(member, {
      chunkSize: Math.max(64, sizeBytes + 64),
      maxOutputLength: Math.max(1, sizeBytes),
    });
    if (text.length === sizeBytes) return text;
    throw new Error(`it holds ${text.length} bytes, not ${sizeBytes}`);
  } catch (cause) {
    throw new DamagedMember(index, cause);
  }
}

/** Of the neighbour only the end of one line is wanted, which is mostly near: a sixtieth of a member is inflated, not all. */
function headWithLineEnd(member: Uint8Array, sizeBytes: number): Buffer | undefined {
  if (member.length <= headBytes) return undefined;
  try {
    const part = member.subarray(0, headBytes);
    const text = gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: sizeBytes });
    return text.includes(newline) ? text : undefined;
  } catch {
    // Highly packed, or damaged: then all of it is tried, which says so.
    return undefined;
  }
}

const headBytes = 1024;

let room: Buffer = Buffer.allocUnsafeSlow(0);

function roomFor(size: number): Buffer {
  if (room.length < size) room = Buffer.allocUnsafeSlow(size);
  // After a burst of long lines it is let go.
  else if (room.length > mostKept && size < mostKept) room = Buffer.allocUnsafeSlow(size);
  return room;
}

const mostKept = 16_777_216;
