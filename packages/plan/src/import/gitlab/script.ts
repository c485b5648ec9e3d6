// `before_script`, `script` and `after_script` as steps: one shell where lines set what later ones need, else one each.
import { quote } from '../../printable.ts';
import type { Table, Value } from '../../tree.ts';
import { valueAt } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import type { ImportedStep } from '../model.ts';
import { isPlainShell } from '../shell-script.ts';
import type { Sources } from '../sources.ts';
import { flatItems, type Jobs } from './merge.ts';
import { type Used, useVariables } from './variables.ts';

export type ScriptOf = {
  readonly jobs: Jobs;
  readonly sources: Sources;
  readonly defaultBranch: string;
  readonly known: ReadonlySet<string>;
  /** What sets the variables that a run knows. */
  readonly lines: readonly string[];
  readonly mayFail: boolean;
};

export type ReadScript = { readonly steps: readonly ImportedStep[]; readonly secrets: ReadonlySet<string> };

export function readScript(job: Table, at: Value, of: ScriptOf): ReadScript {
  const secrets = new Set<string>();
  const [before, script, after] = (['before_script', 'script', 'after_script'] as const).map((key) =>
    linesOf(valueAt(job, key), of),
  );
  const steps: ImportedStep[] = [];
  const put = (lines: Lines | undefined, more: Partial<ImportedStep>): void => {
    const step = lines && stepOf(lines, at, of, secrets);
    if (step) steps.push({ ...step, ...more });
  };
  // What the first lines set is gone in a step of its own; and a job that may fail ends at its first failure.
  const isOne = of.mayFail || (before?.texts ?? []).some((line) => setsState.test(line));
  if (isOne) put(joined(before, script), { mayFail: of.mayFail });
  else {
    put(before, {});
    put(script, {});
  }
  put(after, { always: true, mayFail: true });
  return { steps, secrets };
}

const setsState =
  /(?:^|[\n;&|(]\s*)(?:cd|export|source|\.|set|eval|alias|unset|pushd|popd|shopt|ulimit|umask|trap|nvm|conda|function|\w+\s*\(\)|[A-Za-z_]\w*=)(?:\s|\S)/;

const isNamed = (text: string, line: string): boolean => {
  const name = /^export (\w+)=/.exec(line)?.[1] ?? '';
  return new RegExp(`\\b${name}\\b`).test(text);
};

type Lines = {
  readonly texts: readonly string[];
  readonly comments: readonly string[];
  readonly first: Value | undefined;
};

function linesOf(value: Value | undefined, { jobs, sources }: ScriptOf): Lines {
  const items = flatItems(value, jobs);
  const texts = items.flatMap((item) =>
    item.kind === 'scalar' && item.text.trim() !== '' ? [item.text.trimEnd()] : [],
  );
  // Comments between the lines are comments of the shell as well.
  const withComments = items.flatMap((item) => {
    if (item.kind !== 'scalar' || item.text.trim() === '') return [];
    const comments = value?.kind === 'list' ? sources.commentsAbove(item) : [];
    return [...comments.map((comment) => `#${comment}`), item.text.trimEnd()];
  });
  return { texts: withComments.length > 200 ? texts : withComments, comments: [], first: items[0] };
}

const joined = (one: Lines | undefined, other: Lines | undefined): Lines => ({
  texts: [...(one?.texts ?? []), ...(other?.texts ?? [])],
  comments: [],
  first: one?.first ?? other?.first,
});

function stepOf({ texts, first }: Lines, at: Value, of: ScriptOf, secrets: Set<string>): ImportedStep | null {
  const text = texts.join('\n');
  if (text.replace(/^#.*$/gm, '').trim() === '') return null;
  const gaps: Gap[] = [];
  const tell = (what: string, instead: string): void => {
    gaps.push(gapAt(of.sources, first ?? at, what, instead));
  };
  const used: Used = useVariables(text, of.known, of.defaultBranch);
  // A line that sets a variable may itself name one of GitLab.
  const lines = of.lines
    .map((line) => ({ line, ...useVariables(line, of.known, of.defaultBranch) }))
    // Of what nothing sets nothing can be made; it stands where it is asked for.
    .filter(({ line, missing }) => missing.size === 0 || isNamed(text, line));
  for (const one of [used, ...lines]) {
    for (const secret of one.secrets) secrets.add(secret);
    for (const [name, instead] of one.missing) tell(quote(`$${name}`), instead);
  }
  if (text.includes('${{')) tell(quote('${{'), 'It begins an expression here: `$ {{` stands there instead.');
  if (text.includes('$[[')) tell(quote('$[[ inputs ]]'), 'Write the value: there are no inputs.');
  const before = new Set([
    ...lines.flatMap((line) => line.before),
    ...used.before,
    ...lines.map((line) => line.script),
  ]);
  const script = [...before, used.script].join('\n').replaceAll('${{', '$ {{');
  // GitLab ends a pipe at its first failure where there is a bash.
  const isPlain = isPlainShell(script) && !/(?<!\|)\|(?!\|)/.test(text);
  return { gaps, comments: [], script, shell: isPlain ? undefined : 'bash' };
}
