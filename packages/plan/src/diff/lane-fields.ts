// The fields of a lane by which two configurations are compared: those of the plan, under their names in the configuration.
import type { StepSpec } from '@signalbox/protocol';
import type { Cell } from '../draft.ts';
import { durationOf } from '../durations.ts';
import type { Json } from '../origin/json-of.ts';

export type LaneField = {
  readonly value: Json;
  /** Where it stands, when that need not be asked for. */
  readonly offset?: number;
};

/** All but its steps, which are compared one with another. */
export function laneFields(cell: Cell): Map<string, LaneField> {
  const { attributes, order, spec } = cell;
  const { notBefore: _never, priority, coalesce, concurrencyGroup, gate, delaySeconds, ...noOrder } = order;
  const { steps: _steps, env, checkout, artifacts, secrets, timeoutSeconds, errorPatterns, results, ...noSpec } = spec;
  // Downloads are made of the needs. Whatever else a job may say one day must be told here: the compiler asks for it.
  const { downloads: _downloads, ...nothing } = noSpec;
  nothing satisfies Record<string, never>;
  noOrder satisfies Record<string, never>;
  const { template: _, chunk, ...labels } = attributes;
  const fields = new Map<string, LaneField>();
  const put = (field: string, value: Json | undefined, offset?: number) => {
    if (value !== undefined && value !== null) fields.set(field, { value, ...(offset !== undefined && { offset }) });
  };
  for (const [key, value] of Object.entries(labels)) put(key, value);
  put('chunks', chunk?.of);
  put('pool', cell.pool === '' ? null : cell.pool);
  put('attempts', cell.attempts);
  put('gate', gate);
  put('priority', priority);
  put('coalesce', coalesce);
  put('concurrency', concurrencyGroup);
  put('delay', delaySeconds === 0 ? null : durationOf(delaySeconds));
  put('timeout', durationOf(timeoutSeconds));
  const { silentSeconds } = usualOf(spec);
  put('silent-timeout', silentSeconds === null ? null : durationOf(silentSeconds));
  put('checkout', checkout);
  for (const [name, value] of Object.entries(env)) put(`env.${name}`, value);
  put('secrets', secrets.length > 0 ? secrets : null);
  put('artifacts', artifacts.length > 0 ? artifacts : null);
  put(
    'results',
    results?.map(({ files, format }) => ({ files, format })),
  );
  put('error-patterns', errorPatterns as unknown as Json | undefined);
  const seen = new Set<string>();
  for (const { of, patterns, offset } of cell.conditions) {
    const field = seen.has(of) ? `when.${of} (2)` : `when.${of}`;
    seen.add(of);
    put(field, patterns, offset);
  }
  put('if-changed', cell.ifChanged?.patterns, cell.ifChanged?.offset);
  const needs = cell.needs.map(({ text, isOptional, brought }) => {
    const more = brought
      ? `, artifacts ${brought.artifacts.join(' ')}${brought.into === '' ? '' : ` into ${brought.into}`}`
      : '';
    return `${text}${isOptional ? ' (optional)' : ''}${more}`;
  });
  put('beside', cell.beside?.text, cell.beside?.offset);
  put('needs', needs.length > 0 ? needs : null, cell.needs[0]?.offset);
  return fields;
}

/** What a step has of its job is a field of the job. */
export function stepFields(step: StepSpec, { timeoutSeconds, silentSeconds }: Usual): Map<string, LaneField> {
  const { name, script, shell, always, mayFail } = step;
  const values: Record<string, Json> = { name, script, shell, always, 'may-fail': mayFail };
  if (step.timeoutSeconds !== timeoutSeconds) values['timeout'] = durationOf(step.timeoutSeconds);
  if (step.silentSeconds !== silentSeconds) values['silent-timeout'] = durationOf(step.silentSeconds);
  return new Map(Object.entries(values).map(([key, value]) => [key, { value }]));
}

export type Usual = { readonly timeoutSeconds: number; readonly silentSeconds: number | null };

/** A plan has the limit without output with each step: where all have one, it is the job's. */
export function usualOf({ timeoutSeconds, steps }: Cell['spec']): Usual {
  const silent = new Set(steps.map(({ silentSeconds }) => silentSeconds));
  return { timeoutSeconds, silentSeconds: silent.size === 1 ? (steps[0]?.silentSeconds ?? null) : null };
}
