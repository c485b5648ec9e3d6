// `env:` of a workflow, a job or a step: what is fixed stands in `env`, what a run knows is set by its scripts.
import { quote } from '../../printable.ts';
import { expressionOf } from '../../schema/expression.ts';
import { type Entry, type Table, tableAt } from '../../tree.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import { exportLine, type Shell, variableWithinQuotes, withinQuotes } from '../shell-script.ts';
import type { Sources } from '../sources.ts';
import { partsOf } from './expression.ts';
import { holeOf } from './fill.ts';
import { type Resolved, resolveHole, type Scope } from './resolve.ts';

export type Variable = {
  readonly name: string;
  readonly parts: readonly Resolved[];
  /** All of it can stand in `env`. */
  readonly isFixed: boolean;
  /** It is a secret under its own name: the job names it, and that is all. */
  readonly isOwnSecret: boolean;
};

export type Environment = { readonly variables: readonly Variable[]; readonly gaps: readonly Gap[] };

export function readEnvironment(of: Table, scope: Scope, sources: Sources): Environment {
  const gaps: Gap[] = [];
  const variables: Variable[] = [];
  const entry = of.entries.get('env');
  if (entry && entry.value.kind !== 'table') {
    gaps.push(gapAt(sources, entry, shown(entry), 'Write the variables one by one.'));
  }
  for (const one of tableAt(of, 'env')?.entries.values() ?? []) {
    const variable = readVariable(one, scope, sources, gaps);
    if (variable) variables.push(variable);
  }
  return { variables: variables.slice(0, 200), gaps };
}

function readVariable(entry: Entry, scope: Scope, sources: Sources, gaps: Gap[]): Variable | null {
  const { key: name, value } = entry;
  if (value.kind !== 'scalar' || !/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name)) {
    gaps.push(gapAt(sources, entry, `the variable ${quote(name)}`, 'A variable has a name of letters, and one text.'));
    return null;
  }
  const pieces = partsOf(value.text);
  const parts = pieces.flatMap((piece): readonly Resolved[] => {
    if (piece.kind === 'text') return [{ kind: 'text', text: piece.text.replaceAll('${{', '$ {{') }];
    const resolved = resolveHole(piece.text, scope);
    for (const one of resolved) {
      if (one.kind !== 'variable' || one.instead === null) continue;
      gaps.push(gapAt(sources, entry, `${holeOf(piece.text)} in ${quote(name)}`, one.instead));
    }
    return resolved;
  });
  const [only] = parts;
  const isOwnSecret = parts.length === 1 && only?.kind === 'variable' && only.name === name && scope.secrets.has(name);
  return { name, parts, isFixed: parts.every((part) => part.kind !== 'variable'), isOwnSecret };
}

/** As it stands in `env`. */
export const fixedText = ({ parts }: Variable): string =>
  parts
    .map((part) =>
      part.kind === 'text' ? part.text : part.kind === 'matrix' ? expressionOf(`matrix.${part.key}`) : '',
    )
    .join('');

/** The same in a script, before the script. */
export function setInScript({ name, parts }: Variable, shell: Shell): string {
  const [only] = parts;
  const isAlone = parts.length === 1 && only?.kind === 'variable' && (shell === 'sh' || shell === 'bash');
  if (isAlone) return `export ${name}="$${only.name}"`;
  const value = parts
    .map((part) => {
      if (part.kind === 'variable') return variableWithinQuotes(shell, part.name);
      return part.kind === 'matrix' ? expressionOf(`matrix.${part.key}`) : withinQuotes(shell, part.text);
    })
    .join('');
  return exportLine(shell, name, value);
}

/** What expressions below may know of it: its text, or null where only a run knows. */
export function knownIn(
  variables: readonly Variable[],
  before: ReadonlyMap<string, string | null>,
): Map<string, string | null> {
  const known = new Map(before);
  for (const variable of variables) {
    const isText = variable.parts.every((part) => part.kind === 'text');
    known.set(variable.name, isText ? fixedText(variable) : null);
  }
  return known;
}
