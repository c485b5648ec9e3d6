// A job's table becomes what a worker is told: defaults settled, durations in seconds. Wrong values were reported; a default stands in.
import type { JobSpec } from '@signalbox/protocol';
import type { Cell, Finding, Patterns } from './draft.ts';
import { matrixEnv, refuseBoth, sizeOf, textsIn } from './environment.ts';
import { readErrorPatterns } from './error-patterns.ts';
import { readDuration } from './read-duration.ts';
import { readOrder } from './read-order.ts';
import { readResults } from './read-results.ts';
import { createStepsReader } from './read-steps.ts';
import { type Entry, flagAt, listAt, numberAt, type Table, tableAt, textAt, textsOf } from './tree.ts';

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

export function createJobReader(file: Table | null, found: Finding[], warnings: Finding[]): JobReader {
  const fileEnv = textsIn(file ? tableAt(file, 'env') : undefined);
  const errorPatterns = readErrorPatterns(file, found);
  const readSteps = createStepsReader(found, warnings);

  const readSpec = (table: Table, values: ReadonlyMap<string, string>, matrix: Entry | undefined): ReadSpec => {
    const timeoutSeconds = readDuration(table, 'timeout', 7200, found);
    const silentSeconds = readDuration(table, 'silent-timeout', 1200, found);
    const list = listAt(table, 'steps');
    const steps = list ? readSteps(list, { timeoutSeconds, silentSeconds }) : { steps: [], sizeCharacters: 0 };
    const jobEnv = tableAt(table, 'env');
    const env = Object.fromEntries([...fileEnv, ...matrixEnv(values, matrix, found), ...textsIn(jobEnv)]);
    const secrets = textsOf(listAt(table, 'secrets'));
    refuseBoth(secrets, env, found);
    const results = readResults(table);
    const spec: JobSpec = {
      steps: steps.steps,
      env,
      checkout: flagAt(table, 'checkout', true),
      artifacts: textsOf(listAt(table, 'artifacts')).map(({ text }) => text),
      secrets: secrets.map(({ text }) => text),
      timeoutSeconds,
      ...(errorPatterns.length > 0 && { errorPatterns }),
      ...(results.length > 0 && { results }),
    };
    return { spec, sizeCharacters: steps.sizeCharacters + sizeOf(env) };
  };

  return (table, template, values, matrix) => {
    const isGate = table.entries.has('gate');
    const { spec, sizeCharacters } = isGate ? gateSpec : readSpec(table, values, matrix);
    const on = tableAt(table, 'on');
    return {
      cell: {
        pool: isGate ? '' : (textAt(table, 'pool') ?? 'default'),
        attributes: {
          template,
          platform: textAt(table, 'platform') ?? values.get('platform') ?? null,
          variant: textAt(table, 'variant') ?? values.get('variant') ?? null,
          group: textAt(table, 'group') ?? null,
          symbol: textAt(table, 'symbol') ?? symbolOf(template),
        },
        spec,
        order: readOrder(table, found),
        attempts: isGate ? 1 : numberAt(table, 'attempts', 3),
        branches: patternsAt(on ? tableAt(on, 'push') : undefined, 'branches'),
        ifChanged: patternsAt(table, 'if-changed'),
        needs: textsOf(listAt(table, 'needs')).map(({ text, offset }) => ({ text, offset })),
      },
      sizeCharacters,
    };
  };
}

type ReadSpec = { readonly spec: JobSpec; readonly sizeCharacters: number };

/** Nothing to run: no worker ever sees it. */
const gateSpec: ReadSpec = {
  spec: { steps: [], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 1 },
  sizeCharacters: 0,
};

function patternsAt(table: Table | undefined, key: string): Patterns | null {
  const entry = table?.entries.get(key);
  if (entry?.value.kind !== 'list') return null;
  const patterns = textsOf(entry.value).map(({ text }) => text);
  return patterns.length > 0 ? { patterns, offset: entry.keyOffset } : null;
}

/** `unit-tests` is UT, `build` is Bu: short, and nearly always its own. */
function symbolOf(template: string): string {
  const words = template.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? words.map((word) => word.charAt(0).toUpperCase()).join('') : (words[0] ?? '');
  if (words.length > 1) return letters.slice(0, 4);
  return letters.charAt(0).toUpperCase() + letters.slice(1, 2);
}
