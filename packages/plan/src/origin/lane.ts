// One lane of a configuration, as it was before its expressions were filled in, with the values of its matrix and their places.
import { chunksOf, cut } from '../chunks.ts';
import { createDataReader } from '../data-files.ts';
import type { Cell, Draft, Finding } from '../draft.ts';
import { nameOf, single } from '../expand.ts';
import { type Combination, readMatrix } from '../matrix.ts';
import { quote } from '../printable.ts';
import { listAt, type Table, tableAt, valueAt } from '../tree.ts';
import { anchor, follow, type Link } from './trail.ts';

export type Lane = {
  readonly draft: Draft;
  readonly cell: Cell;
  /** The job with its templates applied, and its expressions as they are written. */
  readonly job: Table;
  readonly isGate: boolean;
  /** Where its name stands. */
  readonly offset: number;
  /** What all of it came through. */
  readonly links: readonly Link[];
  readonly values: ReadonlyMap<string, string>;
  /** Where a value of its matrix comes from. */
  readonly valueLinks: (key: string) => readonly Link[];
};

export function openLane(draft: Draft, cell: Cell): Lane {
  const { entry, table: job, name } = cell.template;
  const combination = combinationOf(draft, cell);
  const jobs = draft.tree && tableAt(draft.tree, 'jobs');
  const { merged } = jobs ?? {};
  const source = merged && !merged.ownKeys.has(name) && merged.sources.find(({ table }) => table.entries.has(name));
  return {
    draft,
    cell,
    job,
    isGate: job.entries.has('gate'),
    offset: entry.keyOffset,
    links: [source ? source.offset : undefined, entry.aliasOffset].flatMap((offset) =>
      offset === undefined ? [] : [anchor(offset)],
    ),
    values: combination.values,
    valueLinks: (key) => valueLinks(draft, job, combination, key),
  };
}

/** Nothing of a cell's values is kept with its plan: its matrix is read once more, and the cell found by its name. */
function combinationOf(draft: Draft, { name, template }: Cell): Combination {
  const ignored: Finding[] = [];
  const matrix = template.table.entries.get('matrix');
  const rows = matrix ? readMatrix(matrix, createDataReader(draft, new Set()), ignored, ignored) : single;
  const { combinations } = (rows && cut(rows, template.table, ignored)) ?? single;
  const none: Combination = { values: new Map(), offset: null };
  return combinations.find((combination) => nameOf(template.name, combination) === name) ?? none;
}

function valueLinks(draft: Draft, job: Table, { values, offset }: Combination, key: string): readonly Link[] {
  const text = values.get(key) ?? '';
  if (key === 'chunk' && chunksOf(job) !== null) {
    return renamed(follow(job, ['chunks'])?.links, 'chunk', `chunk ${text} of ${chunksOf(job)}`);
  }
  const says = `the value ${quote(text)} of the matrix`;
  const matrix = tableAt(job, 'matrix');
  if (offset !== null && matrix) {
    const index = listAt(matrix, 'include')?.items.findIndex((item) => item.offset === offset) ?? -1;
    return renamed(follow(job, ['matrix', 'include', index, key])?.links, 'matrix', says);
  }
  const dimension = matrix && valueAt(matrix, key);
  if (dimension?.kind === 'table') {
    const named = renamed(
      follow(job, ['matrix', key, 'file'])?.links,
      'matrix',
      `the matrix takes \`${key}\` from a file`,
    );
    const read = createDataReader(draft, new Set())(dimension, []);
    const found = typeof read === 'string' ? undefined : read?.find((each) => each.text === text);
    return found
      ? [...named, { kind: 'file', offset: found.offset, says: `the value ${quote(text)} in that file` }]
      : named;
  }
  const index =
    dimension?.kind === 'list' ? dimension.items.findIndex((item) => item.kind === 'scalar' && item.text === text) : -1;
  return renamed(follow(job, ['matrix', key, index])?.links, 'matrix', says);
}

/** Where it is written says what it is for. */
const renamed = (links: readonly Link[] = [], kind: Link['kind'], says: string): Link[] =>
  links.map((link) => (link.kind === 'written' ? { ...link, kind, says } : link));
