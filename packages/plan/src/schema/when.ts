// The schema of a job's conditions: all of them must hold, or the job is left out.
import type { Cause } from '@signalbox/protocol';
import { limits } from '../limits.ts';
import type { Schema } from './shape.ts';
import { globs } from './texts.ts';

const causes = ['push', 'manual', 'api', 'try', 'nightly', 'release', 'backfill'] as const satisfies readonly Cause[];

const attribute = (of: string): Schema => ({
  ...globs('a list of patterns', `Patterns of which one matches the job's ${of}.`),
});

export const when: Schema = {
  title: 'a mapping of conditions',
  description:
    'All of these must hold, or the job is left out of the push, with the reason. A pattern that begins with ! takes away.',
  type: 'object',
  patternErrorMessage:
    'write `when: { branch: [main] }`; a job that waits for a person is a gate, with `gate: Ship it?` and no steps',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    branch: {
      ...globs('a list of branch patterns', 'Patterns of which one matches the branch.'),
      examples: [['main']],
    },
    cause: {
      title: 'a list of causes',
      type: 'array',
      minItems: 1,
      maxItems: causes.length,
      uniqueItems: true,
      items: { title: `one of ${causes.join(', ')}`, type: 'string', enum: causes },
      description: 'Why the pipeline exists.',
    },
    message: {
      title: 'a list of texts',
      type: 'array',
      minItems: 1,
      maxItems: limits.list.most,
      items: {
        title: 'a text of 2 to 100 characters',
        type: 'string',
        pattern: '^!?[^\\u0000-\\u001f\\u007f!][^\\u0000-\\u001f\\u007f]{1,99}$',
        patternErrorMessage: 'it is looked for as it stands, on one line: 2 to 100 characters',
      },
      description: "Texts of which one stands in the push's message.",
      examples: [['[full]']],
    },
    platform: attribute('platform'),
    variant: attribute('variant'),
    suite: attribute('suite'),
    group: attribute('group'),
  },
};
