// An expression inside a text becomes what can stand there: fixed text, a value of the matrix, or a variable of the job.
import { quote } from '../../printable.ts';
import { environmentName } from '../names.ts';
import { variableOf } from './contexts.ts';
import { type Expression, parseExpression, pathOf } from './expression.ts';
import type { MatrixNames } from './matrix-names.ts';

/** What an expression may name at the place where it stands. */
export type Scope = {
  readonly workflow: string;
  readonly matrix: MatrixNames;
  /** Values that are written in the file; null for those that are known only when the job runs. */
  readonly env: ReadonlyMap<string, string | null>;
  /** Inputs with what they are when nobody is asked. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Every secret that was asked for: the job must name them. */
  readonly secrets: Set<string>;
};

export type Resolved =
  /** With a `variable` that has the same value when the job runs. */
  | { readonly kind: 'text'; readonly text: string; readonly variable?: string }
  | { readonly kind: 'matrix'; readonly key: string }
  /** `instead`: when it is not quite the same, or nothing sets it, what to do. */
  | { readonly kind: 'variable'; readonly name: string; readonly instead: string | null };

export function resolveHole(inside: string, scope: Scope): readonly Resolved[] {
  const parsed = parseExpression(inside);
  return (parsed && resolve(parsed, scope)) ?? [unknown(parsed)];
}

/** Null when it has no equal. */
export function resolve(expression: Expression, scope: Scope): readonly Resolved[] | null {
  switch (expression.kind) {
    case 'literal':
      return [{ kind: 'text', text: literalText(expression.value) }];
    case 'path':
      return resolvePath(pathOf(expression), scope);
    case 'call':
      return expression.name === 'format' ? resolveFormat(expression.given, scope) : null;
    case 'not':
      return null;
    case 'pair':
      return resolvePair(expression, scope);
    default:
      return expression satisfies never;
  }
}

export const literalText = (value: string | number | boolean | null): string => (value === null ? '' : String(value));

function resolvePath(names: readonly string[] | null, scope: Scope): readonly Resolved[] | null {
  if (!names) return null;
  const [context = '', name = ''] = names;
  if (context === 'matrix') return scope.matrix.resolve(names.slice(1));
  if (context === 'secrets' && names.length === 2) return [secret(name, scope)];
  if (context === 'github' && names.length === 2 && name === 'token') return [secret('GITHUB_TOKEN', scope)];
  if (context === 'github' && names.length === 2 && name === 'workflow')
    return [{ kind: 'text', text: scope.workflow }];
  if (context === 'github' && names.length === 2 && name === 'repository') {
    const instead = '`$CI_REPO` is the name of the repository here, without an owner.';
    return [{ kind: 'variable', name: 'CI_REPO', instead }];
  }
  if (context === 'env' && names.length === 2) return [fromEnv(name, scope)];
  if (context === 'vars' && names.length === 2) {
    const instead = 'Variables of a repository are none here: give it a value in `env`.';
    return [{ kind: 'variable', name: environmentName(name), instead }];
  }
  const input =
    context === 'inputs' ? name : context === 'github' && names[2] && name === 'event' ? names[3] : undefined;
  if (input !== undefined && (context === 'inputs' || names[2] === 'inputs')) {
    const text = scope.inputs.get(input);
    return text === undefined ? null : [{ kind: 'text', text }];
  }
  const variable = variableOf(names);
  return variable === undefined ? null : [{ kind: 'variable', name: variable, instead: null }];
}

function fromEnv(name: string, { env }: Scope): Resolved {
  const text = env.get(name);
  if (text !== undefined && text !== null) return { kind: 'text', text, variable: environmentName(name) };
  const instead = env.has(name) ? null : 'Nothing sets it here; `env` can.';
  return { kind: 'variable', name: environmentName(name), instead };
}

function secret(name: string, { secrets }: Scope): Resolved {
  const here =
    environmentName(name)
      .toUpperCase()
      .replace(/^[^A-Z]+/, '') || 'SECRET';
  secrets.add(here);
  return { kind: 'variable', name: here, instead: null };
}

/** `a || 'b'` where `a` is fixed. */
function resolvePair(pair: Expression & { kind: 'pair' }, scope: Scope): readonly Resolved[] | null {
  if (pair.by !== '||' && pair.by !== '&&') return null;
  const left = resolve(pair.left, scope);
  const fixed = left?.every((part) => part.kind === 'text') ? left.map((part) => part.text).join('') : undefined;
  if (fixed === undefined) return null;
  const isTrue = fixed !== '' && fixed !== 'false' && fixed !== '0';
  return isTrue === (pair.by === '||') ? left : resolve(pair.right, scope);
}

function resolveFormat([pattern, ...given]: readonly Expression[], scope: Scope): readonly Resolved[] | null {
  if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return null;
  const parts: Resolved[] = [];
  for (const piece of pattern.value.split(/(\{\d+\})/)) {
    const number = /^\{(\d+)\}$/.exec(piece)?.[1];
    if (number === undefined) {
      if (piece !== '') parts.push({ kind: 'text', text: piece });
      continue;
    }
    const one = given[Number(number)];
    const resolved = one && resolve(one, scope);
    if (!resolved) return null;
    parts.push(...resolved);
  }
  return parts;
}

/** A variable that nothing sets stands for what has no equal: the script stays a script. */
function unknown(parsed: Expression | null): Resolved {
  const names = parsed && pathOf(parsed);
  const name = environmentName(names ? names.join('_') : 'expression').toUpperCase();
  return { kind: 'variable', name, instead: `\`$${name}\` stands there instead, which nothing sets. ${advice(names)}` };
}

function advice(names: readonly string[] | null): string {
  const [context] = names ?? [];
  if (context === 'steps') return 'A step can leave a value in a file of `$TMPDIR`, and a later one read it.';
  if (context === 'needs') return 'A job can leave a value in an artifact.';
  if (context === 'runner') return '`uname` says what a worker is.';
  if (context === 'inputs') return 'A pipeline that is started by hand is asked nothing.';
  return `There are no expressions but ${quote('matrix.KEY')}.`;
}
