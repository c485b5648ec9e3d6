// Which pushes start a job: what its workflow says, and its own `if:`.
import type { Cause } from '@signalbox/protocol';
import { quote } from '../../printable.ts';
import type { Entry } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import { isGlob } from '../globs.ts';
import { both } from '../outcome.ts';
import type { Sources } from '../sources.ts';
import { evaluate, statusOf, withoutStatus } from './condition.ts';
import { type Expression, parseExpression, pathOf } from './expression.ts';
import type { Scope } from './resolve.ts';
import { bare } from './script.ts';
import { byHand, type Triggers } from './triggers.ts';

export type Start = {
  readonly messages: readonly string[];
  readonly branches: readonly string[];
  readonly causes: readonly Cause[];
  readonly gaps: readonly Gap[];
};

export function readStart(entry: Entry | undefined, triggers: Triggers, scope: Scope, sources: Sources): Start {
  const usual = { branches: triggers.branches, causes: triggers.causes, messages: [] };
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
    return { branches: [], causes: byHand(false), messages: [], gaps };
  }
  if (status === 'always')
    tell('A job runs when all that it needs has passed; a step with `always` runs after a failure.');
  const { rest, messages } = withoutMessages(withoutStatus(parsed));
  const outcome = evaluate(rest, scope, triggers);
  if (outcome.isNever) {
    tell('It does not hold for the push of a branch: a person can start the job.');
    return { branches: [], causes: byHand(false), messages: [], gaps };
  }
  const joined = both({ ...outcome, branches: triggers.branches, isUnknown: false }, outcome);
  if (joined.isNever) {
    tell('No branch that starts the workflow meets it: a person can start the job.');
    return { branches: [], causes: byHand(false), messages: [], gaps };
  }
  const isFine = joined.branches.every(isGlob);
  if (joined.isUnknown || !isFine) tell('The job runs whatever that says.');
  return { branches: isFine ? joined.branches : triggers.branches, causes: triggers.causes, messages, gaps };
}

/** `contains(github.event.head_commit.message, '[full]')`, or not, among what must all hold. */
function withoutMessages(expression: Expression): { rest: Expression; messages: string[] } {
  const isTrue: Expression = { kind: 'literal', value: true };
  if (expression.kind === 'pair' && expression.by === '&&') {
    const [left, right] = [withoutMessages(expression.left), withoutMessages(expression.right)];
    const isTold = left.messages.length === 0 || right.messages.length === 0 || signOf(left) === signOf(right);
    // Of texts without ! one is enough there; here all must hold.
    if (!isTold || (signOf(left) === '' && left.messages.length > 0 && right.messages.length > 0))
      return { rest: expression, messages: [] };
    return {
      rest: { ...expression, left: left.rest, right: right.rest },
      messages: [...left.messages, ...right.messages],
    };
  }
  const inside = expression.kind === 'not' ? expression.of : expression;
  const text = messageText(inside);
  if (text === null) return { rest: expression, messages: [] };
  return { rest: isTrue, messages: [expression.kind === 'not' ? `!${text}` : text] };
}

const signOf = ({ messages }: { readonly messages: readonly string[] }): string =>
  messages[0]?.startsWith('!') ? '!' : '';

function messageText(expression: Expression): string | null {
  if (expression.kind !== 'call' || expression.name !== 'contains') return null;
  const [of, what] = expression.given;
  const path = of && pathOf(of)?.join('.');
  const text = what?.kind === 'literal' && typeof what.value === 'string' ? what.value : '';
  return path === 'github.event.head_commit.message' &&
    /^[^\0-\x1f\x7f!][^\0-\x1f\x7f]{1,99}$/.test(text) &&
    !text.includes('${{')
    ? text
    : null;
}
