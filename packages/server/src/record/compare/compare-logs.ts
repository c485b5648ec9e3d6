// Compares the log of a run with that of another, step by step, for a while: it says how to go on from where it stopped.
import type { Step } from '@signalbox/protocol';
import type { Queryable } from '../../base/index.ts';
import type { RecordLimits } from '../limits.ts';
import { logSizes } from '../log-sizes.ts';
import { createPatience } from '../patience.ts';
import type { ArchiveStore } from '../store.ts';
import { compareStep, type StepComparison, type StepDifference } from './compare-step.ts';
import { comparedLines, type LinePlace, LineWindow } from './compared-lines.ts';
import { type PairedStep, pairSteps } from './pair-steps.ts';

export type RunSteps = { readonly runId: number; readonly steps: readonly Pick<Step, 'index' | 'name'>[] };
/** In the pairs of steps, which stay as they are for runs that have ended. */
export type ComparePlace = { readonly pair: number; readonly here: LinePlace; readonly there: LinePlace };
export type LogDifferenceFound = Omit<PairedStep, 'hereBytes' | 'thereBytes'> &
  (
    | ({ readonly kind: 'lines' } & StepDifference)
    | { readonly kind: 'step'; readonly lines: number; readonly thereLines: number }
  );
export type ComparedLogs = {
  readonly differences: readonly LogDifferenceFound[];
  /** Where to go on; null when all was compared that is here. */
  readonly more: ComparePlace | null;
  readonly comparedLines: number;
  readonly comparedBytes: number;
};

const beginning: LinePlace = { line: 1, byte: 0 };

/** @throws Refused run-not-found */
export async function compareLogs(
  db: Queryable,
  store: ArchiveStore,
  [here, there]: readonly [RunSteps, RunSteps],
  { from, limit }: { readonly from?: ComparePlace | undefined; readonly limit: number },
  limits: RecordLimits,
  signal: AbortSignal,
): Promise<ComparedLogs> {
  const patience = createPatience(limits.compareSeconds, signal);
  const [mine, theirs] = await Promise.all([logSizes(db, here.runId), logSizes(db, there.runId)]);
  const pairs = pairSteps({ steps: here.steps, logs: mine.logs }, { steps: there.steps, logs: theirs.logs });
  const differences: LogDifferenceFound[] = [];
  let [allLines, allBytes] = [0, 0];
  const answer = (more: ComparePlace | null): ComparedLogs => ({
    differences,
    more,
    comparedLines: allLines,
    comparedBytes: allBytes,
  });
  for (const [index, { hereBytes, thereBytes, ...pair }] of pairs.entries()) {
    if (index < (from?.pair ?? 0)) continue;
    const start = from?.pair === index ? from : { here: beginning, there: beginning };
    if (differences.length >= limit) return answer({ pair: index, here: start.here, there: start.there });
    if (pair.step === null || pair.thereStep === null || hereBytes === 0 || thereBytes === 0) {
      const lines = mine.logs.find(({ step }) => step === pair.step)?.lines ?? 0;
      const thereLines = theirs.logs.find(({ step }) => step === pair.thereStep)?.lines ?? 0;
      differences.push({ ...pair, kind: 'step', lines, thereLines });
      continue;
    }
    const open = (runId: number, step: number, at: LinePlace, sizeBytes: number) =>
      new LineWindow(comparedLines(db, store, { runId, step, fromByte: at.byte }), at.line, sizeBytes);
    const comparison: StepComparison = {
      here: open(here.runId, pair.step, start.here, hereBytes),
      there: open(there.runId, pair.thereStep, start.there, thereBytes),
      limits: {
        windowLines: limits.compareLines,
        windowBytes: limits.compareBytes,
        shownLines: limits.compareShownLines,
      },
      patience,
      limit: limit - differences.length,
      differences: [],
      comparedLines: 0,
      comparedBytes: 0,
    };
    try {
      const isDone = await compareStep(comparison);
      for (const difference of comparison.differences) differences.push({ ...pair, kind: 'lines', ...difference });
      allLines += comparison.comparedLines;
      allBytes += comparison.comparedBytes;
      if (!isDone) return answer({ pair: index, here: comparison.here.place, there: comparison.there.place });
      if (patience.isOver() && index < pairs.length - 1) {
        return answer({ pair: index + 1, here: beginning, there: beginning });
      }
    } finally {
      await Promise.all([comparison.here.close(), comparison.there.close()]);
    }
  }
  return answer(null);
}
