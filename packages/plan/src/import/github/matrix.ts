// `strategy.matrix` of a job: as it is where it means the same here, else written out cell by cell as GitHub would.
import { quote } from '../../printable.ts';
import { type Entry, listAt, type Table, type Value } from '../../tree.ts';
import { areDimensions, combine, fitCells, isMatrixValue } from '../cells.ts';
import { type Gap, gapAt } from '../gap.ts';
import type { Cell, ImportedMatrix } from '../model.ts';
import type { Sources } from '../sources.ts';
import { fillText } from './fill.ts';
import { createMatrixNames, keyOf, type MatrixNames, noMatrix, unknownMatrix } from './matrix-names.ts';
import type { Scope } from './resolve.ts';

export type ReadMatrix = {
  readonly matrix: ImportedMatrix | null;
  readonly names: MatrixNames;
  readonly gaps: readonly Gap[];
};

const none: ReadMatrix = { matrix: null, names: noMatrix, gaps: [] };

export function readMatrix(job: string, entry: Entry | undefined, scope: Scope, sources: Sources): ReadMatrix {
  if (!entry) return none;
  const table = entry.value;
  const gaps: Gap[] = [];
  const tell = (at: Value | Entry, what: string, instead: string): void => {
    gaps.push(gapAt(sources, at, what, instead));
  };
  const dynamic = table.kind === 'table' ? dynamicOf(table) : entry;
  if (table.kind !== 'table' || dynamic) {
    tell(
      dynamic ?? entry,
      quote(`matrix of an expression`),
      'Write the values as lists: a plan is known before anything runs.',
    );
    return { matrix: null, names: unknownMatrix, gaps };
  }
  const flat: Flatten = { scope, sources, tell };
  const dimensions = new Map<string, Cell[]>();
  for (const { key, value } of table.entries.values()) {
    if (key === 'include' || key === 'exclude' || value.kind !== 'list') continue;
    dimensions.set(
      keyOf([key]),
      value.items.map((item) => cellOf([key], item, flat)),
    );
  }
  const include = (listAt(table, 'include')?.items ?? []).map((item) => cellOf([], item, flat));
  const exclude = (listAt(table, 'exclude')?.items ?? []).map((item) => cellOf([], item, flat));
  const asItIs = plainMatrix(dimensions, include, exclude);
  if (asItIs && areDimensions(job, asItIs)) {
    return { matrix: asItIs, names: createMatrixNames(new Set(dimensions.keys()), new Set()), gaps };
  }
  return { ...writtenOut(job, entry, { dimensions, include, exclude }, tell), gaps };
}

/** A list, or the whole, that an expression makes. */
function dynamicOf(table: Table): Entry | undefined {
  return [...table.entries.values()].find(({ value }) => value.kind !== 'list');
}

type Flatten = {
  readonly scope: Scope;
  readonly sources: Sources;
  readonly tell: (at: Value | Entry, what: string, instead: string) => void;
};

/** A value under its name; of a mapping, each value under a name with dashes. */
function cellOf(
  names: readonly string[],
  value: Value,
  flat: Flatten,
  cell = new Map<string, string>(),
): Map<string, string> {
  if (value.kind === 'table') {
    for (const entry of value.entries.values()) cellOf([...names, entry.key], entry.value, flat, cell);
    return cell;
  }
  const key = keyOf(names);
  if (value.kind === 'list') {
    flat.tell(
      value,
      `a list as value of ${quote(`matrix.${names.join('.')}`)}`,
      'A value is one text here; write it as one.',
    );
    return cell;
  }
  const { text, gaps } = fillText(value.text, value, flat.scope, flat.sources);
  for (const gap of gaps) flat.tell(value, gap.what, gap.instead);
  if (text === '' || gaps.length > 0) return cell;
  if (isMatrixValue(text)) return cell.set(key, text);
  const instead = 'A value has at most 100 characters, on one line; let the script choose by another one.';
  flat.tell(value, `the value of ${quote(`matrix.${names.join('.')}`)}`, instead);
  return cell;
}

type Whole = {
  readonly dimensions: ReadonlyMap<string, readonly Cell[]>;
  readonly include: readonly Cell[];
  readonly exclude: readonly Cell[];
};

/** Where every value is one text, and every entry of `include` a job more: then both mean the same. */
function plainMatrix(
  dimensions: Whole['dimensions'],
  include: readonly Cell[],
  exclude: readonly Cell[],
): ImportedMatrix | null {
  const lists = new Map<string, string[]>();
  for (const [key, cells] of dimensions) {
    const values = cells.flatMap((cell) => (cell.size === 1 && cell.has(key) ? [...cell.values()] : []));
    if (values.length < cells.length || values.length === 0) return null;
    lists.set(key, values);
  }
  const isSameKeys = (cell: Cell) => cell.size === lists.size && [...cell.keys()].every((key) => lists.has(key));
  const isKnownKeys = (cell: Cell) => cell.size > 0 && [...cell.keys()].every((key) => lists.has(key));
  if (lists.size === 0 || !include.every(isSameKeys) || !exclude.every(isKnownKeys)) return null;
  // An entry of `include` that is a combination of the lists already is no job more there.
  const isThere = (cell: Cell) => [...cell].every(([key, value]) => lists.get(key)?.includes(value));
  const more = include.filter((cell) => !isThere(cell) || exclude.some((entry) => matches(cell, entry)));
  return { dimensions: lists, include: more, exclude };
}

const matches = (cell: Cell, entry: Cell): boolean => [...entry].every(([key, value]) => cell.get(key) === value);

function writtenOut(job: string, entry: Entry, whole: Whole, tell: Flatten['tell']): Omit<ReadMatrix, 'gaps'> {
  const combined = combine(whole.dimensions);
  if (combined === null) {
    tell(entry, 'a matrix of more than 1,000 jobs', 'Make several jobs of it.');
    return { matrix: null, names: unknownMatrix };
  }
  const left = combined.filter(
    (cell) => !whole.exclude.some((excluded) => excluded.size > 0 && matches(cell, excluded)),
  );
  const { matrix, isNumbered, isCut } = fitCells(job, included(left, whole));
  if (isNumbered) tell(entry, 'jobs of a matrix whose names would be the same', 'Each has a number of its own.');
  if (isCut)
    tell(entry, 'jobs of a matrix whose names would be too long', 'Values are left out; put them into the scripts.');
  if (!matrix) return { matrix: null, names: noMatrix };
  const keys = new Set(matrix.include.flatMap((cell) => [...cell.keys()]));
  const complete = new Set([...keys].filter((key) => matrix.include.every((cell) => cell.has(key))));
  return { matrix, names: createMatrixNames(complete, keys) };
}

/** GitHub's rule: an entry adds its values to every combination that has none other of them, or else is one more. */
function included(combinations: readonly Cell[], { dimensions, include }: Whole): Cell[] {
  const own = new Set([...dimensions.values()].flat().flatMap((cell) => [...cell.keys()]));
  const cells = combinations.map((cell) => new Map(cell));
  const more: Cell[] = [];
  for (const entry of include) {
    const fits = combinations.flatMap((cell, index) =>
      [...entry].every(([key, value]) => !own.has(key) || cell.get(key) === value) ? [index] : [],
    );
    for (const index of fits) for (const [key, value] of entry) cells[index]?.set(key, value);
    if (fits.length === 0) more.push(entry);
  }
  return [...cells, ...more];
}
