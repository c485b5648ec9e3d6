// One job of GitLab CI as a job here, and a gate before it where a person starts it.
import { durationOf } from '../../durations.ts';
import { limits } from '../../limits.ts';
import { quote } from '../../printable.ts';
import { patternOf } from '../../schema/fits.ts';
import { poolName } from '../../schema/texts.ts';
import { type Entry, type Table, textAt, valueAt } from '../../tree.ts';
import { isFineFilled } from '../cells.ts';
import { type Gap, gapAt, shown, unknownKeys } from '../gap.ts';
import { nothingLeft } from '../github/job.ts';
import { type ImportedJob, plainJob } from '../model.ts';
import { groupName, jobName, poolNameOf, stepName } from '../names.ts';
import { both, type Outcome } from '../outcome.ts';
import type { Sources } from '../sources.ts';
import { readArtifacts } from './artifacts.ts';
import type { Facts } from './condition.ts';
import { flatItems, type Jobs } from './merge.ts';
import { type Parallel, readParallel } from './parallel.ts';
import { readStart, whenOfOutcome } from './rules.ts';
import { readScript } from './script.ts';
import { readVariables, type Variables } from './variables.ts';

export type JobOf = {
  readonly jobs: Jobs;
  readonly sources: Sources;
  readonly facts: Facts;
  /** Of the whole file. */
  readonly globals: Variables;
  readonly workflow: Outcome;
};

export type ReadJob = {
  /** Without needs: they are known when all jobs are. */
  readonly job: ImportedJob;
  readonly isManual: boolean;
  readonly isPassedOver: boolean;
};

export function readJob(entry: Entry, table: Table, of: JobOf): ReadJob {
  const { jobs, sources, facts, globals } = of;
  const name = jobName(entry.key);
  const gaps: Gap[] = [...gapsOfKeys(table, sources)];
  const start = readStart(table, { facts, jobs, sources });
  const outcome = both(start.outcome, of.workflow);
  const when = whenOfOutcome(outcome);
  if (when.isNever)
    gaps.push(gapAt(sources, entry, `the job ${quote(entry.key)}`, 'No push of a branch starts it: a person can.'));
  const parallel = readParallel(name, table.entries.get('parallel'), jobs, sources);
  const own = readVariables(valueAt(table, 'variables'), jobs, sources, globals.fixed);
  const known = new Set([...globals.names, ...own.names, ...parallel.names]);
  const fixed = new Map([...globals.fixed, ...own.fixed]);
  const files = readArtifacts(table, fixed, jobs, sources);
  const pool = readPool(table.entries.get('tags'), parallel, fixed, of);
  // What the job says itself wins over what the file says.
  const outer = globals.lines.filter(
    (line) => ![...own.names, ...parallel.names].some((each) => line.startsWith(`export ${each}=`)),
  );
  const script = readScript(
    table.entries.has('script') ? table : sources.adopt({ ...table, entries: new Map() }, table),
    entry.value,
    {
      jobs,
      sources,
      defaultBranch: facts.defaultBranch,
      known,
      lines: [...outer, ...own.lines, ...parallel.lines],
      mayFail: start.mayFail && !start.isManual,
    },
  );
  gaps.push(...start.gaps, ...parallel.gaps, ...own.gaps, ...files.gaps, ...pool.gaps);
  const env = new Map([...own.fixed, ...parallel.env]);
  const job: ImportedJob = {
    ...plainJob,
    name,
    heading: sources.commentsAbove(entry),
    comments: [
      ...(name === entry.key ? [] : [` ${entry.key}`]),
      ...(entry.value.kind === 'table' ? sources.commentsWithin(entry.value, new Set()) : []),
    ],
    branches: when.branches,
    causes: when.causes,
    matrix: parallel.matrix,
    chunks: parallel.chunks,
    ifChanged: start.ifChanged,
    pool: pool.pool,
    ...orderOf(table, of, gaps),
    delay: durationFrom(start.delay),
    env,
    secrets: [...script.secrets].filter((secret) => !env.has(secret) && !secret.startsWith('MATRIX_')),
    artifacts: files.artifacts,
    results: files.results,
    steps: script.steps.some((step) => step.script !== null) ? script.steps : [...script.steps, nothingLeft],
    gaps,
  };
  const isManual = start.isManual && !when.isNever;
  return { job, isManual, isPassedOver: start.mayBeSkipped || when.isNever };
}

