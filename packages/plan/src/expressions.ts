// Expressions in texts, `${{ matrix.key }}`: finding them, and filling in the values of a cell.
import type { Finding } from './draft.ts';
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
  return scalar.holes.flatMap((hole, index) =>
    hole.key === null ? [finding(source, scalar, index, wordOf(scalar, hole), null)] : [],
  );
}

/** Expressions that ask for what the matrix has nowhere, or not in every cell. `keys` are all, `complete` those of every cell. */
export function unknownKeys(
  source: Source,
  scalar: Scalar,
  keys: ReadonlySet<string>,
  of: string,
  complete: ReadonlySet<string>,
): Finding[] {
  return scalar.holes.flatMap((hole, index) => {
    if (hole.key === null || complete.has(hole.key)) return [];
    const word = quote(scalar.text.slice(hole.start, hole.end));
    if (keys.has(hole.key)) {
      const message = `${word} is used, and not every job of ${of} has ${quote(hole.key)}`;
      return [finding(source, scalar, index, message, `give each entry of \`include\` a value for ${quote(hole.key)}`)];
    }
    const lack = keys.size === 0 ? `has no \`matrix\` for ${word}` : `has no ${quote(hole.key)} for ${word}`;
    return [finding(source, scalar, index, `${of} ${lack}`, nearestHint(hole.key, keys) ?? keysHint([...keys]))];
  });
}

/** Where the n-th expression of a text stands in the file, as exactly as the text's style allows. */
function finding(source: Source, scalar: Scalar, index: number, message: string, hint: string | null): Finding {
  let offset = scalar.offset - 1;
  for (let seen = 0; seen <= index && (seen === 0 || offset >= 0); seen += 1) {
    offset = source.text.indexOf('${{', offset + 1);
  }
  const isInside = offset >= scalar.offset && offset < scalar.end;
  return { offset: isInside ? offset : scalar.offset, rule: 'expression', message, hint: hint ?? onlyMatrix };
}

const onlyMatrix = `the only expressions are \`${expressionOf('matrix.KEY')}\`, inside a job that has a \`matrix\``;

const keysHint = (keys: readonly string[]): string =>
  keys.length === 0 ? onlyMatrix : `the matrix has ${listed(keys)}`;

function wordOf(scalar: Scalar, hole: Hole): string {
  const word = scalar.text.slice(hole.start, hole.end);
  return word.endsWith('}}') ? `there is no expression ${quote(word)}` : `the expression ${quote(word)} has no end`;
}
