// One job of a workflow as a job here. Names of needs are still those of the workflow.
import { limits } from '../../limits.ts';
import { quote } from '../../printable.ts';
import { type Entry, listAt, scalarAt, type Table, tableAt, textAt, textsOf, valueAt } from '../../tree.ts';
import { isFineFilled, matrixVariable } from '../cells.ts';
import { type Gap, gapAt, shown, unknownKeys } from '../gap.ts';
import { isGlob } from '../globs.ts';
import { type ImportedJob, type ImportedMatrix, type ImportedStep, plainJob } from '../model.ts';
import { jobName } from '../names.ts';
import type { Sources } from '../sources.ts';
import { readConcurrency } from './concurrency.ts';
import { type Environment, fixedText, knownIn, readEnvironment, type Variable } from './environment.ts';
import { readMatrix } from './matrix.ts';
import { unknownMatrix } from './matrix-names.ts';
import { readPool } from './pool.ts';
import type { Scope } from './resolve.ts';
import { gapsOfDefaults, readMinutes } from './script.ts';
import { readStart } from './start.ts';
import { readSteps } from './steps.ts';
import type { Triggers } from './triggers.ts';

export type JobOf = {
  readonly sources: Sources;
  readonly triggers: Triggers;
  readonly workflow: Table;
  readonly name: string;
  /** The workflow's own variables are in the `env` of the file. */
  readonly isAlone: boolean;
};

export type ReadJob = {
  readonly id: string;
  readonly job: ImportedJob;
  readonly uploads: readonly string[];
  readonly downloads: readonly string[];
};

export function readJob(entry: Entry, table: Table, of: JobOf): ReadJob {
  const { sources, triggers, workflow } = of;
  const gaps: Gap[] = [...gapsOfKeys(table, sources), ...gapsOfDefaults(table, sources)];
  const secrets = new Set<string>();
  const first: Scope = { workflow: of.name, inputs: triggers.inputs, env: new Map(), matrix: unknownMatrix, secrets };
  const strategy = tableAt(table, 'strategy');
  const name = jobName(entry.key);
  const { matrix, names, gaps: matrixGaps } = readMatrix(name, strategy?.entries.get('matrix'), first, sources);
  const named: Scope = { ...first, matrix: names };
  const outer = readEnvironment(workflow, named, sources);
  const own = readEnvironment(table, { ...named, env: knownIn(outer.variables, new Map()) }, sources);
  const variables = joined(outer, own);
  const scope: Scope = { ...named, env: knownIn(variables, new Map()) };
  const pool = readPool(table.entries.get('runs-on'), matrix, scope, sources);
  const start = readStart(table.entries.get('if'), triggers, scope, sources);
  const concurrency = readConcurrency(table, workflow, strategy, name, scope, sources);
  gaps.push(...matrixGaps, ...own.gaps, ...pool.gaps, ...start.gaps, ...concurrency.gaps);
  const timeout = readMinutes(table.entries.get('timeout-minutes'), scope, { sources }, gaps);
  const read = readSteps(table, {
    scope,
    sources,
    pushed: triggers,
    defaults: { ...defaultsOf(workflow), ...defaultsOf(table), isWindows: pool.isWindows },
    atRunTime: variables.filter((variable) => !variable.isFixed),
  });
  const fixed = variables.filter((variable) => variable.isFixed && !(of.isAlone && outer.variables.includes(variable)));
  const wanted = [...secrets].filter((secret) => !matrixVariables(matrix).has(secret)).slice(0, limits.list.most);
  const title = scalarAt(table, 'name');
  const steps = mayFailAlone(table.entries.get('continue-on-error'), read.steps, sources, gaps);
  const job: ImportedJob = {
    ...plainJob,
    ...concurrency.order,
    name,
    heading: sources.commentsAbove(entry),
    gaps,
    comments: [
      ...(title && title.text !== entry.key ? [` ${title.text}`] : []),
      ...sources.commentsWithin(table, new Set(['steps'])),
    ],
    branches: start.branches,
    causes: start.causes,
    messages: start.messages,
    matrix,
    needs: needsOf(table).map((need) => ({ job: need, isOptional: false })),
    ifChanged: triggers.ifChanged,
    pool: pool.pool,
    env: envOf(fixed, new Set(wanted), table, sources, gaps),
    checkout: read.hasCheckout || table.entries.has('uses'),
    secrets: wanted,
    timeout,
    artifacts: finePatterns(read.artifacts, matrix, table, sources, gaps),
    steps: steps.some((step) => step.script !== null) ? steps : [...steps, nothingLeft],
  };
  return { id: entry.key, job, uploads: read.uploads, downloads: read.downloads };
}

