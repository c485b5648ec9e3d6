// A gap: a point of an imported file that has no equal here. It is listed, and said in a comment at its place in the result.
import { quote } from '../printable.ts';
import type { Place } from '../source.ts';
import type { Entry, Table, Value } from '../tree.ts';
import type { Sources } from './sources.ts';

export type Gap = Place & {
  /** What stands in the source. */
  readonly what: string;
  /** What is there instead, or what to do. */
  readonly instead: string;
};

export const gapAt = (sources: Sources, at: Value | Entry, what: string, instead: string): Gap => ({
  ...sources.placeOf(at),
  what,
  instead,
});

/** `key: value`, as short as it is readable. */
export function shown({ key, value }: Entry): string {
  if (value.kind !== 'scalar') return quote(key);
  return quote(`${key}: ${value.text}`, 100);
}

/** Keys of a step, a job or a workflow that mean nothing here. */
export function unknownKeys(table: Table, known: ReadonlySet<string>, of: string, sources: Sources): Gap[] {
  const strange = [...table.entries.values()].filter(({ key }) => !known.has(key));
  return strange.map((entry) => gapAt(sources, entry, shown(entry), `${of} has nothing like it here.`));
}
