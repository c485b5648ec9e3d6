// A job cut into chunks: `chunk` is one more key of its matrix, counted from 1, and its values change fastest.
import type { Finding } from './draft.ts';
import { limits } from './limits.ts';
import type { Combination, Matrix } from './matrix.ts';
import { numberAt, type Table } from './tree.ts';

/** Null when the matrix has such a key itself. */
export function cut(matrix: Matrix, job: Table, found: Finding[]): Matrix | null {
  const chunks = chunksOf(job);
  if (chunks === null) return matrix;
  if (matrix.keys.includes('chunk')) {
    const offset = job.entries.get('chunks')?.keyOffset ?? job.offset;
    const message = 'the job has `chunks`, and its matrix has a key `chunk`';
    found.push({ offset, rule: 'chunks', message, hint: 'rename the key of the matrix' });
    return null;
  }
  const numbers = Array.from({ length: chunks }, (_, index) => String(index + 1));
  const combinations = matrix.combinations.flatMap(({ values, offset }): Combination[] =>
    numbers.map((number) => ({ values: new Map(values).set('chunk', number), offset })),
  );
  return { combinations, keys: [...matrix.keys, 'chunk'] };
}

/** Null when it is not cut, or when its number was reported as wrong. */
export function chunksOf(job: Table): number | null {
  const chunks = numberAt(job, 'chunks', 1);
  return Number.isInteger(chunks) && chunks > 1 && chunks <= limits.chunks.most ? chunks : null;
}
