// The cells of a matrix: every combination of its dimensions, without `exclude`, and one more for each `include`.
import type { DataReader } from './data-files.ts';
import type { Finding } from './draft.ts';
import { counted, limits } from './limits.ts';
import { listed, quote } from './printable.ts';
import { type Entry, listAt, type Scalar, type Table, textsOf } from './tree.ts';

export type Combination = {
  /** In the order of the keys; the job's name is made of them. */
  readonly values: ReadonlyMap<string, string>;
  /** Where it is written; null for what the dimensions make. */
  readonly offset: number | null;
};

export type Matrix = { readonly combinations: readonly Combination[]; readonly keys: readonly string[] };

/** Null when the matrix is too wrong to know its cells; the reason is in `found`, or was found by the check. */
export function readMatrix(entry: Entry, readData: DataReader, found: Finding[], warnings: Finding[]): Matrix | null {
  const table = entry.value;
  if (table.kind !== 'table' || table.entries.size === 0) return null;
  const dimensions = readDimensions(table, readData, found);
  const include = readCells(table, 'include');
  const exclude = readCells(table, 'exclude');
  if (!dimensions || !include || !exclude) return null;
  const product = dimensions.reduce((size, { values }) => size * values.length, dimensions.length > 0 ? 1 : 0);
  if (product + include.length > limits.matrixCells.most) {
    const size = product > 1e9 ? 'billions of' : counted(product + include.length);
    const message = `the matrix has ${size} cells; ${counted(limits.matrixCells.most)} are the limit`;
    found.push({ offset: entry.keyOffset, rule: 'matrix-cells', message, hint: null });
    return null;
  }
  const left = without(product === 0 ? [] : combine(dimensions), exclude, dimensions, found, warnings);
  const combinations = [...left, ...include];
  if (combinations.length === 0) {
    found.push({
      offset: entry.keyOffset,
      rule: 'matrix-empty',
      message: '`exclude` leaves no combination of the matrix',
      hint: 'a job that should not run is best removed',
    });
    return null;
  }
  const keys = new Set(dimensions.map((dimension) => dimension.key));
  for (const { values } of include) for (const key of values.keys()) keys.add(key);
  return { combinations, keys: [...keys] };
}

type Dimension = { readonly key: string; readonly values: readonly Scalar[] };

function readDimensions(table: Table, readData: DataReader, found: Finding[]): Dimension[] | null {
  const dimensions: Dimension[] = [];
  let isSound = true;
  for (const { key, value } of table.entries.values()) {
    if (key === 'include' || key === 'exclude') continue;
    const values = value.kind === 'table' ? readData(value, found) : textsOf(value.kind === 'list' ? value : undefined);
    if (values === null || values === 'wanted') {
      isSound = false;
      continue;
    }
    const isWhole =
      value.kind === 'table' || (values.length > 0 && value.kind === 'list' && values.length === value.items.length);
    if (isWhole && !hasTwice(key, values, found)) dimensions.push({ key, values });
    else isSound = false;
  }
  return isSound ? dimensions : null;
}

function hasTwice(key: string, values: readonly Scalar[], found: Finding[]): boolean {
  const seen = new Set<string>();
  for (const { text, offset } of values) {
    if (seen.has(text)) {
      const message = `${quote(text)} is among the values of ${quote(key)} twice`;
      found.push({ offset, rule: 'matrix-twice', message, hint: 'remove one of them' });
    }
    seen.add(text);
  }
  return seen.size < values.length;
}

type WrittenCell = { readonly values: ReadonlyMap<string, string>; readonly offset: number };

function readCells(table: Table, key: 'include' | 'exclude'): WrittenCell[] | null {
  if (!table.entries.has(key)) return [];
  const list = listAt(table, key);
  if (!list || list.items.length === 0) return null;
  const cells: WrittenCell[] = [];
  for (const item of list.items) {
    if (item.kind !== 'table') return null;
    const values = new Map<string, string>();
    for (const entry of item.entries.values()) {
      if (entry.value.kind !== 'scalar') return null;
      values.set(entry.key, entry.value.text);
    }
    cells.push({ values, offset: item.offset });
  }
  return cells;
}

/** All combinations; the last key changes fastest. */
function combine(dimensions: readonly Dimension[]): Combination[] {
  const combinations: Combination[] = [];
  const chosen: number[] = dimensions.map(() => 0);
  for (;;) {
    const values = new Map<string, string>();
    for (const [index, { key, values: all }] of dimensions.entries())
      values.set(key, all[chosen[index] ?? 0]?.text ?? '');
    combinations.push({ values, offset: null });
    // Like the wheels of a counter: the last turns fastest, and a full turn moves the one before it.
    let wheel = dimensions.length - 1;
    for (; wheel >= 0; wheel -= 1) {
      chosen[wheel] = (chosen[wheel] ?? 0) + 1;
      if ((chosen[wheel] ?? 0) < (dimensions[wheel]?.values.length ?? 0)) break;
      chosen[wheel] = 0;
    }
    if (wheel < 0) return combinations;
  }
}

/** Entries of the same keys are looked up together: the cost is cells plus entries, not one times the other. */
function without(
  combinations: readonly Combination[],
  exclude: readonly WrittenCell[],
  dimensions: readonly Dimension[],
  found: Finding[],
  warnings: Finding[],
): readonly Combination[] {
  const known = dimensions.map((dimension) => dimension.key);
  type Group = Map<string, { readonly entry: WrittenCell; hits: number }>;
  const byKeys = new Map<string, Group>();
  for (const entry of exclude) {
    const stranger = [...entry.values.keys()].find((key) => !known.includes(key));
    if (stranger !== undefined) {
      const message = `\`exclude\` names ${quote(stranger)}, which is no dimension of this matrix`;
      found.push({ offset: entry.offset, rule: 'exclude-key', message, hint: `it has ${listed(known)}` });
      continue;
    }
    const keys = known.filter((key) => entry.values.has(key));
    const group: Group = byKeys.get(keys.join()) ?? new Map();
    byKeys.set(keys.join(), group);
    group.set(signature(entry.values, keys), { entry, hits: 0 });
  }
  const groups = [...byKeys].map(([keys, group]) => ({ keys: keys.split(','), group }));
  const left = combinations.filter(({ values }) => {
    let isLeft = true;
    for (const { keys, group } of groups) {
      const excluded = group.get(signature(values, keys));
      if (!excluded) continue;
      excluded.hits += 1;
      isLeft = false;
    }
    return isLeft;
  });
  for (const { group } of groups) {
    for (const { entry, hits } of group.values()) {
      if (hits > 0) continue;
      const message = 'this entry of `exclude` removes nothing';
      warnings.push({
        offset: entry.offset,
        rule: 'exclude-nothing',
        message,
        hint: 'no combination has all its values',
      });
    }
  }
  return left;
}

const signature = (values: ReadonlyMap<string, string>, keys: readonly string[]): string =>
  JSON.stringify(keys.map((key) => values.get(key)));
