// What of a job's table must hold for it to run: branches of its trigger, `when`, and `if-changed`. What cells share is read
// once and stays one object, so that whoever asks about it asks once.
import type { Condition, Patterns } from './draft.ts';
import { remember } from './memory.ts';
import { type Table, tableAt, textsOf, type Value, valueAt } from './tree.ts';

const keys = [
  'branch',
  'cause',
  'message',
  'platform',
  'variant',
  'suite',
  'group',
] as const satisfies readonly Condition['of'][];

export type ConditionsReader = {
  readonly conditions: (job: Table) => readonly Condition[];
  readonly ifChanged: (job: Table) => Patterns | null;
};

export function createConditionsReader(): ConditionsReader {
  const ofTrigger = new WeakMap<Value, readonly Condition[]>();
  const ofWhen = new WeakMap<Value, readonly Condition[]>();
  const both = new WeakMap<readonly Condition[], Map<readonly Condition[], readonly Condition[]>>();
  const lists = new WeakMap<Value, { readonly patterns: Patterns | null }>();
  const read = (job: Table, key: string, memory: typeof ofWhen, of: (table: Table) => readonly Condition[]) => {
    const value = valueAt(job, key);
    return value?.kind === 'table' ? remember(memory, value, () => of(value)) : none;
  };
  return {
    conditions: (job) => {
      const trigger = read(job, 'on', ofTrigger, branchesOf);
      const when = read(job, 'when', ofWhen, conditionsOf);
      if (trigger.length === 0 || when.length === 0) return trigger.length === 0 ? when : trigger;
      const joined = remember(both, trigger, () => new Map<readonly Condition[], readonly Condition[]>());
      return remember(joined, when, () => [...trigger, ...when]);
    },
    ifChanged: (job) => {
      const value = valueAt(job, 'if-changed');
      return value ? remember(lists, value, () => ({ patterns: patternsAt(job, 'if-changed') })).patterns : null;
    },
  };
}

const none: readonly Condition[] = [];

function branchesOf(on: Table): readonly Condition[] {
  const branches = patternsAt(tableAt(on, 'push'), 'branches');
  return branches ? [{ ...branches, of: 'branch' }] : none;
}

function conditionsOf(when: Table): readonly Condition[] {
  return keys.flatMap((of) => {
    const patterns = patternsAt(when, of);
    return patterns ? [{ ...patterns, of }] : [];
  });
}

function patternsAt(table: Table | undefined, key: string): Patterns | null {
  const entry = table?.entries.get(key);
  if (entry?.value.kind !== 'list') return null;
  const patterns = textsOf(entry.value).map(({ text }) => text);
  return patterns.length > 0 ? { patterns, offset: entry.keyOffset } : null;
}
