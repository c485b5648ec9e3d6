// What the grid, try syntax and people know a job by.
import type { JobAttributes } from '@signalbox/protocol';
import { chunksOf } from './chunks.ts';
import { flagAt, numberAt, type Table, textAt } from './tree.ts';

/** Attributes that a job does not say are taken from keys of its matrix of that name. What is usual is left away. */
export function readAttributes(table: Table, template: string, values: ReadonlyMap<string, string>): JobAttributes {
  const own = (key: string) => textAt(table, key) ?? values.get(key) ?? null;
  const suite = own('suite');
  const chunks = chunksOf(table);
  const tier = numberAt(table, 'tier', 1);
  return {
    template,
    platform: own('platform'),
    variant: own('variant'),
    group: textAt(table, 'group') ?? null,
    symbol: textAt(table, 'symbol') ?? symbolOf(template),
    ...(suite !== null && { suite }),
    ...(chunks !== null && { chunk: { number: Number(values.get('chunk')), of: chunks } }),
    ...(tier !== 1 && { tier }),
    ...(flagAt(table, 'required', false) && { required: true }),
  };
}

/** `unit-tests` is UT, `build` is Bu: short, and nearly always its own. */
function symbolOf(template: string): string {
  const words = template.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const letters = words.length > 1 ? words.map((word) => word.charAt(0).toUpperCase()).join('') : (words[0] ?? '');
  if (words.length > 1) return letters.slice(0, 4);
  return letters.charAt(0).toUpperCase() + letters.slice(1, 2);
}
