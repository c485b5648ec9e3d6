// A step with `run:` as a step here: its condition, variables and directory become lines of the script.
import { durationOf } from '../../durations.ts';
import { limits } from '../../limits.ts';
import { quote } from '../../printable.ts';
import { type Entry, scalarAt, type Table, tableAt, textAt } from '../../tree.ts';
import { type Gap, gapAt, shown, unknownKeys } from '../gap.ts';
import type { ImportedStep } from '../model.ts';
import { stepName } from '../names.ts';
import { directoryLine, isPlainShell, type Shell } from '../shell-script.ts';
import type { Sources } from '../sources.ts';
import { evaluate, statusOf, withoutStatus } from './condition.ts';
import { knownIn, readEnvironment, setInScript } from './environment.ts';
import { parseExpression } from './expression.ts';
import { fillScript, fillText } from './fill.ts';
import type { Scope } from './resolve.ts';
import { shellTest } from './shell-test.ts';
import type { StepsOf } from './steps.ts';

export type Defaults = { readonly shell?: string; readonly directory?: string; readonly isWindows: boolean };

const keys = new Set([
  ...['name', 'id', 'if', 'run', 'shell', 'working-directory', 'env', 'continue-on-error', 'timeout-minutes'],
]);

export function readScript(step: Table, of: StepsOf): ImportedStep {
  const { sources, defaults, scope: outside } = of;
  const gaps: Gap[] = [...unknownKeys(step, keys, 'A step', sources)];
  const run = scalarAt(step, 'run');
  // What stands above its first key stands above the step.
  const comments = sources.commentsWithin(step, new Set([...step.entries.keys()].slice(0, 1)));
  if (!run || run.text.trim() === '') {
    gaps.push(gapAt(sources, step, 'a step without `run`', 'It does nothing, and is left out.'));
    return { gaps, comments, script: null };
  }
  const own = readEnvironment(step, outside, sources);
  gaps.push(...own.gaps);
  const scope: Scope = { ...outside, env: knownIn([...of.atRunTime, ...own.variables], outside.env) };
  const { shell, wraps } = shellOf(step, textAt(step, 'shell') ?? defaults.shell, run.text, of, gaps);
  const filled = fillScript(run.text.trimEnd(), wraps ? 'node' : shell, run, scope, sources);
  gaps.push(...filled.gaps);
  if (filled.script.trim() === '') {
    gaps.push(gapAt(sources, run, 'a script of which nothing is left', 'Write what it does as a script.'));
    return { gaps, comments, script: null };
  }
  const when = readIf(step.entries.get('if'), { ...of, scope }, shell, gaps);
  if (when.isNever) {
    const lines = filled.script.split('\n').slice(0, 20);
    return { gaps, comments, shown: lines, script: null };
  }
  const variables = [...of.atRunTime, ...own.variables].filter((variable) => !variable.isOwnSecret);
  const directory = textAt(step, 'working-directory') ?? defaults.directory;
  const path = directory === undefined ? null : fillScript(directory, 'node', step, scope, sources);
  if (path) gaps.push(...path.gaps);
  const before = [
    ...(when.guard === null ? [] : [when.guard]),
    ...variables.map((variable) => setInScript(variable, shell)),
    ...(path && path.gaps.length === 0 ? [directoryLine(path.script)].filter((line) => line !== null) : []),
  ];
  const body = wraps ? wraps(filled.script) : filled.script;
  const name = scalarAt(step, 'name');
  const title = name && stepName(fillText(name.text, name, scope, sources).text);
  return {
    gaps,
    comments,
    name: title || undefined,
    script: before.length > 0 ? `${before.join('\n')}\n${body}` : body,
    shell: shell === 'sh' ? undefined : shell,
    timeout: readMinutes(step.entries.get('timeout-minutes'), scope, of, gaps),
    always: when.isAlways,
    mayFail: readMayFail(step.entries.get('continue-on-error'), of, gaps),
  };
}

type Wrap = (script: string) => string;

function shellOf(
  step: Table,
  wanted: string | undefined,
  script: string,
  { sources, defaults }: StepsOf,
  gaps: Gap[],
): { shell: Shell; wraps?: Wrap } {
  const at = step.entries.get('shell') ?? step;
  if (wanted === undefined) {
    if (defaults.isWindows) return { shell: 'pwsh' };
    return { shell: isPlainShell(script) ? 'sh' : 'bash' };
  }
  const [program = ''] = wanted.trim().split(/\s+/);
  if (program === 'bash' || program === 'sh' || program === 'pwsh' || program === 'cmd') {
    // Of a default it is said once, where it stands.
    if (isOfLogin(wanted) && step.entries.has('shell'))
      gaps.push(gapAt(sources, at, quote(`shell: ${wanted}`), noProfile));
    return { shell: program };
  }
  if (program === 'powershell') return { shell: 'pwsh' };
  if (program === 'python' || program === 'python3' || program === 'node' || program === 'perl' || program === 'ruby') {
    if (program === 'node') return { shell: 'node' };
    return { shell: 'sh', wraps: (text) => `${program} - <<'END_OF_SCRIPT'\n${text}\nEND_OF_SCRIPT` };
  }
  gaps.push(
    gapAt(sources, at, quote(`shell: ${wanted}`), 'The shells here are sh, bash, pwsh, cmd and node: it is run by sh.'),
  );
  return { shell: 'sh' };
}

