// The keys of every entry under `jobs:`, a job or a gate: what starts it, after what it comes, where it stands in the grid.
import { limits } from '../limits.ts';
import { expressionOf } from './expression.ts';
import { matrix } from './matrix.ts';
import { need } from './need.ts';
import type { Schema } from './shape.ts';
import { globs, label, symbol, templateNames } from './texts.ts';
import { trigger } from './trigger.ts';
import { when } from './when.ts';

export const entryKeys = {
  on: trigger,
  when,
  template: {
    ...templateNames,
    description:
      'Templates whose keys the job takes over, but for those that it has itself. Of several the last wins. `env` is ' +
      'joined name by name.',
    examples: ['linux'],
  },
  matrix,
  chunks: {
    title: `a number from 2 to ${limits.chunks.most}`,
    type: 'integer',
    minimum: 2,
    maximum: limits.chunks.most,
    description:
      `The job is cut into so many, each with a number of its own at the end of its name: \`${expressionOf('matrix.chunk')}\`, ` +
      'counted from 1, and `MATRIX_CHUNK` and `MATRIX_CHUNKS` in the environment.',
  },
  platform: { ...label, description: 'The column of the grid. Default: `matrix.platform`, else none.' },
  variant: { ...label, description: 'A second word beside the platform. Default: `matrix.variant`, else none.' },
  suite: {
    ...label,
    description: 'What it runs: try syntax and the grid know the job by it. Default: `matrix.suite`.',
  },
  group: { ...label, description: 'Jobs of one group stand together in the grid.' },
  symbol: { ...symbol, description: 'The job in the grid. Default: made of its name.' },
  tier: {
    title: 'a number from 1 to 3',
    type: 'integer',
    minimum: 1,
    maximum: 3,
    description: 'How much a failure matters: 1 closes the tree, 2 is looked at, 3 is shown when asked for.',
    default: 1,
  },
  required: {
    title: 'true or false',
    type: 'boolean',
    description: 'Only a push on which the job passed can be the green line of its branch.',
    default: false,
  },
  needs: {
    title: 'a list of job names',
    description:
      'Jobs that must have passed before this one starts. The name of a job with a matrix means all of its jobs; ' +
      '`build-linux-opt` means that one.',
    type: 'array',
    maxItems: limits.list.most,
    items: need,
    examples: [['lint', `build-${expressionOf('matrix.platform')}`]],
  },
  'if-changed': {
    ...globs(
      'a list of patterns',
      'The job is left out of a push in which no file matches. A pattern with ! takes away; the order does not matter.',
    ),
    examples: [['src/**', '!**/*.md']],
  },
} as const satisfies Record<string, Schema>;