/** A job must do something; one of which nothing is left must not look as if it had passed. */
export const nothingLeft: ImportedStep = {
  gaps: [],
  comments: [],
  name: 'Not imported yet',
  script: 'echo "Nothing of this job could be imported: see the comments in .signalbox.yml." >&2\nexit 1',
};

/** Variables of the job win. */
function joined(outer: Environment, own: Environment): Variable[] {
  const names = new Set(own.variables.map(({ name }) => name));
  return [...outer.variables.filter(({ name }) => !names.has(name)), ...own.variables];
}

function envOf(
  fixed: readonly Variable[],
  secrets: ReadonlySet<string>,
  table: Table,
  sources: Sources,
  gaps: Gap[],
): Map<string, string> {
  const env = new Map<string, string>();
  for (const variable of fixed) {
    if (secrets.has(variable.name)) {
      const instead = 'A secret of the same name is what the steps find.';
      gaps.push(gapAt(sources, table, `the variable ${quote(variable.name)}`, instead));
    } else env.set(variable.name, fixedText(variable));
  }
  return env;
}

const matrixVariables = (matrix: ImportedMatrix | null): ReadonlySet<string> =>
  new Set(
    [...(matrix?.dimensions.keys() ?? []), ...(matrix?.include.flatMap((cell) => [...cell.keys()]) ?? [])].map(
      matrixVariable,
    ),
  );

function needsOf(table: Table): string[] {
  const needs = valueAt(table, 'needs');
  const texts = needs?.kind === 'list' ? textsOf(needs) : needs?.kind === 'scalar' ? [needs] : [];
  return [...new Set(texts.map(({ text }) => text))].filter((text) => text !== '');
}

function finePatterns(
  patterns: readonly string[],
  matrix: ImportedMatrix | null,
  at: Table,
  sources: Sources,
  gaps: Gap[],
): string[] {
  return patterns.slice(0, limits.list.most).filter((pattern) => {
    const isFine = isFineFilled(pattern, matrix, (filled) => !filled.includes('${{') && isGlob(filled));
    if (!isFine)
      gaps.push(
        gapAt(
          sources,
          listAt(at, 'steps') ?? at,
          `the artifact ${quote(pattern)}`,
          'It is no pattern for all jobs of the matrix.',
        ),
      );
    return isFine;
  });
}

function defaultsOf(table: Table): { shell?: string; directory?: string } {
  const defaults = tableAt(table, 'defaults');
  const run = defaults && tableAt(defaults, 'run');
  const [shell, directory] = [run && textAt(run, 'shell'), run && textAt(run, 'working-directory')];
  return { ...(shell !== undefined && { shell }), ...(directory !== undefined && { directory }) };
}

/** A job of one step may fail as that step may. */
function mayFailAlone(
  entry: Entry | undefined,
  steps: readonly ImportedStep[],
  sources: Sources,
  gaps: Gap[],
): readonly ImportedStep[] {
  if (!entry || (entry.value.kind === 'scalar' && entry.value.text === 'false')) return steps;
  const isTrue = entry.value.kind === 'scalar' && entry.value.text === 'true';
  const runs = steps.filter((step) => step.script !== null);
  if (isTrue && runs.length === 1)
    return steps.map((step) => (step.script === null ? step : { ...step, mayFail: true }));
  gaps.push(
    gapAt(
      sources,
      entry,
      shown(entry),
      'Steps may fail here (`may-fail: true`), not jobs: what needs this one waits for it to pass.',
    ),
  );
  return steps;
}

const taken = new Set([
  ...['name', 'needs', 'if', 'runs-on', 'strategy', 'timeout-minutes', 'continue-on-error', 'concurrency', 'env'],
  ...['defaults', 'steps'],
]);

const insteads = new Map([
  ['permissions', 'A job has the secrets that it names, and no token of the forge.'],
  [
    'container',
    'Steps run on the worker itself: take a pool of workers made of that image, or `docker run` in a script.',
  ],
  ['services', 'Nothing is started beside a job: let a step start it, or let workers of the pool have it.'],
  ['environment', 'A gate can ask a person before the job runs; its secrets are those of the repository.'],
  ['outputs', 'A job can leave a value in an artifact.'],
  ['uses', 'No workflow can be called: write its jobs here.'],
  ['with', 'It is told to the workflow that is called.'],
  ['secrets', 'It is told to the workflow that is called.'],
]);

function gapsOfKeys(table: Table, sources: Sources): Gap[] {
  const known = [...table.entries.values()].flatMap((entry) => {
    const instead = insteads.get(entry.key);
    return instead === undefined ? [] : [gapAt(sources, entry, shown(entry), instead)];
  });
  return [...known, ...unknownKeys(table, new Set([...taken, ...insteads.keys()]), 'A job', sources)];
}
