// The schemas of the keys that decide when a job runs, of those that could.
import type { Schema } from './shape.ts';
import { concurrencyGroup, duration } from './texts.ts';

export const orderKeys = {
  priority: {
    title: 'a number from -100 to 100',
    type: 'integer',
    minimum: -100,
    maximum: 100,
    patternErrorMessage: '0 is usual, and a higher number comes first',
    description: 'Of the jobs that wait for a pool, a higher one comes first. Waiting long makes up for it.',
    default: 0,
  },
  coalesce: {
    title: 'a number from 0 to 1000',
    type: 'integer',
    minimum: 0,
    maximum: 1000,
    patternErrorMessage: 'it says for how many older pushes one run may stand; 0 is for none',
    description:
      'How many older pushes of the branch, whose job of this name is still to run, one run may stand for. Theirs end ' +
      'skipped, with the job that ran instead. 0: every push has a run of its own.',
    default: 0,
  },
  concurrency: {
    ...concurrencyGroup,
    description:
      'The group that the job is in. Only so many jobs of a group run at once, whatever their pushes and branches. The limit ' +
      'lives on the group at the server: 1, until somebody changes it there.',
    examples: ['deploy'],
  },
  delay: {
    ...duration,
    description: 'How long the job waits from the moment at which nothing is missing any more. Default: not at all.',
    examples: ['10m'],
  },
} as const satisfies Record<string, Schema>;
