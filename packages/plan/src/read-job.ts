// A job's table becomes what a worker is told: defaults settled, durations in seconds. Wrong values were reported; a default stands in.
import type { JobSpec } from '@signalbox/protocol';
import { chunksOf } from './chunks.ts';
import type { Cell, Finding } from './draft.ts';
import { matrixEnv, refuseBoth, sizeOf, textsIn } from './environment.ts';
import { readErrorPatterns } from './error-patterns.ts';
import { readAttributes } from './read-attributes.ts';
import { createConditionsReader } from './read-conditions.ts';
import { readDuration } from './read-duration.ts';
import { readNeeds } from './read-needs.ts';
import { readOrder } from './read-order.ts';
import { readResults } from './read-results.ts';
import { createStepsReader } from './read-steps.ts';
import { type Entry, flagAt, listAt, numberAt, scalarAt, type Table, tableAt, textAt, textsOf } from './tree.ts';

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
  const reader = createConditionsReader();

  const readSpec = (table: Table, values: ReadonlyMap<string, string>, matrix: Entry | undefined): ReadSpec => {
    const timeoutSeconds = readDuration(table, 'timeout', 7200, found);
    const silentSeconds = readDuration(table, 'silent-timeout', 1200, found);
    const list = listAt(table, 'steps');
    const steps = list ? readSteps(list, { timeoutSeconds, silentSeconds }) : { steps: [], sizeCharacters: 0 };
    const jobEnv = tableAt(table, 'env');
    const chunks = chunksOf(table);
    const cellEnv = matrixEnv(values, matrix, found);
    if (chunks !== null) cellEnv.push(['MATRIX_CHUNKS', String(chunks)]);
    const env = Object.fromEntries([...fileEnv, ...cellEnv, ...textsIn(jobEnv)]);
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
    return {
      cell: {
        pool: isGate ? '' : (textAt(table, 'pool') ?? 'default'),
        attributes: readAttributes(table, template, values),
        spec,
        order: readOrder(table, found),
        attempts: isGate ? 1 : numberAt(table, 'attempts', 3),
        conditions: reader.conditions(table),
        ifChanged: reader.ifChanged(table),
        needs: readNeeds(table),
        beside: readBeside(table),
      },
      sizeCharacters,
    };
  };
}

function readBeside(table: Table): { text: string; offset: number } | null {
  const named = scalarAt(table, 'beside');
  return named ? { text: named.text, offset: named.offset } : null;
}

type ReadSpec = { readonly spec: JobSpec; readonly sizeCharacters: number };

/** Nothing to run: no worker ever sees it. */
const gateSpec: ReadSpec = {
  spec: { steps: [], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 1 },
  sizeCharacters: 0,
};
