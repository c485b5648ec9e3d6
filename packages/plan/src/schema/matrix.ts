// The schema of a matrix: one job for each combination of values.
import { limits } from '../limits.ts';
import { expressionOf } from './expression.ts';
import type { Schema } from './shape.ts';
import { glob, matrixKey, matrixValue } from './texts.ts';

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

const dimension: Schema = {
  title: 'a list of values',
  type: 'array',
  minItems: 1,
  maxItems: limits.list.most,
  items: matrixValue,
};

export const fromFile: Schema = {
  title: 'a `file` of values',
  type: 'object',
  required: ['file'],
  additionalProperties: false,
  properties: {
    file: {
      ...glob,
      title: 'the path of a file',
      pattern: `^(?!.*[*?[\\]{}])${glob.pattern!.slice(1)}`,
      patternErrorMessage: 'a path from the top of the tree, with / between folders, without patterns',
      description:
        'A file of the tree at the same commit: JSON or YAML with a list, or a mapping for its keys; in any other file ' +
        'each line is a value, and # begins a comment.',
      examples: ['locales/all-locales'],
    },
    key: {
      title: 'a word such as build.locales',
      type: 'string',
      pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){0,9}$',
      patternErrorMessage: 'words with dots between them: which part of a JSON or YAML file holds the values',
      description: 'Where in a JSON or YAML file the values are.',
    },
  },
};

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
    title: 'a list of values, or a file that holds them',
    description: 'A dimension: any key with values, of which each combination has one.',
    anyOf: [dimension, fromFile],
  },
};
