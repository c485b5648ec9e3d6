// Which values a schema is for, and which schema a key has: the parts of JSON Schema that need no sentence.
import { remember } from '../memory.ts';
import type { Table, Value } from '../tree.ts';
import type { JsonType, Schema } from './shape.ts';

export const typesOf = (schema: Schema): readonly JsonType[] =>
  typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);

export function fits(value: Value, schema: Schema): boolean {
  const types = typesOf(schema);
  return types.length === 0 || types.some((type) => isOfType(value, type));
}

function isOfType(value: Value, type: JsonType): boolean {
  if (value.kind === 'list') return type === 'array';
  if (value.kind === 'table') return type === 'object';
  if (value.type === 'text') return type === 'string';
  if (value.type === 'nothing') return type === 'null';
  if (value.type === 'boolean') return type === 'boolean';
  return type === 'number' || (type === 'integer' && Number.isInteger(value.value));
}

/** Of schemas of mappings the first whose required keys are there; each of them must refuse what the others require. */
export function meantBy(table: Table, schemas: readonly Schema[]): Schema {
  const isMeant = ({ required = [] }: Schema) => required.every((key) => table.entries.has(key));
  return schemas.find(isMeant) ?? schemas[schemas.length - 1]!;
}

/** The schema of a key: its own, that of keys like it, that of all others. `none` when the key is refused. */
export function schemaOf(schema: Schema, key: string): Schema | 'any' | 'none' {
  const own = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
  if (own) return own;
  for (const [pattern, under] of Object.entries(schema.patternProperties ?? {})) {
    if (patternOf(pattern).test(key)) return under;
  }
  if (schema.additionalProperties === false) return 'none';
  return schema.additionalProperties ?? 'any';
}

const patterns = new Map<string, RegExp>();

/** Compiled once; the u flag is what JSON Schema says. */
export const patternOf = (pattern: string): RegExp => remember(patterns, pattern, () => new RegExp(pattern, 'u'));
