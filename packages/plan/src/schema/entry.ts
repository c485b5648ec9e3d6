// The keys of every entry under `jobs:`, a job or a gate: what starts it, after what it comes, where it stands in the grid.
import { limits } from '../limits.ts';
import { expressionOf } from './expression.ts';
import { matrix } from './matrix.ts';
import type { Schema } from './shape.ts';
import { globs, label, needName, symbol } from './texts.ts';
import { trigger } from './trigger.ts';

export const entryKeys = {
  on: trigger,
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
} as const satisfies Record<string, Schema>;
