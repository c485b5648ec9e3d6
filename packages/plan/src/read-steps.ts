// The steps of a job as a worker is told them. Steps that several jobs share are read once and stay one object:
// 13,302 lanes of 13 steps are then 13 steps.
import type { StepSpec } from '@signalbox/protocol';
import type { Finding } from './draft.ts';
import { durationOf } from './durations.ts';
import { remember } from './memory.ts';
import { readDuration } from './read-duration.ts';
import { flagAt, type List, type Table, textAt, type Value, valueAt } from './tree.ts';

export type ReadSteps = { readonly steps: StepSpec[]; readonly sizeCharacters: number };

/** The limits of the job: what a step has that names none. */
export type Usual = { readonly timeoutSeconds: number; readonly silentSeconds: number };

export function createStepsReader(found: Finding[], warnings: Finding[]): (list: List, usual: Usual) => ReadSteps {
  const memory = new WeakMap<Value, Map<string, ReadSteps>>();
  const once = (value: Value, { timeoutSeconds, silentSeconds }: Usual, read: () => ReadSteps): ReadSteps => {
    const known = remember(memory, value, () => new Map<string, ReadSteps>());
    return remember(known, `${timeoutSeconds} ${silentSeconds}`, read);
  };
  return (list, usual) =>
    once(list, usual, () =>
      joined(list.items.map((item) => once(item, usual, () => readStep(item, usual, found, warnings)))),
    );
}

const joined = (parts: readonly ReadSteps[]): ReadSteps => ({
  steps: parts.flatMap((part) => part.steps),
  sizeCharacters: parts.reduce((sum, part) => sum + part.sizeCharacters, 0),
});

function readStep(item: Value, usual: Usual, found: Finding[], warnings: Finding[]): ReadSteps {
  if (item.kind === 'list') return { steps: [], sizeCharacters: 0 };
  const script = item.kind === 'scalar' ? item.text : (textAt(item, 'script') ?? '');
  const table = item.kind === 'table' ? item : nothing;
  const timeoutSeconds = readDuration(table, 'timeout', usual.timeoutSeconds, found);
  if (timeoutSeconds > usual.timeoutSeconds) {
    const message = `this limit of a step is never reached: the whole job ends after ${durationOf(usual.timeoutSeconds)}`;
    const offset = valueAt(table, 'timeout')?.offset ?? item.offset;
    warnings.push({ offset, rule: 'never-reached', message, hint: "raise the job's `timeout`" });
  }
  const step: StepSpec = {
    name: textAt(table, 'name') ?? firstLine(script),
    script,
    shell: textAt(table, 'shell') ?? 'sh',
    always: flagAt(table, 'always', false),
    mayFail: flagAt(table, 'may-fail', false),
    timeoutSeconds,
    silentSeconds: readDuration(table, 'silent-timeout', usual.silentSeconds, found),
  };
  return { steps: [step], sizeCharacters: script.length + step.name.length };
}

const nothing: Table = { kind: 'table', offset: 0, end: 0, hasHoles: false, entries: new Map(), isPartial: false };

/** What the log page calls a step without a name: its first line that says something. */
function firstLine(script: string): string {
  const line = (script.trim().split('\n', 1)[0] ?? '').replace(/[\0-\x1f\x7f]+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
