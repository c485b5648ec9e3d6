// Where a log opens: at the lines of the address, at the end of what runs, at the first error of what failed, else at its beginning. Pure.
import type { LineRange } from './line-range.ts';

export type FirstPlace = { readonly kind: 'line'; readonly line: number } | { readonly kind: 'end' };

type Known = {
  readonly range: LineRange | null;
  readonly isRunning: boolean;
  readonly hasFailed: boolean;
  /** null: not known yet. */
  readonly errors: readonly number[] | null;
};

/** null: it is not known yet. */
export function firstPlace({ range, isRunning, hasFailed, errors }: Known): FirstPlace | null {
  if (range) return { kind: 'line', line: range.from };
  if (isRunning) return { kind: 'end' };
  if (!hasFailed) return { kind: 'line', line: 1 };
  if (errors === null) return null;
  // Nobody knows what was wrong: mostly it stands at the end.
  return errors[0] === undefined ? { kind: 'end' } : { kind: 'line', line: errors[0] };
}