const isOfLogin = (shell: string): boolean => /\s-[a-z]*l/.test(shell);
const noProfile = 'No shell reads the profile here.';

/** What of `defaults:` has no equal. */
export function gapsOfDefaults(of: Table, sources: Sources): Gap[] {
  const defaults = tableAt(of, 'defaults');
  const shell = defaults && tableAt(defaults, 'run')?.entries.get('shell');
  const text = shell?.value.kind === 'scalar' ? shell.value.text : '';
  return shell && isOfLogin(text) ? [gapAt(sources, shell, shown(shell), noProfile)] : [];
}

type When = { readonly isNever: boolean; readonly isAlways: boolean; readonly guard: string | null };

function readIf(entry: Entry | undefined, of: StepsOf, shell: Shell, gaps: Gap[]): When {
  const text = entry?.value.kind === 'scalar' ? bare(entry.value.text) : '';
  if (!entry || text === '') return { isNever: false, isAlways: false, guard: null };
  const tell = (instead: string): void => {
    gaps.push(gapAt(of.sources, entry, shown(entry), instead));
  };
  const parsed = parseExpression(text);
  const status = parsed ? statusOf(parsed) : 'success';
  const isAlways = status !== 'success';
  if (status === 'failure')
    tell('No step is for failures alone: with `always` it runs also when all before it passed.');
  const rest = parsed && withoutStatus(parsed);
  const outcome = rest ? evaluate(rest, of.scope, of.pushed) : null;
  if (outcome?.isNever) {
    tell('It does not hold for the push of a branch: the step is left out.');
    return { isNever: true, isAlways, guard: null };
  }
  if (!rest || (outcome && !outcome.isUnknown && outcome.branches.length === 0)) {
    if (!rest) tell('The step runs whatever it says.');
    return { isNever: false, isAlways, guard: null };
  }
  const test =
    shell === 'sh' || shell === 'bash'
      ? (shellTest(rest, of.scope) ?? branchTest(outcome?.branches ?? [], outcome?.isUnknown))
      : null;
  if (test === null) tell('The step runs whatever it says: let the script look by itself.');
  return { isNever: false, isAlways, guard: test === null ? null : `${test} || exit 0` };
}

/** Branches by their names, for what the shell cannot ask. */
function branchTest(branches: readonly string[], isUnknown = true): string | null {
  const isPlain = branches.every((branch) => /^!?[A-Za-z0-9._/-]+$/.test(branch));
  const signs = new Set(branches.map((branch) => branch.startsWith('!')));
  if (isUnknown || branches.length === 0 || !isPlain || signs.size > 1) return null;
  const tests = branches.map((branch) =>
    branch.startsWith('!') ? `[ "$CI_COMMIT_BRANCH" != ${branch.slice(1)} ]` : `[ "$CI_COMMIT_BRANCH" = ${branch} ]`,
  );
  return tests.join(signs.has(true) ? ' && ' : ' || ');
}

/** An `if` may stand within the marks of an expression or without them. */
export const bare = (text: string): string =>
  text
    .trim()
    .replace(/^\$\{\{([\s\S]*)\}\}$/, '$1')
    .trim();

export function readMinutes(
  entry: Entry | undefined,
  scope: Scope,
  { sources }: Pick<StepsOf, 'sources'>,
  gaps: Gap[],
): string | undefined {
  if (!entry) return undefined;
  const text = entry.value.kind === 'scalar' ? fillText(entry.value.text, entry.value, scope, sources).text : '';
  const seconds = /^\d{1,6}(\.\d{1,4})?$/.test(text) ? Math.round(Number(text) * 60) : 0;
  if (seconds >= 1) return durationOf(Math.min(seconds, limits.durationSeconds.most));
  gaps.push(gapAt(sources, entry, shown(entry), 'A time limit is a fixed number here: `timeout: 30m`.'));
  return undefined;
}

function readMayFail(entry: Entry | undefined, { sources }: StepsOf, gaps: Gap[]): boolean {
  if (entry?.value.kind !== 'scalar') return false;
  const text = bare(entry.value.text);
  if (text === 'true' || text === 'false') return text === 'true';
  gaps.push(gapAt(sources, entry, shown(entry), '`may-fail` is true or false, whatever the matrix says.'));
  return false;
}
