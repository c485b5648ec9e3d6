// The schema of a gate: a job that runs nothing and waits for a person.
import { entryKeys } from './entry.ts';
import type { Schema } from './shape.ts';
import { question } from './texts.ts';

export const gateTable: Schema = {
  title: 'a gate',
  description:
    'A job that waits for a person. It runs nothing, so it has no steps and no pool; jobs that `need` it wait too.',
  type: 'object',
  required: ['gate'],
  additionalProperties: false,
  properties: {
    gate: {
      ...question,
      description: 'What a person is asked before anything goes on that needs this job.',
      examples: ['Ship it?'],
    },
    ...entryKeys,
  },
};
