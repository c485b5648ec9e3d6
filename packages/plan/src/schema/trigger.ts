// The schema of a trigger: what starts a job.
import type { Schema } from './shape.ts';
import { globs } from './texts.ts';

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
