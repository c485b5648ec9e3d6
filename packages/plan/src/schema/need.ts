// The schema of a need: the name of a job, or a mapping with more to say.
import type { Schema } from './shape.ts';
import { directory, globs, needName } from './texts.ts';

export const needTable: Schema = {
  title: '`job` with more to say',
  type: 'object',
  required: ['job'],
  additionalProperties: false,
  properties: {
    job: { ...needName, description: 'The job that is waited for.' },
    artifacts: {
      ...globs(
        'a list of patterns',
        'Artifacts of that job that lie in the checkout before the first step, under the paths that they had. Of a job with a ' +
          'matrix each lies in a directory of the name of its lane.',
      ),
      examples: [['dist/**']],
    },
    into: { ...directory, description: 'Directory for these artifacts. Default: the top of the checkout.' },
    optional: {
      title: 'true or false',
      type: 'boolean',
      description: 'true: when that job is left out of the push, this one runs without it.',
      default: false,
    },
  },
};

export const need: Schema = { title: 'the name of a job, or `job` with more to say', anyOf: [needName, needTable] };
