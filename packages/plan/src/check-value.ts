// Holds a value against its schema and says what is wrong in sentences. The schema that editors read is the only rule book.
import { guessKey, isEmpty, keysOf, kindOf, patternHint, typeHint } from './complaints.ts';
import type { Finding } from './draft.ts';
import { counted } from './limits.ts';
import { remember } from './memory.ts';
import { nearestHint } from './nearest.ts';
import { quote } from './printable.ts';
import { fits, meantBy, patternOf, schemaOf, typesOf } from './schema/fits.ts';
import type { JsonType, Schema } from './schema/shape.ts';
import type { List, Scalar, Table, Value } from './tree.ts';

/** What the value is called, and where its name stands: there a message about something that is missing points. */
type Named = { readonly name: string; readonly offset: number };

export type Check = (value: Value, schema: Schema, named: Named) => void;

/** A check that tells `found`. What several aliases share is looked at once. */
export function createCheck(found: Finding[]): Check {
  const done = new Map<Schema, WeakSet<Value>>();
  const check: Check = (value, schema, named) => {
    const checked = remember(done, schema, () => new WeakSet<Value>());
    if (checked.has(value)) return;
    checked.add(value);
    if (value.kind === 'scalar' && value.type === 'unknown') return;
    if (schema.anyOf) checkAnyOf(value, schema, schema.anyOf, named);
    else if (!fits(value, schema)) tellType(value, schema, typesOf(schema), named);
    else if (value.kind === 'scalar') checkScalar(value, schema, named);
    else if (value.kind === 'list') checkList(value, schema, named);
    else checkTable(value, schema, named);
  };

  function tellType(value: Value, schema: Schema, types: readonly JsonType[], named: Named): void {
    found.push({
      offset: isEmpty(value) ? named.offset : value.offset,
      rule: 'type',
      message: `${named.name} must be ${schema.title}, ${isEmpty(value) ? 'and has no value' : `not ${kindOf(value)}`}`,
      hint: typeHint(value, types, schema),
    });
  }

  function checkAnyOf(value: Value, schema: Schema, branches: readonly Schema[], named: Named): void {
    const fitting = branches.filter((branch) => fits(value, branch));
    const [only] = fitting;
    if (!only) tellType(value, schema, branches.flatMap(typesOf), named);
    else if (fitting.length === 1) check(value, only, named);
    else if (value.kind === 'table') check(value, meantBy(value, fitting), named);
    else checkEach(value, fitting, named);
  }

  /** One that has nothing to say is enough. */
  function checkEach(value: Value, branches: readonly Schema[], named: Named): void {
    const attempts = branches.map((branch) => {
      const complaints: Finding[] = [];
      createCheck(complaints)(value, branch, named);
      return complaints;
    });
    if (attempts.every((complaints) => complaints.length > 0)) found.push(...(attempts[0] ?? []));
  }

  function checkScalar(value: Scalar, schema: Schema, named: Named): void {
    const tell = (rule: string, message: string, hint: Finding['hint']) =>
      found.push({ offset: value.offset, rule, message, hint });
    const choices = schema.enum;
    if (choices && !choices.some((choice) => choice === value.value)) {
      const hint = nearestHint(value.text, choices.map(String)) ?? schema.patternErrorMessage ?? null;
      tell('enum', `${named.name} must be ${schema.title}, not ${quote(value.text)}`, hint);
    } else if (schema.maxLength !== undefined && value.text.length > schema.maxLength) {
      const long = `${counted(value.text.length)} characters long; ${counted(schema.maxLength)} are the limit`;
      tell('length', `${named.name} is ${long}`, null);
    } else if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value.text)) {
      tell(
        'pattern',
        `${named.name} must be ${schema.title}; ${quote(value.text)} is not`,
        patternHint(value.text, schema),
      );
    } else if (
      typeof value.value === 'number' &&
      (value.value < (schema.minimum ?? -Infinity) || value.value > (schema.maximum ?? Infinity))
    ) {
      const message = `${named.name} must be ${schema.title}, not ${quote(value.text)}`;
      tell('range', message, schema.patternErrorMessage ?? null);
    }
  }

  function checkList(value: List, schema: Schema, named: Named): void {
    if (value.items.length < (schema.minItems ?? 0)) {
      const message = `${named.name} is empty; it must be ${schema.title}`;
      found.push({ offset: named.offset, rule: 'empty', message, hint: 'give it an entry, or remove the key' });
    }
    if (value.items.length > (schema.maxItems ?? Infinity)) {
      const message = `${named.name} has ${counted(value.items.length)} entries; ${counted(schema.maxItems ?? 0)} are the limit`;
      found.push({ offset: named.offset, rule: 'entries', message, hint: null });
      return;
    }
    const { items } = schema;
    const seen = new Set<string>();
    for (const item of value.items) {
      if (items) check(item, items, { name: `an entry of ${named.name}`, offset: item.offset });
      if (!schema.uniqueItems || item.kind !== 'scalar') continue;
      if (seen.has(item.text)) {
        const message = `${quote(item.text)} is in ${named.name} twice`;
        found.push({ offset: item.offset, rule: 'unique', message, hint: 'remove one of them' });
      }
      seen.add(item.text);
    }
  }

  function checkTable(value: Table, schema: Schema, named: Named): void {
    const { size } = value.entries;
    if (size < (schema.minProperties ?? 0)) {
      const message = `${named.name} is empty; it must be ${schema.title}`;
      found.push({ offset: named.offset, rule: 'empty', message, hint: 'give it an entry, or remove the key' });
    }
    if (size > (schema.maxProperties ?? Infinity)) {
      const message = `${named.name} has ${counted(size)} keys; ${counted(schema.maxProperties ?? 0)} are the limit`;
      found.push({ offset: named.offset, rule: 'entries', message, hint: null });
      return;
    }
    let meant = '';
    for (const entry of value.entries.values()) {
      const under = schemaOf(schema, entry.key);
      const names = schema.propertyNames;
      if (under === 'none') {
        const guess = guessKey(entry.key, schema);
        meant += guess ?? '';
        const message = `${schema.title} has no key ${quote(entry.key)}`;
        found.push({ offset: entry.keyOffset, rule: 'unknown-key', message, hint: guess ?? keysOf(schema) });
      } else if (names?.pattern !== undefined && !patternOf(names.pattern).test(entry.key)) {
        const message = `${quote(entry.key)} cannot be ${names.title}`;
        found.push({ offset: entry.keyOffset, rule: 'key', message, hint: patternHint(entry.key, names) });
      } else if (under !== 'any') check(entry.value, under, { name: quote(entry.key), offset: entry.keyOffset });
    }
    for (const key of schema.required ?? []) {
      // A key that is there under another name is not missing as well.
      if (value.entries.has(key) || value.isPartial || meant.includes(`\`${key}\``)) continue;
      const message = `${named.name} has no ${quote(key)}; ${schema.title} needs it`;
      found.push({ offset: named.offset, rule: `missing-${key}`, message, hint: null });
    }
  }
  return check;
}
