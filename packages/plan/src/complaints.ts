// The words for values that are not as the schema wants them: what it is instead, and what was probably meant.
import { elsewhere } from './elsewhere.ts';
import { nearestHint } from './nearest.ts';
import { listed, quote } from './printable.ts';
import { patternOf } from './schema/fits.ts';
import { jobTable } from './schema/job.ts';
import type { JsonType, Schema } from './schema/shape.ts';
import { stepTable } from './schema/step.ts';
import type { Value } from './tree.ts';

export const isEmpty = (value: Value): boolean => value.kind === 'scalar' && value.type === 'nothing';

export function kindOf(value: Value): string {
  if (value.kind === 'list') return 'a list';
  if (value.kind === 'table') return 'a mapping';
  if (value.type === 'number') return `the number ${quote(value.text)}`;
  return value.type === 'boolean' ? quote(value.text) : `the text ${quote(value.text)}`;
}

export function typeHint(value: Value, types: readonly JsonType[], schema: Schema): string | null {
  if (isEmpty(value)) return 'give it a value, or remove it';
  if (value.kind !== 'scalar') {
    // What has keys with values was meant as a mapping, maybe of another tool: quotes would not help.
    const isMapping = value.kind === 'table' && [...value.entries.values()].some((entry) => !isEmpty(entry.value));
    if (!types.includes('string') || isMapping) return schema.patternErrorMessage ?? null;
    return `text that begins with ${value.kind === 'list' ? '[' : '{'} must stand in quotes`;
  }
  if (value.hasHoles) return 'an expression becomes text, which cannot stand here';
  if (types.includes('boolean') && /^(yes|on|y)$/i.test(value.text)) return 'write true';
  if (types.includes('boolean') && /^(no|off|n)$/i.test(value.text)) return 'write false';
  if (types.includes('array')) return `write it as a list: [${value.text.length > 40 ? '…' : value.text}]`;
  if (types.includes('string')) {
    const isMeant = schema.pattern === undefined || patternOf(schema.pattern).test(value.text);
    return isMeant ? `put it in quotes: '${value.text}'` : (schema.patternErrorMessage ?? null);
  }
  if (types.includes('integer') && /^-?\d+$/.test(value.text)) return 'write it without quotes';
  return schema.patternErrorMessage ?? null;
}

/** Letters that look like others are named: nobody finds a Cyrillic а by reading. */
export function patternHint(text: string, schema: Schema): string | null {
  const foreign = /[^\0-\x7f]/u.exec(text)?.[0];
  if (foreign === undefined || (schema.pattern ?? '').includes('[^')) return schema.patternErrorMessage ?? null;
  const code = (foreign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `${quote(foreign)} is the character U+${code}; ${schema.patternErrorMessage ?? 'it cannot stand here'}`;
}

/** What a key that does not exist was probably meant to be: another tool's word, a slip, text without quotes. */
export function guessKey(key: string, schema: Schema): string | null {
  const isStep = schema.title === stepTable.title;
  if (isStep && /\s/.test(key)) return 'a `script` that holds a colon and a space must stand in quotes';
  const own = Object.keys(schema.properties ?? {});
  const words = schema === jobTable ? [...own, 'gate'] : own;
  return elsewhere(schema.title, key) ?? nearestHint(key, words);
}

export function keysOf({ properties, patternProperties }: Schema): string {
  const more = patternProperties ? ', and keys that begin with x- as a place for anchors' : '';
  return `it may have ${listed(Object.keys(properties ?? {}), 25)}${more}`;
}
