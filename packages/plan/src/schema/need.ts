// The schema of a need: the name of a job, or a mapping with more to say.
import type { Schema } from './shape.ts';
import { needName } from './texts.ts';

export const need: Schema = {
  title: 'the name of a job, or `job` with `optional`',
  anyOf: [
    needName,
    {
      title: '`job` with `optional`',
      type: 'object',
      required: ['job'],
      additionalProperties: false,
      properties: {
        job: { ...needName, description: 'The job that is waited for.' },
        optional: {
          title: 'true or false',
          type: 'boolean',
          description: 'true: when that job is left out of the push, this one runs without it.',
          default: false,
        },
      },
    },
  ],
};
