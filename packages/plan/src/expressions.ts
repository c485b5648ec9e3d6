// Expressions in texts, `${{ matrix.key }}`: finding them, and filling in the values of a cell.
import type { Finding } from './draft.ts';
import { limits } from './limits.ts';
import { nearestHint } from './nearest.ts';
import { listed, quote } from './printable.ts';
import { expressionOf } from './schema/expression.ts';
import type { Source } from './source.ts';
import type { Scalar, Value } from './tree.ts';

/** One expression in a text. `key` is null when it is none that exists. */
export type Hole = { readonly start: number; readonly end: number; readonly key: string | null };

const none: readonly Hole[] = [];

export function holesIn(text: string): readonly Hole[] {
  let start = text.indexOf('${{');
  if (start < 0) return none;
  const holes: Hole[] = [];
  while (start >= 0) {
    const close = text.indexOf('}}', start);
    const end = close < 0 ? text.length : close + 2;
    const inside = close < 0 ? '' : text.slice(start + 3, close).trim();
    holes.push({ start, end, key: /^matrix\.([A-Za-z_][A-Za-z0-9_-]*)$/.exec(inside)?.[1] ?? null });
    start = text.indexOf('${{', end);
  }
  return holes;
}

/** The same value with a cell's values in its texts; what holds no expression is the same object. */
export function fill(value: Value, values: ReadonlyMap<string, string>): Value {
  if (!value.hasHoles) return value;
  if (value.kind === 'scalar') return fillScalar(value, values);
  if (value.kind === 'list') return { ...value, hasHoles: false, items: value.items.map((item) => fill(item, values)) };
  const entries = new Map(value.entries);
  for (const [key, entry] of entries) {
    if (entry.value.hasHoles) entries.set(key, { ...entry, value: fill(entry.value, values) });
  }
  return { ...value, hasHoles: false, entries };
}

function fillScalar(scalar: Scalar, values: ReadonlyMap<string, string>): Scalar {
  let text = '';
  let from = 0;
  for (const hole of scalar.holes) {
    const value = hole.key === null ? undefined : values.get(hole.key);
    // What cannot be filled in was reported; it stays, so that nothing else is said about it.
    text += scalar.text.slice(from, hole.start) + (value ?? scalar.text.slice(hole.start, hole.end));
    from = hole.end;
  }
  text += scalar.text.slice(from);
  return { ...scalar, text, value: text, hasHoles: false, holes: none };
}

/** Calls `visit` for each text with expressions in a value, once. */
export function eachHoledText(value: Value, visit: (scalar: Scalar) => void, seen = new Set<Value>()): void {
  if (!value.hasHoles || seen.has(value)) return;
  seen.add(value);
  if (value.kind === 'scalar') visit(value);
  else if (value.kind === 'list') for (const item of value.items) eachHoledText(item, visit, seen);
  else for (const entry of value.entries.values()) eachHoledText(entry.value, visit, seen);
}

/** What is wrong with an expression whatever the matrix holds. */
export function malformed(source: Source, scalar: Scalar): Finding[] {
  return findings(source, scalar, (hole) => (hole.key === null ? [wordOf(scalar, hole), null] : null));
}

/** Expressions that ask for what the matrix has nowhere, or not in every cell. `keys` are all, `complete` those of every cell. */
export function unknownKeys(
  source: Source,
  scalar: Scalar,
  keys: ReadonlySet<string>,
  of: string,
  complete: ReadonlySet<string>,
): Finding[] {
  return findings(source, scalar, (hole) => {
    if (hole.key === null || complete.has(hole.key)) return null;
    const word = quote(scalar.text.slice(hole.start, hole.end));
    if (keys.has(hole.key)) {
      const message = `${word} is used, and not every job of ${of} has ${quote(hole.key)}`;
      return [message, `give each entry of \`include\` a value for ${quote(hole.key)}`];
    }
    const lack = keys.size === 0 ? `has no \`matrix\` for ${word}` : `has no ${quote(hole.key)} for ${word}`;
    return [`${of} ${lack}`, nearestHint(hole.key, keys) ?? keysHint([...keys])];
  });
}

/** Where each key is asked for first; expressions that are none are passed over. */
export function expressionPlaces(source: Source, scalar: Scalar): { key: string; text: string; offset: number }[] {
  const places = new Map<string, { key: string; text: string; offset: number }>();
  eachHole(source, scalar, ({ key, start, end }, offset) => {
    if (key !== null && !places.has(key)) places.set(key, { key, text: scalar.text.slice(start, end), offset });
    return true;
  });
  return [...places.values()];
}

function findings(
  source: Source,
  scalar: Scalar,
  wrongWith: (hole: Hole) => readonly [message: string, hint: string | null] | null,
): Finding[] {
  const found: Finding[] = [];
  eachHole(source, scalar, (hole, offset) => {
    const wrong = wrongWith(hole);
    if (!wrong) return true;
    const [message, hint] = wrong;
    found.push({ offset, rule: 'expression', message, hint: hint ?? onlyMatrix });
    return found.length <= limits.mistakes.most;
  });
  return found;
}

/** The n-th expression of the text is the n-th in the file from there on, unless the text was written with escapes. */
function eachHole(source: Source, scalar: Scalar, visit: (hole: Hole, offset: number) => boolean): void {
  let next = scalar.offset;
  for (const hole of scalar.holes) {
    const at = next < 0 ? -1 : source.text.indexOf('${{', next);
    next = at < 0 ? -1 : at + 3;
    if (!visit(hole, at >= 0 && at < scalar.end ? at : scalar.offset)) return;
  }
}

const onlyMatrix = `the only expressions are \`${expressionOf('matrix.KEY')}\`, inside a job that has a \`matrix\``;

const keysHint = (keys: readonly string[]): string =>
  keys.length === 0 ? onlyMatrix : `the matrix has ${listed(keys)}`;

function wordOf(scalar: Scalar, hole: Hole): string {
  const word = scalar.text.slice(hole.start, hole.end).trim();
  return word.endsWith('}}') ? `there is no expression ${quote(word)}` : `the expression ${quote(word)} has no end`;
}
