// The schema of a job: where it runs, when, and what it does; or, with a `gate`, what it asks.
import { limits } from '../limits.ts';
import { entryKeys } from './entry.ts';
import { expressionOf } from './expression.ts';
import { gateTable } from './gate.ts';
import { orderKeys } from './order.ts';
import { results } from './results.ts';
import type { Schema } from './shape.ts';
import { step } from './step.ts';
import { duration, environment, globs, needName, poolName, secretName } from './texts.ts';

export const jobTable: Schema = {
  title: 'a job',
  description: 'What to run, in which pool, after what.',
  type: 'object',
  required: ['steps'],
  additionalProperties: false,
  properties: {
    ...entryKeys,
    pool: { ...poolName, description: 'The pool of workers that may run the job.', default: 'default' },
    ...orderKeys,
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
    results,
    beside: {
      ...needName,
      title: 'the name of a job',
      description:
        'In the archive its log and artifacts lie beside those of this job: tests beside the build that they tested. Default: ' +
        'with the jobs of its own platform and variant.',
      examples: [`build-${expressionOf('matrix.platform')}`],
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

/** A part of a job, under `templates:`. It cannot apply others, and a job may say the rest. */
export const jobTemplate: Schema = {
  title: 'a template',
  description: 'Keys of jobs, for jobs that name it in `template`.',
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(Object.entries(jobTable.properties ?? {}).filter(([key]) => key !== 'template')),
};

/** A mapping is held against the first of these whose required keys it has, else against the last. */
export const job: Schema = {
  title: 'a job',
  description: 'What to run, in which pool, after what; or, with `gate`, what to ask.',
  anyOf: [gateTable, jobTable],
};
