// The schema of a matrix: one job for each combination of values.
import { limits } from '../limits.ts';
import { expressionOf } from './expression.ts';
import type { Schema } from './shape.ts';
import { matrixKey, matrixValue } from './texts.ts';

const cell: Schema = {
  title: 'a mapping of matrix keys to values',
  type: 'object',
  minProperties: 1,
  propertyNames: matrixKey,
  additionalProperties: matrixValue,
};
const cells = (description: string): Schema => ({
  title: 'a list of mappings',
  description,
  type: 'array',
  minItems: 1,
  maxItems: limits.matrixCells.most,
  items: cell,
});

export const matrix: Schema = {
  title: 'a matrix',
  description:
    `One job for each combination of values. \`${expressionOf('matrix.KEY')}\` is filled in everywhere in the job, and each value is in the ` +
    'environment as `MATRIX_KEY`. The jobs are named `<job>-<value>-<value>`, in the order of the keys.',
  type: 'object',
  minProperties: 1,
  maxProperties: 20,
  propertyNames: matrixKey,
  properties: {
    include: cells('Adds a job for each entry; it never changes a combination that is there.'),
    exclude: cells('Removes every combination that has all the values of an entry.'),
  },
  additionalProperties: {
    title: 'a list of values',
    description: 'A dimension: any key with a list of values, of which each combination has one.',
    type: 'array',
    minItems: 1,
    maxItems: limits.list.most,
    items: matrixValue,
  },
};
