// What of a job's table must hold for it to run: branches of its trigger, and `when`.
import type { Condition, Patterns } from './draft.ts';
import { type Table, tableAt, textsOf } from './tree.ts';

const keys = [
  'branch',
  'cause',
  'message',
  'platform',
  'variant',
  'suite',
  'group',
] as const satisfies readonly Condition['of'][];

export function readConditions(table: Table): Condition[] {
  const on = tableAt(table, 'on');
  const branches = patternsAt(on && tableAt(on, 'push'), 'branches');
  const when = tableAt(table, 'when');
  const conditions: Condition[] = branches ? [{ ...branches, of: 'branch' }] : [];
  for (const of of keys) {
    const patterns = patternsAt(when, of);
    if (patterns) conditions.push({ ...patterns, of });
  }
  return conditions;
}

export function patternsAt(table: Table | undefined, key: string): Patterns | null {
  const entry = table?.entries.get(key);
  if (entry?.value.kind !== 'list') return null;
  const patterns = textsOf(entry.value).map(({ text }) => text);
  return patterns.length > 0 ? { patterns, offset: entry.keyOffset } : null;
}
