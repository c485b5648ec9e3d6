// `parallel:` of a job: so many of the same are chunks, one for each combination of values is a matrix.
import { limits } from '../../limits.ts';
import { quote } from '../../printable.ts';
import { type Entry, type Table, valueAt } from '../../tree.ts';
import { areDimensions, combine, fitCells, isMatrixValue, matrixVariable } from '../cells.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import type { Cell, ImportedMatrix } from '../model.ts';
import { matrixKeyName } from '../names.ts';
import type { Sources } from '../sources.ts';
import { flatItems, type Jobs } from './merge.ts';

export type Parallel = {
  readonly chunks: number | undefined;
  readonly matrix: ImportedMatrix | null;
  /** Variables of the source, by the keys of the matrix that every cell has. */
  readonly env: ReadonlyMap<string, string>;
  /** Of those that not every cell has: lines for the script. */
  readonly lines: readonly string[];
  readonly names: readonly string[];
  readonly gaps: readonly Gap[];
};

const none: Parallel = { chunks: undefined, matrix: null, env: new Map(), lines: [], names: [], gaps: [] };

export function readParallel(job: string, entry: Entry | undefined, jobs: Jobs, sources: Sources): Parallel {
  if (!entry) return none;
  const { value } = entry;
  if (value.kind === 'scalar') {
    const count = /^\d{1,4}$/.test(value.text) ? Number(value.text) : 0;
    if (count === 1) return none;
    if (count >= 2 && count <= limits.chunks.most) return { ...none, chunks: count };
  }
  const list = value.kind === 'table' ? flatItems(valueAt(value, 'matrix'), jobs) : [];
  const gaps: Gap[] = [];
  const names = new Map<string, string>();
  const groups = list.flatMap((item) =>
    item.kind === 'table' ? [dimensionsOf(item, names, { sources, jobs, gaps })] : [],
  );
  const combined = groups.map(combine);
  if (groups.length === 0 || combined.some((cells) => cells === null)) {
    return {
      ...none,
      gaps: [...gaps, gapAt(sources, entry, shown(entry), 'Write the values as a `matrix`, or how many as `chunks`.')],
    };
  }
  const [only] = groups;
  const plain: ImportedMatrix | null =
    groups.length === 1 && only
      ? {
          dimensions: new Map([...only].map(([key, cells]) => [key, cells.flatMap((cell) => [...cell.values()])])),
          include: [],
          exclude: [],
        }
      : null;
  const fitted =
    plain && areDimensions(job, plain)
      ? { matrix: plain, isNumbered: false, isCut: false }
      : fitCells(
          job,
          combined.flatMap((cells) => cells ?? []),
        );
  if (fitted.isCut)
    gaps.push(gapAt(sources, entry, quote('parallel'), 'Some values are left out: names of jobs would be too long.'));
  const { matrix } = fitted;
  const isComplete = (key: string) =>
    matrix !== null &&
    (matrix.dimensions.has(key) || (matrix.include.length > 0 && matrix.include.every((cell) => cell.has(key))));
  const all = [...names];
  return {
    chunks: undefined,
    matrix,
    env: new Map(all.filter(([, key]) => isComplete(key)).map(([name, key]) => [name, `\${{ matrix.${key} }}`])),
    lines: all
      .filter(([, key]) => !isComplete(key))
      .map(([name, key]) => `export ${name}="\${${matrixVariable(key)}:-}"`),
    names: [...names.keys()],
    gaps,
  };
}

type Reading = { readonly sources: Sources; readonly jobs: Jobs; readonly gaps: Gap[] };

function dimensionsOf(table: Table, names: Map<string, string>, { sources, jobs, gaps }: Reading): Map<string, Cell[]> {
  const dimensions = new Map<string, Cell[]>();
  for (const entry of table.entries.values()) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(entry.key)) continue;
    const key = matrixKeyName(entry.key);
    const texts = flatItems(entry.value, jobs).flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
    const fine = [...new Set(texts)].filter((text) => isMatrixValue(text) && !/\$[A-Za-z_{]/.test(text));
    if (fine.length < texts.length) {
      gaps.push(
        gapAt(
          sources,
          entry,
          `a value of ${quote(entry.key)}`,
          'A value has 1 to 100 characters on one line, and no variable.',
        ),
      );
    }
    if (fine.length === 0) continue;
    names.set(entry.key, key);
    dimensions.set(
      key,
      fine.map((text): Cell => new Map([[key, text]])),
    );
  }
  return dimensions;
}
