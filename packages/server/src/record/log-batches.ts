// A step's log from some byte to its end, a few megabytes at a time, the next ones inflated while these are looked at.
import type { Queryable } from '../base/index.ts';
import { findLog, lookAtLog, type MemberLines, Moved, memberLines, membersAtOnce, textBetween } from './log-members.ts';
import type { ArchiveStore } from './store.ts';

export type Batch = {
  readonly startByte: number;
  readonly bytes: Buffer;
  /** The number of the line that its end lies in. */
  readonly endLine: number;
  readonly isLast: boolean;
};
type Plan = { readonly from: number; readonly to: number; readonly endLine: number };

/** What came after the first look is not among them. */
export async function* batchesOf(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  fromByte: number,
): AsyncGenerator<Batch> {
  const found = await lookAtLog(db, runId, step, async (log) => ({ log, members: await memberLines(db, log) }));
  let { log } = found;
  const read = async ({ from, to }: Plan) => {
    try {
      return await textBetween(db, store, log, from, to);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      log = await findLog(db, runId, step);
      return await textBetween(db, store, log, from, to);
    }
  };
  const plans = planBatches(found.members, fromByte);
  let coming = plans[0] && read(plans[0]);
  for (const [at, { from, endLine }] of plans.entries()) {
    const { startByte, bytes } = await coming!;
    const next = plans[at + 1];
    coming = next && read(next);
    // Whoever stops here never asks for it.
    coming?.catch(() => undefined);
    yield { startByte: from, bytes: bytes.subarray(from - startByte), endLine, isLast: !next };
  }
}

/** Whole members, from the one that holds the byte. */
function planBatches(members: readonly MemberLines[], fromByte: number): Plan[] {
  const plans: Plan[] = [];
  let [endLine, from, count] = [1, fromByte, 0];
  for (const [at, { startByte, sizeBytes, lines }] of members.entries()) {
    endLine += lines;
    const to = startByte + sizeBytes;
    if (to <= fromByte) continue;
    count++;
    if (to - from < batchBytes && count < membersAtOnce && at < members.length - 1) continue;
    plans.push({ from, to, endLine });
    [from, count] = [to, 0];
  }
  return plans;
}

/** What is in memory at once: this, the next one, and one more while they are put together. */
const batchBytes = 4_194_304;
