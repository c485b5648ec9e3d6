// An `if:` of a step as a test of the shell, where all that it asks for is in the environment of a job.
import { matrixVariable } from '../cells.ts';
import { type Expression, pathOf } from './expression.ts';
import { literalText, resolve, type Scope } from './resolve.ts';

/** `[ "$MATRIX_OS" = linux ]`; null when a shell cannot know it. */
export function shellTest(expression: Expression, scope: Scope): string | null {
  switch (expression.kind) {
    case 'literal':
      return isTrue(literalText(expression.value)) ? 'true' : 'false';
    case 'path':
      return truthTest(expression, scope);
    case 'not': {
      const inside = shellTest(expression.of, scope);
      return inside && `! ${grouped(inside)}`;
    }
    case 'call':
      return callTest(expression, scope);
    case 'pair':
      return pairTest(expression, scope);
    default:
      return expression satisfies never;
  }
}

const isTrue = (text: string): boolean => text !== '' && text !== 'false' && text !== '0';

const grouped = (test: string): string => (/ (&&|\|\|) /.test(test) ? `{ ${test}; }` : test);

function pairTest({ by, left, right }: Expression & { kind: 'pair' }, scope: Scope): string | null {
  if (by === '&&' || by === '||') {
    const [one, other] = [shellTest(left, scope), shellTest(right, scope)];
    if (one === 'true' || other === 'true') return by === '||' ? 'true' : one === 'true' ? other : one;
    // A chain of the same kind needs no braces.
    const within = (test: string) => (test.includes(by === '&&' ? ' || ' : ' && ') ? grouped(test) : test);
    return one && other ? `${within(one)} ${by} ${within(other)}` : null;
  }
  if (by !== '==' && by !== '!=') return null;
  const system = systemTest(left, right);
  if (system) return by === '==' ? system : `! ${system}`;
  const [one, other] = [wordOf(left, scope), wordOf(right, scope)];
  return one === null || other === null ? null : `[ ${one} ${by === '==' ? '=' : '!='} ${other} ]`;
}

function systemTest(left: Expression, right: Expression): string | null {
  if (pathOf(left)?.join('.') !== 'runner.os' || right.kind !== 'literal') return null;
  return systems.get(literalText(right.value).toLowerCase()) ?? null;
}

const systems = new Map([
  ['linux', '[ "$(uname -s)" = Linux ]'],
  ['macos', '[ "$(uname -s)" = Darwin ]'],
  ['windows', '[ "$OS" = Windows_NT ]'],
]);

function truthTest(expression: Expression, scope: Scope): string | null {
  const name = variableOf(expression, scope);
  if (name !== null) return `[ -n "\${${name}:-}" ] && [ "$${name}" != false ]`;
  const word = wordOf(expression, scope);
  return word === null ? null : isTrue(word.replace(/^'|'$/g, '')) ? 'true' : 'false';
}

function callTest({ name, given }: Expression & { kind: 'call' }, scope: Scope): string | null {
  const [of, what] = given;
  if (!of || what?.kind !== 'literal') return null;
  const variable = variableOf(of, scope);
  const text = literalText(what.value);
  // Letters that a pattern of the shell would read would need quotes within braces.
  if (variable === null || !/^[A-Za-z0-9_./:@ -]+$/.test(text)) return null;
  const cut = { startswith: `#${text}`, endswith: `%${text}`, contains: `#*${text}` }[name];
  return cut === undefined ? null : `[ "\${${variable}${cut}}" != "$${variable}" ]`;
}

function variableOf(expression: Expression, scope: Scope): string | null {
  if (expression.kind !== 'path') return null;
  const parts = resolve(expression, scope);
  const [part] = parts ?? [];
  if (parts?.length !== 1 || !part) return null;
  if (part.kind === 'matrix') return matrixVariable(part.key);
  if (part.kind === 'text') return part.variable ?? null;
  return part.instead === null ? part.name : null;
}

function wordOf(expression: Expression, scope: Scope): string | null {
  const variable = variableOf(expression, scope);
  if (variable !== null) return `"\${${variable}:-}"`.replace(/^"\$\{(MATRIX_\w+|CI_\w+):-\}"$/, '"$$$1"');
  if (expression.kind !== 'literal' && expression.kind !== 'path') return null;
  const parts = expression.kind === 'literal' ? null : resolve(expression, scope);
  if (expression.kind === 'path' && !parts?.every((part) => part.kind === 'text')) return null;
  const text =
    expression.kind === 'literal'
      ? literalText(expression.value)
      : (parts ?? []).map((part) => (part.kind === 'text' ? part.text : '')).join('');
  return /^[A-Za-z0-9_./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
