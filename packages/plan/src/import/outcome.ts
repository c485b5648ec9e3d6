// Whether the push of a branch meets a condition: always, never, on some branches, or nobody can say here.
import { createGlob, createMatcher } from '../globs.ts';
import { limits } from '../limits.ts';

/** All of it must hold: `branches` (empty: any), and what is unknown. */
export type Outcome = {
  readonly isNever: boolean;
  readonly branches: readonly string[];
  readonly isUnknown: boolean;
};

export const yes: Outcome = { isNever: false, branches: [], isUnknown: false };
export const never: Outcome = { isNever: true, branches: [], isUnknown: false };
export const unknown: Outcome = { isNever: false, branches: [], isUnknown: true };
/** More than these are no list that anybody reads; an expression has no meaning among them. */
const mostBranches = 200;

export function onBranches(branches: readonly string[]): Outcome {
  return branches.length > mostBranches || branches.some((branch) => branch.includes('${{'))
    ? unknown
    : { ...yes, branches };
}
const isYes = (outcome: Outcome): boolean => !outcome.isNever && !outcome.isUnknown && outcome.branches.length === 0;

export function both(one: Outcome, other: Outcome): Outcome {
  if (one.isNever || other.isNever) return never;
  const isUnknown = one.isUnknown || other.isUnknown;
  const [shorter, longer] = [one.branches, other.branches].sort((a, b) => a.length - b.length) as [string[], string[]];
  if (shorter.length === 0 || shorter.join() === longer.join()) return { isNever: false, branches: longer, isUnknown };
  const areNegative = [...shorter, ...longer].every((branch) => branch.startsWith('!'));
  if (areNegative) return { ...onBranches([...new Set([...longer, ...shorter])]), ...(isUnknown && { isUnknown }) };
  // Names can be held against patterns; patterns that overlap cannot be told.
  const names = [shorter, longer].find((list) => !list.some((branch) => /[!*?[{]/.test(branch)));
  if (names) {
    const matches = createMatcher(names === shorter ? longer : shorter, (pattern) => createGlob(pattern, budget()));
    const left = names.filter((name) => matches(name));
    return left.length === 0 ? never : { isNever: false, branches: left, isUnknown };
  }
  const positive = [shorter, longer].find((list) => !list.some((branch) => branch.startsWith('!')));
  const rest = positive === shorter ? longer : shorter;
  if (positive && rest.every((branch) => branch.startsWith('!'))) {
    return { ...onBranches([...positive, ...rest]), ...(isUnknown && { isUnknown }) };
  }
  return { isNever: false, branches: longer, isUnknown: true };
}

const budget = () => ({ steps: limits.globSteps.most });

export function either(one: Outcome, other: Outcome): Outcome {
  if (one.isNever) return other;
  if (other.isNever || isYes(one)) return one;
  if (isYes(other)) return other;
  const branches = [...new Set([...without(one, other), ...without(other, one)])];
  if (coverAll(one, other) || coverAll(other, one)) return yes;
  const areTold = !one.isUnknown && !other.isUnknown && !branches.some((branch) => branch.startsWith('!'));
  return areTold ? onBranches(branches) : unknown;
}

export function not(outcome: Outcome): Outcome {
  if (outcome.isNever) return yes;
  if (outcome.isUnknown) return unknown;
  if (isYes(outcome)) return never;
  const isNegative = outcome.branches.every((branch) => branch.startsWith('!'));
  if (isNegative) return onBranches(outcome.branches.map((branch) => branch.slice(1)));
  if (outcome.branches.some((branch) => branch.startsWith('!'))) return unknown;
  return onBranches(outcome.branches.map((branch) => `!${branch}`));
}

/** Patterns of one, but for what it takes away and the other has. */
function without({ branches }: Outcome, other: Outcome): readonly string[] {
  const hasPositive = branches.some((branch) => !branch.startsWith('!'));
  return hasPositive
    ? branches.filter((branch) => !branch.startsWith('!') || !other.branches.includes(branch.slice(1)))
    : branches;
}

/** What one takes away, the other has. */
const coverAll = (one: Outcome, other: Outcome): boolean =>
  !one.isUnknown &&
  !other.isUnknown &&
  one.branches.every((branch) => branch.startsWith('!') && other.branches.includes(branch.slice(1)));
