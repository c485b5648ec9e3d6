// What an invariant is: a sentence that is always true of the database, and the statement that finds where it is not.
import type { Statement } from '../../base/index.ts';

export type Invariant = {
  /** What is always so. */
  readonly sentence: string;
  /** What somebody does who finds that it is not. */
  readonly cure: string;
  /**
   * Returns one row a breach, with `offending`: a text that names it. What is settled only after a commit of its own may be late
   * by `graceSeconds`.
   */
  readonly statement: (graceSeconds: number) => Statement;
};
