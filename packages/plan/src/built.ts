// Values while the tree is built: what they measure, what type they have, where they stand in the text.
import type { Node } from 'yaml';
import type { Scalar, Value } from './tree.ts';

/** A value, with how deep it is and how many values it has once its aliases are written out. */
export type Built = { readonly value: Value; readonly depth: number; readonly size: number };

export function typed(value: unknown, text: string): Pick<Scalar, 'type' | 'value'> {
  if (value === null || value === undefined) return { type: 'nothing', value: null };
  if (typeof value === 'number') return { type: 'number', value };
  if (typeof value === 'bigint') return { type: 'number', value: Number(value) };
  return typeof value === 'boolean' ? { type: 'boolean', value } : { type: 'text', value: text };
}

export function measured(value: Value, parts: readonly Built[]): Built {
  let depth = 0;
  let size = 1;
  for (const part of parts) {
    depth = Math.max(depth, part.depth);
    size += part.size;
  }
  return { value, depth: depth + 1, size };
}

export function leaf(type: 'nothing' | 'unknown', offset: number): Built {
  const value: Value = { kind: 'scalar', type, text: '', value: null, holes: [], hasHoles: false, offset, end: offset };
  return { value, depth: 1, size: 1 };
}

export const offsetOf = (node: Node | null): number => node?.range?.[0] ?? 0;

export const rangeOf = (node: Node): { offset: number; end: number } => ({
  offset: node.range?.[0] ?? 0,
  end: node.range?.[1] ?? 0,
});

/** A tag stands before its value; the library gives only the value's place. */
export function tagOffset(text: string, offset: number, tag: string): number {
  const before = text.lastIndexOf(tag, offset);
  return before >= 0 && offset - before < 500 ? before : offset;
}
