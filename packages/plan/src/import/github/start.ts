// Which pushes start a job: what its workflow says, and its own `if:`.
import type { Cause } from '@signalbox/protocol';
import { quote } from '../../printable.ts';
import type { Entry } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import { isGlob } from '../globs.ts';
import { both } from '../outcome.ts';
import type { Sources } from '../sources.ts';
import { evaluate, statusOf, withoutStatus } from './condition.ts';
import { parseExpression } from './expression.ts';
import type { Scope } from './resolve.ts';
import { bare } from './script.ts';
import { byHand, type Triggers } from './triggers.ts';

export type Start = {
  readonly branches: readonly string[];
  readonly causes: readonly Cause[];
  readonly gaps: readonly Gap[];
};

export function readStart(entry: Entry | undefined, triggers: Triggers, scope: Scope, sources: Sources): Start {
  const usual = { branches: triggers.branches, causes: triggers.causes };
  if (entry?.value.kind !== 'scalar') return { ...usual, gaps: [] };
  const text = bare(entry.value.text);
  const gaps: Gap[] = [];
  const tell = (instead: string): void => {
    gaps.push(gapAt(sources, entry, quote(`if: ${text}`, 120), instead));
  };
  const parsed = parseExpression(text);
  if (!parsed) {
    if (text !== '') tell('The job runs whatever it says.');
    return { ...usual, gaps };
  }
  const status = statusOf(parsed);
  if (status === 'failure') {
    tell('No job is for failures: a person can start it.');
    return { branches: [], causes: byHand(false), gaps };
  }
  if (status === 'always')
    tell('A job runs when all that it needs has passed; a step with `always` runs after a failure.');
  const outcome = evaluate(withoutStatus(parsed), scope, triggers);
  if (outcome.isNever) {
    tell('It does not hold for the push of a branch: a person can start the job.');
    return { branches: [], causes: byHand(false), gaps };
  }
  const joined = both({ ...outcome, branches: triggers.branches, isUnknown: false }, outcome);
  if (joined.isNever) {
    tell('No branch that starts the workflow meets it: a person can start the job.');
    return { branches: [], causes: byHand(false), gaps };
  }
  const isFine = joined.branches.every(isGlob);
  if (joined.isUnknown || !isFine) tell('The job runs whatever that says.');
  return { branches: isFine ? joined.branches : triggers.branches, causes: triggers.causes, gaps };
}
