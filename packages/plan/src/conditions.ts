// Conditions of jobs: each a list of patterns that something of the push, or of the job, must match.
import type { Cause, LeftOut } from '@signalbox/protocol';
import type { Cell, Condition, PushFacts } from './draft.ts';
import { createGlob, createMatcher } from './globs.ts';
import { limits } from './limits.ts';
import { remember } from './memory.ts';
import { listed, quote } from './printable.ts';

export type Unmet = { readonly kind: LeftOut['kind']; readonly reason: string; readonly offset: number };

/** The first condition of a cell that does not hold; null when all do. */
export function createConditions(push: PushFacts, cause: Cause): (cell: Cell) => Unmet | null {
  const matches = createListMatcher();
  const holds = ({ of, patterns }: Condition, { attributes }: Cell): boolean => {
    if (of === 'branch') return matches(patterns, push.branch);
    if (of === 'cause') return patterns.includes(cause);
    if (of === 'message') return createMatcher(patterns, containsIt)(push.message);
    const value = attributes[of];
    return value !== null && value !== undefined && matches(patterns, value);
  };
  return (cell) => {
    const unmet = cell.conditions.find((condition) => !holds(condition, cell));
    if (!unmet) return null;
    const { of, patterns, offset } = unmet;
    const kind = of === 'branch' || of === 'cause' ? of : 'condition';
    return { kind, reason: reasonOf(of, patterns, { push, cause, cell }), offset };
  };
}

/** Lists of patterns against words; each list meets each word once. */
export function createListMatcher(): (patterns: readonly string[], word: string) => boolean {
  const answers = new Map<string, boolean>();
  const budget = { steps: limits.globSteps.most };
  return (patterns, word) =>
    remember(answers, `${word}\n${patterns.join('\n')}`, () =>
      createMatcher(patterns, (pattern) => createGlob(pattern, budget))(word),
    );
}

const containsIt = (text: string) => (message: string) => message.includes(text);

type Facts = { readonly push: PushFacts; readonly cause: Cause; readonly cell: Cell };

function reasonOf(of: Condition['of'], patterns: readonly string[], { push, cause, cell }: Facts): string {
  const wanted = listed(patterns, 5);
  if (of === 'branch') return `the branch ${quote(push.branch)} does not match ${wanted}`;
  if (of === 'cause') return `the cause is ${quote(cause)}; the job is for ${wanted}`;
  if (of === 'message') return `the message of the push does not match ${wanted}`;
  const value = cell.attributes[of];
  return value === null || value === undefined
    ? `the job has no ${of}, and ${wanted} is asked for`
    : `the ${of} ${quote(value)} does not match ${wanted}`;
}
