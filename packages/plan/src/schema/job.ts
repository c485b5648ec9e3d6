// The schema of a job: when it runs, where, after what, and what it does.
import { limits } from '../limits.ts';
import { expressionOf } from './expression.ts';
import type { Schema } from './shape.ts';
import { step } from './step.ts';
import {
  duration,
  environment,
  glob,
  label,
  matrixKey,
  matrixValue,
  needName,
  poolName,
  secretName,
  symbol,
} from './texts.ts';

const globs = (title: string, description: string): Schema => ({
  title,
  description,
  type: 'array',
  minItems: 1,
  maxItems: limits.list.most,
  items: glob,
});

export const pushTrigger: Schema = {
  title: 'a mapping with `branches`, or nothing',
  description: 'Pushes start the job.',
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    branches: {
      ...globs('a list of branch patterns', 'Branches whose pushes start the job. Default: every branch.'),
      examples: [['main', 'release/*']],
    },
  },
};

export const trigger: Schema = {
  title: '`push`, or a mapping with `push`',
  description: 'What starts the job.',
  anyOf: [
    { title: '`push`', type: 'string', enum: ['push'], patternErrorMessage: 'version 1 knows pushes only' },
    {
      title: 'a trigger',
      type: 'object',
      required: ['push'],
      additionalProperties: false,
      properties: { push: pushTrigger },
    },
  ],
  default: 'push',
};

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

export const job: Schema = {
  title: 'a job',
  description: 'What to run, in which pool, after what.',
  type: 'object',
  required: ['steps'],
  additionalProperties: false,
  properties: {
    on: trigger,
    pool: { ...poolName, description: 'The pool of workers that may run the job.', default: 'default' },
    matrix,
    platform: { ...label, description: 'The column of the grid. Default: `matrix.platform`, else none.' },
    variant: { ...label, description: 'A second word beside the platform. Default: `matrix.variant`, else none.' },
    group: { ...label, description: 'Jobs of one group stand together in the grid.' },
    symbol: { ...symbol, description: 'The job in the grid. Default: made of its name.' },
    needs: {
      title: 'a list of job names',
      description:
        'Jobs that must have passed before this one starts. The name of a job with a matrix means all of its jobs; ' +
        '`build-linux-opt` means that one.',
      type: 'array',
      maxItems: limits.list.most,
      items: needName,
      examples: [['lint', `build-${expressionOf('matrix.platform')}`]],
    },
    'if-changed': {
      ...globs(
        'a list of patterns',
        'The job is left out of a push in which no file matches. A pattern with ! takes away; the order does not matter.',
      ),
      examples: [['src/**', '!**/*.md']],
    },
    env: { ...environment, description: 'Environment of the steps. Wins over the `env` of the file.' },
    checkout: {
      title: 'true or false',
      type: 'boolean',
      description: 'false: the job starts in an empty directory.',
      default: true,
    },
    secrets: {
      title: 'a list of secret names',
      description: 'Secrets of the repository that the steps find in their environment, under these names.',
      type: 'array',
      maxItems: limits.list.most,
      uniqueItems: true,
      items: secretName,
    },
    attempts: {
      title: `a number from 1 to ${limits.attempts.most}`,
      type: 'integer',
      minimum: 1,
      maximum: limits.attempts.most,
      description: "Runs at most while it ends errored, which is not the code's fault. A failure is never tried again.",
      default: 3,
    },
    timeout: { ...duration, description: 'Limit of a whole run.', default: '2h' },
    'silent-timeout': { ...duration, description: 'Longest time that a step may print nothing.', default: '20m' },
    artifacts: {
      ...globs('a list of patterns', 'Files that are kept when the steps have ended, also of a job that failed.'),
      examples: [['dist/**']],
    },
    steps: {
      title: 'a list of steps',
      description: 'What is done, in order. A step that fails ends the job, but for steps with `always`.',
      type: 'array',
      minItems: 1,
      maxItems: limits.steps.most,
      items: step,
    },
  },
};
