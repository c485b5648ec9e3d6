// Reads a range of one step's log, from its chunks while the run writes and from the archive after: the reader sees no difference.
import type { Queryable } from '../base/index.ts';
import type { MembersText } from './line-index.ts';
import { lookAtLog, textBetween } from './log-members.ts';
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
/** `text` is all that was inflated for it; undefined where nothing was. */
export type ReadPart = LogPart & { readonly text: MembersText | undefined };

/**
 * Only the members that the range touches are inflated, at most `membersAtOnce`: fewer bytes than asked for are no end, `next` is.
 * @throws Refused run-not-found; Error naming the member when one is damaged
 */
export function readLog(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  range: LogRange,
): Promise<ReadPart> {
  return lookAtLog(db, runId, step, async (log) => {
    const size = log.sizeBytes;
    const from = range.tail === undefined ? Math.min(range.from, size) : Math.max(0, size - range.tail);
    const to = range.tail === undefined ? Math.min(from + range.limit, size) : size;
    if (from === to) return { bytes: Buffer.alloc(0), from, next: to, size, text: undefined };
    const text = await textBetween(db, store, log, from, to);
    const bytes = text.bytes.subarray(from - text.startByte, to - text.startByte);
    return { bytes, from, next: from + bytes.length, size, text };
  });
}
