// A value of the tree as programs read it: a number where a number is meant, else the text as it is written.
import { typesOf } from '../schema/fits.ts';
import type { Schema } from '../schema/shape.ts';
import type { Value } from '../tree.ts';
import { schemasUnder } from './known-fields.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** 3.10 stays a text where a text is meant; true and 3 are themselves where they are not. */
export function jsonOf(value: Value, schemas: readonly Schema[]): Json {
  if (value.kind === 'list') return value.items.map((item, index) => jsonOf(item, schemasUnder(schemas, index)));
  if (value.kind === 'table') {
    const entries = [...value.entries.values()];
    return Object.fromEntries(entries.map((each) => [each.key, jsonOf(each.value, schemasUnder(schemas, each.key))]));
  }
  if (value.type === 'nothing') return null;
  const isText = schemas.length === 0 || schemas.some((schema) => typesOf(schema).includes('string'));
  return isText ? value.text : value.value;
}
