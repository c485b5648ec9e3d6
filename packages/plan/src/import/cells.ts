// A matrix of another tool as one that is allowed here: values in bounds, names of variables and of jobs that differ.
import { limits } from '../limits.ts';
import { patternOf } from '../schema/fits.ts';
import { matrixValue } from '../schema/texts.ts';
import type { Cell, ImportedMatrix } from './model.ts';
import { inName, longestName } from './names.ts';

export const isMatrixValue = (text: string): boolean =>
  text.trim() !== '' && patternOf(matrixValue.pattern ?? '').test(text);

/** More are no matrix that anybody wrote. */
export const mostCells = 1000;

export type Fitted = { readonly matrix: ImportedMatrix | null; readonly isNumbered: boolean; readonly isCut: boolean };

/**
 * The cells as jobs with names of their own: where the values do not tell them apart, a number does, and where a name
 * would be too long, its longest values go.
 */
export function fitCells(job: string, cells: readonly Cell[]): Fitted {
  const kept = cells.filter((cell) => cell.size > 0).slice(0, mostCells);
  const twins = twinKeys(kept.flatMap((cell) => [...cell.keys()]));
  if (kept.length === 0) return { matrix: null, isNumbered: false, isCut: cells.length > 0 };
  const shortened = kept.map((cell) => shorten(job, cell, twins));
  const short = shortened.filter((cell) => cell.size > 0);
  if (short.length === 0) return { matrix: null, isNumbered: false, isCut: true };
  const isCut = kept.length < cells.length || shortened.some((cell, index) => cell.size < (kept[index]?.size ?? 0));
  const names = new Set(short.map((cell) => cellName(job, cell)));
  const isNumbered = names.size < short.length;
  const include = isNumbered ? short.map((cell, index) => new Map([...cell, [numberKey, String(index + 1)]])) : short;
  return { matrix: { dimensions: new Map(), include, exclude: [] }, isNumbered, isCut };
}

/** Told apart from a key that a file may have. */
export const numberKey = 'cell-number';

/** Keys that would be the same variable as one before them. */
function twinKeys(keys: readonly string[]): ReadonlySet<string> {
  const first = new Map<string, string>();
  const twins = new Set<string>();
  for (const key of keys) {
    const name = matrixVariable(key);
    if ((first.get(name) ?? key) !== key) twins.add(key);
    else first.set(name, key);
  }
  return twins;
}

/** As the planner names it in the environment. */
export const matrixVariable = (key: string): string => `MATRIX_${key.toUpperCase().replaceAll('-', '_')}`;

export const cellName = (job: string, cell: Cell): string => [job, ...[...cell.values()].map(inName)].join('-');

function shorten(job: string, cell: Cell, twins: ReadonlySet<string>): Cell {
  const left = new Map([...cell].filter(([key]) => !twins.has(key)));
  while (cellName(job, left).length > longestName - 10 && left.size > 1) {
    const [longest] = [...left].reduce((one, other) => (other[1].length > one[1].length ? other : one));
    left.delete(longest);
  }
  return left;
}

/** Every combination, without those that are excluded; the last key changes fastest. Null when they are too many. */
export function combine(dimensions: ReadonlyMap<string, readonly Cell[]>): Cell[] | null {
  let cells: Cell[] = [new Map()];
  for (const values of dimensions.values()) {
    if (cells.length * values.length > mostCells) return null;
    cells = cells.flatMap((cell) => values.map((value) => new Map([...cell, ...value])));
  }
  return dimensions.size === 0 ? [] : cells;
}

/** Names of the jobs that a matrix makes. */
export const namesOfMatrix = (job: string, matrix: ImportedMatrix | null): string[] =>
  matrix ? cellsOf(matrix).map((cell) => cellName(job, cell)) : [job];

/** A text with the values of each cell in it: whether all of them are fine. */
export function isFineFilled(
  text: string,
  matrix: ImportedMatrix | null,
  isFine: (filled: string) => boolean,
): boolean {
  if (!text.includes('${{')) return isFine(text);
  if (!matrix) return false;
  return cellsOf(matrix).every((cell) =>
    isFine(text.replace(/\$\{\{ matrix\.([A-Za-z0-9_-]+) \}\}/g, (_, key: string) => cell.get(key) ?? '')),
  );
}

export function cellsOf(matrix: ImportedMatrix): Cell[] {
  const { dimensions, include, exclude } = matrix;
  const cells = combine(
    new Map([...dimensions].map(([key, values]) => [key, values.map((value): Cell => new Map([[key, value]]))])),
  );
  const isLeft = (cell: Cell): boolean =>
    !exclude.some((entry) => [...entry].every(([key, value]) => cell.get(key) === value));
  return [...(cells ?? []).filter(isLeft), ...include];
}

/** No more dimensions, and no longer ones, than a file may have. */
export function areDimensions(job: string, matrix: ImportedMatrix): boolean {
  const lists = [...matrix.dimensions.values()];
  if (lists.length > 18 || lists.some((values) => values.length === 0 || values.length > limits.list.most))
    return false;
  if (!lists.flat().every(isMatrixValue) || lists.some((values) => new Set(values).size < values.length)) return false;
  if (twinKeys([...matrix.dimensions.keys()]).size > 0) return false;
  const names = namesOfMatrix(job, matrix);
  return (
    names.length > 0 &&
    names.length <= mostCells &&
    new Set(names).size === names.length &&
    names.every((name) => name.length <= longestName - 10)
  );
}
