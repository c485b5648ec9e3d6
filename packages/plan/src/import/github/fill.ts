// Texts and scripts of a workflow with their expressions made into what can stand there.
import { quote } from '../../printable.ts';
import { expressionOf } from '../../schema/expression.ts';
import type { Value } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import { createQuotes, variableIn } from '../shell-quotes.ts';
import type { Sources } from '../sources.ts';
import { runVariable } from './contexts.ts';
import { partsOf } from './expression.ts';
import { type Resolved, resolveHole, type Scope } from './resolve.ts';

/** `isWhole`: nothing of it is known only when the job runs. */
export type Filled = { readonly text: string; readonly gaps: readonly Gap[]; readonly isWhole: boolean };

/** A text that no shell reads: a pool, a pattern, a name. Only the matrix can be filled in. */
export function fillText(text: string, at: Value, scope: Scope, sources: Sources): Filled {
  const gaps: Gap[] = [];
  let filled = '';
  for (const part of partsOf(text)) {
    if (part.kind === 'text') {
      filled += withoutOpen(part.text);
      continue;
    }
    for (const one of resolveHole(part.text, scope)) {
      if (one.kind === 'text') filled += withoutOpen(one.text);
      else if (one.kind === 'matrix') filled += expressionOf(`matrix.${one.key}`);
      else gaps.push(gapAt(sources, at, holeOf(part.text), 'It is known only when the job runs; a script can use it.'));
    }
  }
  return { text: filled, gaps, isWhole: gaps.length === 0 };
}

export const holeOf = (inside: string): string => quote(expressionOf(inside), 100);

/** The beginning of an expression that never ends. */
const withoutOpen = (text: string): string => text.replaceAll('${{', '$ {{');

export type FilledScript = { readonly script: string; readonly gaps: readonly Gap[] };

export function fillScript(text: string, shell: string, at: Value, scope: Scope, sources: Sources): FilledScript {
  const gaps: Gap[] = [];
  const tell = (what: string, instead: string): void => {
    gaps.push(gapAt(sources, at, what, instead));
  };
  const write = writerFor(shell);
  const parts = partsOf(text);
  let script = '';
  const put = (piece: string, isOurs: boolean): void => {
    script += piece;
    if (!isOurs) write.read(piece);
  };
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'text') {
      put(withoutOpen(ownVariables(part.text, tell)), false);
      continue;
    }
    const following = parts[index + 1];
    for (const one of resolveHole(part.text, scope)) {
      const name = nameOf(one);
      const written = name === null ? null : write.variable(name, following?.kind === 'text' ? following.text : '');
      if (one.kind === 'matrix') put(expressionOf(`matrix.${one.key}`), true);
      else if (one.kind === 'text' && written === null) put(withoutOpen(one.text), false);
      else if (written !== null) put(written, true);
      else tell(holeOf(part.text), 'A variable cannot stand at this place of the script.');
      if (one.kind === 'variable' && one.instead !== null) tell(holeOf(part.text), one.instead);
    }
  }
  // A variable that is all there is between quotes needs no others.
  return { script: script.replace(/''("\$\w+")''/g, '$1'), gaps };
}

function nameOf(one: Resolved): string | null {
  if (one.kind === 'variable') return one.name;
  return one.kind === 'text' ? (one.variable ?? null) : null;
}

type Writer = {
  readonly read: (piece: string) => void;
  readonly variable: (name: string, following: string) => string | null;
};

function writerFor(shell: string): Writer {
  if (shell === 'sh' || shell === 'bash') {
    const quotes = createQuotes();
    return { read: quotes.read, variable: (name, following) => variableIn(quotes.at(), name, following) };
  }
  if (shell === 'pwsh') {
    const braced = (name: string, following: string) =>
      /^[\w:.]/.test(following) ? `\${env:${name}}` : `$env:${name}`;
    return { read: () => {}, variable: braced };
  }
  if (shell === 'cmd') return { read: () => {}, variable: (name) => `%${name}%` };
  return { read: () => {}, variable: () => null };
}

/** `$GITHUB_SHA` and the like. */
function ownVariables(text: string, tell: (what: string, instead: string) => void): string {
  const told = new Set<string>();
  const pattern = /(\$env:|\$\{env:|%|\$\{?)((?:GITHUB|RUNNER)_[A-Z_]+)(\}?)/g;
  return text.replace(pattern, (whole, mark: string, name: string, end: string) => {
    const variable = runVariable(name);
    if (!variable) return whole;
    if (variable.kind !== 'same' && !told.has(name)) tell(quote(`$${name}`), variable.instead);
    told.add(name);
    if (variable.kind === 'same') return `${mark}${variable.name}${end}`;
    if (variable.kind === 'none' || mark.includes('env:') || mark === '%') return whole;
    return `$TMPDIR/${variable.name}${mark === '${' ? '' : end}`;
  });
}