export function gateBefore(job: ImportedJob, label: string): ImportedJob {
  const question = stepName(`Run ${label.replaceAll('${{', '')}?`).slice(0, 150);
  return {
    ...plainJob,
    name: jobName(`ask-${job.name}`),
    gate: question,
    branches: job.branches,
    causes: job.causes,
    ifChanged: job.ifChanged,
    needs: job.needs,
  };
}

type Order = Pick<ImportedJob, 'attempts' | 'timeout' | 'concurrency' | 'coalesce'>;

function orderOf(table: Table, { sources }: JobOf, gaps: Gap[]): Order {
  const tell = (entry: Entry, instead: string): void => {
    gaps.push(gapAt(sources, entry, shown(entry), instead));
  };
  const timeout = table.entries.get('timeout');
  const limit = timeout?.value.kind === 'scalar' ? durationFrom(timeout.value.text) : undefined;
  if (timeout && limit === undefined) tell(timeout, 'Write hours, minutes and seconds: `timeout: 1h30m`.');
  const group = table.entries.get('resource_group');
  const text = group?.value.kind === 'scalar' ? group.value.text : '';
  const concurrency = text === '' || text.includes('$') ? null : groupName(text);
  if (group && concurrency === null) tell(group, 'A group has a fixed name: `concurrency: deploy`.');
  const interruptible = table.entries.get('interruptible');
  const isInterruptible = interruptible?.value.kind === 'scalar' && interruptible.value.text === 'true';
  if (interruptible && isInterruptible) {
    tell(
      interruptible,
      'What runs is not cancelled by a newer push; one run stands for those that still wait (`coalesce`).',
    );
  }
  return {
    attempts: attemptsOf(table.entries.get('retry'), tell),
    timeout: limit,
    concurrency: concurrency ?? undefined,
    coalesce: isInterruptible ? 100 : undefined,
  };
}

/** What is not the code's fault, there. */
const errors = new Set([
  ...['runner_system_failure', 'api_failure', 'scheduler_failure', 'data_integrity_failure', 'runner_unsupported'],
  ...['stale_schedule', 'stuck_or_timeout_failure', 'unknown_failure', 'archived_failure'],
]);

function attemptsOf(entry: Entry | undefined, tell: (entry: Entry, instead: string) => void): number | undefined {
  if (!entry) return undefined;
  const { value } = entry;
  const text = value.kind === 'scalar' ? value.text : value.kind === 'table' ? (textAt(value, 'max') ?? '') : '';
  const causes = value.kind === 'table' ? valueAt(value, 'when') : undefined;
  const words = causes?.kind === 'list' ? causes.items : causes ? [causes] : [];
  const isOfErrors = words.length > 0 && words.every((word) => word.kind === 'scalar' && errors.has(word.text));
  if (!isOfErrors && text !== '0')
    tell(entry, 'Only what is not the fault of the code is tried again, `attempts` times; a failure is not.');
  return /^\d$/.test(text) ? Math.min(Number(text) + 1, limits.attempts.most) : undefined;
}

const units = new Map([
  ...(['w', 'week', 'weeks'] as const).map((unit) => [unit, 604_800] as const),
  ...(['d', 'day', 'days'] as const).map((unit) => [unit, 86_400] as const),
  ...(['h', 'hr', 'hrs', 'hour', 'hours'] as const).map((unit) => [unit, 3600] as const),
  ...(['m', 'min', 'mins', 'minute', 'minutes'] as const).map((unit) => [unit, 60] as const),
  ...(['s', 'sec', 'secs', 'second', 'seconds', ''] as const).map((unit) => [unit, 1] as const),
] as const) as ReadonlyMap<string, number>;

/** `1h 30m`, `90 minutes`; undefined for what is none. */
export function durationFrom(text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:\s*\d{1,7}\s*[a-z]*(?:\s+and)?,?)+\s*$/i.test(text) || text.length > 60)
    return undefined;
  let seconds = 0;
  for (const match of text.toLowerCase().matchAll(/(\d+)\s*([a-z]*)/g)) {
    const unit = units.get(match[2] ?? '');
    if (unit === undefined) return undefined;
    seconds += Number(match[1]) * unit;
  }
  return seconds < 1 ? undefined : durationOf(Math.min(seconds, limits.durationSeconds.most));
}

