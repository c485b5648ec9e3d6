// A job's table becomes what a worker is told: defaults settled, durations in seconds. Wrong values were reported; a default stands in.
import type { JobSpec, StepSpec } from '@signalbox/protocol';
import type { Cell, Finding, Patterns } from './draft.ts';
import { durationOf, secondsOf } from './durations.ts';
import { limits } from './limits.ts';
import { remember } from './memory.ts';
import { quote } from './printable.ts';
import {
  type Entry,
  flagAt,
  listAt,
  type Scalar,
  scalarAt,
  type Table,
  tableAt,
  textAt,
  textsOf,
  type Value,
  valueAt,
} from './tree.ts';

export type ReadJob = {
  readonly cell: Omit<Cell, 'name' | 'offset' | 'template'>;
  readonly sizeCharacters: number;
};

/** `values` are those of the cell, `matrix` where they are written. */
export type JobReader = (
  table: Table,
  template: string,
  values: ReadonlyMap<string, string>,
  matrix: Entry | undefined,
) => ReadJob;

/** Steps that several cells share are read once and stay one object: 13,302 lanes of 13 steps are then 13 steps. */
export function createJobReader(file: Table | null, found: Finding[], warnings: Finding[]): JobReader {
  const fileEnv = textsIn(file ? tableAt(file, 'env') : undefined);
  const stepsRead = new WeakMap<Value, Map<string, ReadSteps>>();
  const told: Telling = { found, warnings };

  return (table, template, values, matrix) => {
    const timeoutSeconds = duration(table, 'timeout', 7200, told);
    const silentSeconds = duration(table, 'silent-timeout', 1200, told);
    const usual: Usual = { timeoutSeconds, silentSeconds };
    const list = listAt(table, 'steps');
    const steps = list ? shared(stepsRead, list, usual, () => readSteps(list, usual, told, stepsRead)) : noSteps;
    const jobEnv = tableAt(table, 'env');
    const env = Object.fromEntries([...fileEnv, ...matrixEnv(values, matrix, found), ...textsIn(jobEnv)]);
    const secrets = textsOf(listAt(table, 'secrets'));
    refuseBoth(secrets, env, found);
    const spec: JobSpec = {
      steps: steps.steps,
      env,
      checkout: flagAt(table, 'checkout', true),
      artifacts: textsOf(listAt(table, 'artifacts')).map(({ text }) => text),
      secrets: secrets.map(({ text }) => text),
      timeoutSeconds,
    };
    const on = tableAt(table, 'on');
    const attempts = scalarAt(table, 'attempts')?.value;
    return {
      cell: {
        pool: textAt(table, 'pool') ?? 'default',
        attributes: {
          template,
          platform: textAt(table, 'platform') ?? values.get('platform') ?? null,
          variant: textAt(table, 'variant') ?? values.get('variant') ?? null,
          group: textAt(table, 'group') ?? null,
          symbol: textAt(table, 'symbol') ?? symbolOf(template),
        },
        spec,
        attempts: typeof attempts === 'number' ? attempts : 3,
        branches: patternsAt(on ? tableAt(on, 'push') : undefined, 'branches'),
        ifChanged: patternsAt(table, 'if-changed'),
        needs: textsOf(listAt(table, 'needs')).map(({ text, offset }) => ({ text, offset })),
      },
      sizeCharacters: steps.sizeCharacters + sizeOf(env),
    };
  };
}

type Telling = { readonly found: Finding[]; readonly warnings: Finding[] };
type Usual = { readonly timeoutSeconds: number; readonly silentSeconds: number };
type ReadSteps = { readonly steps: StepSpec[]; readonly sizeCharacters: number };
const noSteps: ReadSteps = { steps: [], sizeCharacters: 0 };

function shared(
  memory: WeakMap<Value, Map<string, ReadSteps>>,
  value: Value,
  usual: Usual,
  read: () => ReadSteps,
): ReadSteps {
  const key = `${usual.timeoutSeconds} ${usual.silentSeconds}`;
  return remember(
    remember(memory, value, () => new Map<string, ReadSteps>()),
    key,
    read,
  );
}

function readSteps(
  list: { readonly items: readonly Value[] },
  usual: Usual,
  told: Telling,
  memory: WeakMap<Value, Map<string, ReadSteps>>,
): ReadSteps {
  const parts = list.items.map((item) => shared(memory, item, usual, () => readStep(item, usual, told)));
  return {
    steps: parts.flatMap((part) => part.steps),
    sizeCharacters: parts.reduce((sum, part) => sum + part.sizeCharacters, 0),
  };
}

