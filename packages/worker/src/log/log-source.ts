// Where the sender gets the log of a run from: the supervisor of its steps, or the disk after that has died.
import type { SealedChunk } from './step-log.ts';

/** The server has the log of a step up to here. */
export type Taken = { readonly step: number; readonly end: number };

export type LogQuery = {
  readonly taken: readonly Taken[];
  readonly mostBytes: number;
  readonly mostChunks: number;
  /** While nobody reads it, it may wait so long for more than there is. Not there: said by an earlier version. */
  readonly gatherMillis?: number;
};

export type LogSource = {
  /** Forgets what is taken, and gives the oldest that is not; waits for some. None: the log has ended. */
  next(query: LogQuery): Promise<readonly SealedChunk[]>;
  /** What has to wait, waits on disk from now on. */
  flush(): Promise<void>;
};

/** Of everything in a batch. */
export function takenWith(batch: readonly SealedChunk[]): Taken[] {
  const ends = new Map(batch.map(({ step, offset, sizeBytes }) => [step, offset + sizeBytes]));
  return [...ends].map(([step, end]) => ({ step, end }));
}
