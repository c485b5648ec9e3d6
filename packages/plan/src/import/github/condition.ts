// What an `if:` comes to when a branch is pushed: always, never, on some branches, or nobody can say here.
import { both, either, never, not, type Outcome, onBranches, unknown, yes } from '../outcome.ts';
import { type Expression, pathOf } from './expression.ts';
import { literalText, resolve, type Scope } from './resolve.ts';

/** Which branches start the workflow by a push: a pull request would be of another one. */
export type Pushed = { readonly pushed: readonly string[] };

export function evaluate(expression: Expression, scope: Scope, pushed: Pushed): Outcome {
  if (expression.kind === 'not') return not(evaluate(expression.of, scope, pushed));
  if (expression.kind === 'call') return callOutcome(expression, scope);
  if (expression.kind !== 'pair') return truth(fixedText(expression, scope));
  const { by, left, right } = expression;
  if (by === '&&') return both(evaluate(left, scope, pushed), evaluate(right, scope, pushed));
  if (by === '||') return either(evaluate(left, scope, pushed), evaluate(right, scope, pushed));
  if (by !== '==' && by !== '!=') return unknown;
  const outcome = isLiteral(left) ? equal(right, left, scope, pushed) : equal(left, right, scope, pushed);
  return by === '==' ? outcome : not(outcome);
}

const isLiteral = (expression: Expression): boolean => expression.kind === 'literal';

/** `always()` and its kin are about needs and steps before: the caller asks for them. */
function callOutcome({ name, given }: Expression & { kind: 'call' }, scope: Scope): Outcome {
  if (name === 'success' || name === 'always') return yes;
  if (name === 'cancelled' || name === 'failure') return never;
  const [of, what] = given;
  if (name !== 'startswith' || !of || !what) return unknown;
  const prefix = fixedText(what, scope);
  const fact = factOf(of);
  if (prefix === null || (fact !== 'ref' && fact !== 'branch')) return unknown;
  const branch = fact === 'ref' ? branchOf(prefix) : prefix;
  if (branch === null) return never;
  if (branch === '') return yes;
  return onBranches(branch.endsWith('/') ? [`${branch}**`] : [`${branch}*`, `${branch}*/**`]);
}

type Fact = 'ref' | 'branch' | 'event' | 'kind-of-ref' | 'own' | null;

function factOf(expression: Expression): Fact {
  const path = pathOf(expression)?.join('.').toLowerCase();
  if (path === 'github.ref') return 'ref';
  if (path === 'github.ref_name' || path === 'github.head_ref') return 'branch';
  if (path === 'github.event_name') return 'event';
  if (path === 'github.ref_type') return 'kind-of-ref';
  // Forks have workflows switched on too: here nobody builds but who says so.
  return path === 'github.repository' || path === 'github.repository_owner' ? 'own' : null;
}

function equal(of: Expression, to: Expression, scope: Scope, pushed: Pushed): Outcome {
  const text = fixedText(to, scope);
  if (text === null) return unknown;
  const fact = factOf(of);
  if (fact === 'ref') {
    const branch = branchOf(text);
    return branch === null || branch === '' ? never : onBranches([branch]);
  }
  if (fact === 'branch') return onBranches([text]);
  if (fact === 'own') return yes;
  if (fact === 'kind-of-ref') return text === 'branch' ? yes : never;
  if (fact === 'event') return eventOutcome(text, pushed);
  const path = pathOf(of);
  if (path?.[0] === 'needs' && path[2] === 'result') return text === 'success' ? yes : never;
  const fixed = fixedText(of, scope);
  if (fixed === null) return unknown;
  return fixed.toLowerCase() === text.toLowerCase() ? yes : never;
}

/** A pull request is told from a push by its branch: it is none of those whose pushes start the workflow. */
function eventOutcome(event: string, { pushed }: Pushed): Outcome {
  if (event === 'push') return onBranches(pushed);
  if (event === 'pull_request' || event === 'pull_request_target') return not(onBranches(pushed));
  return never;
}

/** The branch of a ref; null when it is a tag or something else. */
const branchOf = (ref: string): string | null => {
  const heads = 'refs/heads/';
  if (ref.startsWith(heads)) return ref.slice(heads.length);
  return heads.startsWith(ref) ? '' : null;
};

function fixedText(expression: Expression, scope: Scope): string | null {
  if (expression.kind === 'literal') return literalText(expression.value);
  if (expression.kind === 'not' || expression.kind === 'call') return null;
  const parts = resolve(expression, scope);
  return parts?.every((part) => part.kind === 'text') ? parts.map((part) => part.text).join('') : null;
}

function truth(text: string | null): Outcome {
  if (text === null) return unknown;
  return text === '' || text === 'false' || text === '0' ? never : yes;
}

export type Status = 'success' | 'always' | 'failure';

/** Which of the functions about what came before stands in it; without one, all before must have passed. */
export function statusOf(expression: Expression): Status {
  if (expression.kind === 'call') {
    if (expression.name === 'always' || expression.name === 'failure') return expression.name;
    if (expression.name === 'cancelled') return 'always';
  }
  const inside =
    expression.kind === 'not' ? [expression.of] : expression.kind === 'pair' ? [expression.left, expression.right] : [];
  const found = inside.map(statusOf);
  return found.find((status) => status === 'failure') ?? found.find((status) => status === 'always') ?? 'success';
}

/** The same, with those functions taken as true: what is left is about the push. */
export function withoutStatus(expression: Expression): Expression {
  const isTrue: Expression = { kind: 'literal', value: true };
  const isStatus = (one: Expression): boolean =>
    one.kind === 'call' && ['always', 'failure', 'cancelled', 'success'].includes(one.name);
  if (isStatus(expression)) return isTrue;
  if (expression.kind === 'not') {
    return isStatus(expression.of) ? isTrue : { kind: 'not', of: withoutStatus(expression.of) };
  }
  if (expression.kind !== 'pair') return expression;
  return { ...expression, left: withoutStatus(expression.left), right: withoutStatus(expression.right) };
}
