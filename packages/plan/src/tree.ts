// The configuration as a tree of values that know their place. Aliases share the value they name, so walks must too.
import type { Hole } from './expressions.ts';

type At = {
  /** Where it begins and ends in the text; for what came by an alias, where it was written. */
  readonly offset: number;
  readonly end: number;
  /** Some text in it holds an expression. */
  readonly hasHoles: boolean;
};

export type Scalar = At & {
  readonly kind: 'scalar';
  /** `unknown` stands where something was reported that hides the value; nothing more is said about it. */
  readonly type: 'text' | 'number' | 'boolean' | 'nothing' | 'unknown';
  /** As it stands in the file: 3.10 stays 3.10. */
  readonly text: string;
  readonly value: string | number | boolean | null;
  readonly holes: readonly Hole[];
};
export type List = At & {
  readonly kind: 'list';
  readonly items: readonly Value[];
  /** Of entries that are an alias, by their number: where it stands. */
  readonly aliases?: ReadonlyMap<number, number>;
};
export type Entry = {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: Value;
  /** Where the alias stands, if the value is one. */
  readonly aliasOffset?: number;
};
export type Table = At & {
  readonly kind: 'table';
  readonly entries: ReadonlyMap<string, Entry>;
  /** A merge into it went wrong: keys may be missing that are not. */
  readonly isPartial: boolean;
  /** What `<<` brought into it. */
  readonly merged?: Merged;
  /** Of a job that applies templates: what it was before. */
  readonly applied?: Applied;
  /** In TypeScript: the offsets of the calls that made it, the nearest first. */
  readonly madeBy?: readonly number[];
};
export type Merged = {
  /** Its own keys, which win. */
  readonly ownKeys: ReadonlySet<string>;
  /** In the order in which they win. */
  readonly sources: readonly { readonly offset: number; readonly table: Table }[];
};
export type Applied = {
  readonly own: Table;
  /** In the order in which they are named: the last wins. */
  readonly templates: readonly AppliedTemplate[];
};
export type AppliedTemplate = {
  readonly name: string;
  /** Where the job names it. */
  readonly offset: number;
  readonly table: Table;
};
export type Value = Scalar | List | Table;

// Readers for values that the check has complained about already, should they be of the wrong kind.

export const valueAt = (table: Table, key: string): Value | undefined => table.entries.get(key)?.value;

export function tableAt(table: Table, key: string): Table | undefined {
  const value = valueAt(table, key);
  return value?.kind === 'table' ? value : undefined;
}

export function listAt(table: Table, key: string): List | undefined {
  const value = valueAt(table, key);
  return value?.kind === 'list' ? value : undefined;
}

export function scalarAt(table: Table, key: string): Scalar | undefined {
  const value = valueAt(table, key);
  return value && isText(value) ? value : undefined;
}

const isText = (value: Value): value is Scalar =>
  value.kind === 'scalar' && value.type !== 'nothing' && value.type !== 'unknown';

export const textAt = (table: Table, key: string): string | undefined => scalarAt(table, key)?.text;

export function flagAt(table: Table, key: string, usual: boolean): boolean {
  const value = scalarAt(table, key)?.value;
  return typeof value === 'boolean' ? value : usual;
}

export function numberAt(table: Table, key: string, usual: number): number {
  const value = scalarAt(table, key)?.value;
  return typeof value === 'number' ? value : usual;
}

/** The texts of a list; what is no text is passed over. */
export function textsOf(list: List | undefined): Scalar[] {
  return (list?.items ?? []).filter(isText);
}