type Pool = { readonly pool: string | undefined; readonly gaps: readonly Gap[] };

function readPool(
  entry: Entry | undefined,
  parallel: Parallel,
  fixed: ReadonlyMap<string, string>,
  { jobs, sources }: JobOf,
): Pool {
  const tags = flatItems(entry?.value, jobs).flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
  if (!entry || tags.length === 0) return { pool: undefined, gaps: [] };
  const texts = tags.map((tag) => {
    const name = /^\$\{?(\w+)\}?$/.exec(tag)?.[1];
    return name === undefined ? tag : (parallel.env.get(name) ?? fixed.get(name) ?? tag);
  });
  const text = texts.join('-');
  const isPool = isFineFilled(
    text,
    parallel.matrix,
    (filled) => patternOf(poolName.pattern ?? '').test(filled) && !filled.includes('$'),
  );
  const pool = isPool ? text : text.includes('$') ? null : poolNameOf(text);
  if (pool === null)
    return {
      pool: undefined,
      gaps: [gapAt(sources, entry, shown(entry), 'A job names one pool; this one is in `default`.')],
    };
  if (tags.length < 2) return { pool, gaps: [] };
  const instead = `A job names one pool, and workers say which they serve: ${quote(pool)} stands for these tags.`;
  return { pool, gaps: [gapAt(sources, entry, 'several `tags`', instead)] };
}

const taken = new Set([
  ...[
    'stage',
    'script',
    'before_script',
    'after_script',
    'variables',
    'needs',
    'rules',
    'only',
    'except',
    'extends',
    'when',
  ],
  ...[
    'allow_failure',
    'start_in',
    'tags',
    'timeout',
    'retry',
    'parallel',
    'artifacts',
    'resource_group',
    'interruptible',
    'manual_confirmation',
  ],
]);

const insteads = new Map([
  ['image', 'Steps run on the worker itself: take a pool of workers made of that image, or `docker run` in a script.'],
  ['services', 'Nothing is started beside a job: let a step start it, or let workers of the pool have it.'],
  [
    'cache',
    'Nothing is kept between runs; a directory outside of the checkout, on the worker, is still there next time.',
  ],
  [
    'dependencies',
    'Say which files are wanted: `needs: [{ job: build, artifacts: ["dist/**"] }]`; they lie under the paths that they had.',
  ],
  ['environment', 'A gate can ask a person before the job runs; nothing is kept of environments.'],
  ['trigger', 'No pipeline starts another: write its jobs here, or start it over HTTP in a script.'],
  ['coverage', 'Print it, and it is in the log; files of results are read by `results`.'],
  ['release', 'Write what it does as a script.'],
  ['pages', 'Nothing is published by itself: the files are artifacts.'],
  ['publish', 'Nothing is published by itself: the files are artifacts.'],
  ['secrets', 'Set the secret at the server, and name it in `secrets`.'],
  ['id_tokens', 'A job has the secrets that it names, and no token of the forge.'],
  ['hooks', 'Write what they do at the beginning of the script.'],
  ['inherit', 'What is shared is written out here: look whether it is wanted.'],
  ['dast_configuration', 'Write what it does as a script.'],
  ['identity', 'A job has the secrets that it names.'],
  ['run', 'Write the steps as scripts.'],
]);

function gapsOfKeys(table: Table, sources: Sources): Gap[] {
  const known = [...table.entries.values()].flatMap((entry) => {
    const instead = insteads.get(entry.key);
    const isEmpty = entry.value.kind === 'list' && entry.value.items.length === 0;
    return instead === undefined || isEmpty ? [] : [gapAt(sources, entry, shown(entry), instead)];
  });
  const codes = table.entries.get('allow_failure');
  const ofCodes =
    codes?.value.kind === 'table'
      ? [gapAt(sources, codes, '`allow_failure` of some exit codes', 'The step may fail with any code.')]
      : [];
  return [...known, ...ofCodes, ...unknownKeys(table, new Set([...taken, ...insteads.keys()]), 'A job', sources)];
}

export const insteadOf = (key: string): string => insteads.get(key) ?? '';