function readStep(item: Value, usual: Usual, told: Telling): ReadSteps {
  if (item.kind === 'list') return noSteps;
  const script = item.kind === 'scalar' ? item.text : (textAt(item, 'script') ?? '');
  const table = item.kind === 'table' ? item : nothing;
  const timeoutSeconds = duration(table, 'timeout', usual.timeoutSeconds, told);
  if (timeoutSeconds > usual.timeoutSeconds) {
    const message = `this limit of a step is never reached: the whole job ends after ${durationOf(usual.timeoutSeconds)}`;
    const offset = valueAt(table, 'timeout')?.offset ?? item.offset;
    told.warnings.push({ offset, rule: 'never-reached', message, hint: "raise the job's `timeout`" });
  }
  const step: StepSpec = {
    name: textAt(table, 'name') ?? firstLine(script),
    script,
    shell: textAt(table, 'shell') ?? 'sh',
    always: flagAt(table, 'always', false),
    mayFail: flagAt(table, 'may-fail', false),
    timeoutSeconds,
    silentSeconds: duration(table, 'silent-timeout', usual.silentSeconds, told),
  };
  return { steps: [step], sizeCharacters: script.length + step.name.length };
}

const nothing: Table = { kind: 'table', offset: 0, end: 0, hasHoles: false, entries: new Map(), isPartial: false };

function duration(table: Table, key: string, usual: number, { found }: Telling): number {
  const value = scalarAt(table, key);
  const seconds = value && value.type === 'text' ? secondsOf(value.text) : null;
  if (!value || seconds === null) return usual;
  const most = limits.durationSeconds.most;
  if (seconds >= 1 && seconds <= most) return seconds;
  const message = `${quote(key)} must be from 1s to ${durationOf(most)}, not ${quote(value.text)}`;
  found.push({ offset: value.offset, rule: 'duration', message, hint: null });
  return usual;
}

function textsIn(table: Table | undefined): [string, string][] {
  const texts: [string, string][] = [];
  for (const { key, value } of table?.entries.values() ?? []) {
    if (value.kind === 'scalar') texts.push([key, value.text]);
  }
  return texts;
}

function matrixEnv(
  values: ReadonlyMap<string, string>,
  matrix: Entry | undefined,
  found: Finding[],
): [string, string][] {
  const names = new Map<string, string>();
  return [...values].map(([key, value]) => {
    const name = `MATRIX_${key.toUpperCase().replaceAll('-', '_')}`;
    const twin = names.get(name);
    if (twin !== undefined && matrix) {
      const message = `the matrix keys ${quote(twin)} and ${quote(key)} would both be \`${name}\` in the environment`;
      found.push({ offset: matrix.keyOffset, rule: 'matrix-env', message, hint: 'rename one of them' });
    }
    names.set(name, key);
    return [name, value];
  });
}

/** As JSON: quotes, colon and comma count, or a thousand empty values would weigh nothing. */
function sizeOf(env: Readonly<Record<string, string>>): number {
  let characters = 0;
  for (const name in env) characters += name.length + (env[name] ?? '').length + 6;
  return characters;
}

/** Which of the two a step would see must not depend on anything. */
function refuseBoth(secrets: readonly Scalar[], env: Readonly<Record<string, string>>, found: Finding[]): void {
  for (const { text, offset } of secrets) {
    if (!Object.hasOwn(env, text)) continue;
    const message = `${quote(text)} is a secret of this job and also in its \`env\``;
    found.push({ offset, rule: 'secret-env', message, hint: 'remove one of them' });
  }
}

function patternsAt(table: Table | undefined, key: string): Patterns | null {
  const entry = table?.entries.get(key);
  if (entry?.value.kind !== 'list') return null;
  const patterns = textsOf(entry.value).map(({ text }) => text);
  return patterns.length > 0 ? { patterns, offset: entry.keyOffset } : null;
}

/** What the log page calls a step without a name: its first line that says something. */
function firstLine(script: string): string {
  const line = (script.trim().split('\n', 1)[0] ?? '').replace(/[\0-\x1f\x7f]+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** `unit-tests` is UT, `build` is Bu: short, and nearly always its own. */
function symbolOf(template: string): string {
  const words = template.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? words.map((word) => word.charAt(0).toUpperCase()).join('') : (words[0] ?? '');
  if (words.length > 1) return letters.slice(0, 4);
  return letters.charAt(0).toUpperCase() + letters.slice(1, 2);
}
