// The schema of what a repository counts as an error line, beside what is built in.
import { limits } from '../limits.ts';
import type { Schema } from './shape.ts';

const literal: Schema = {
  title: 'a text of 3 to 100 characters',
  type: 'string',
  pattern: '^[^\\u0000-\\u001f\\u007f]{3,100}$',
  patternErrorMessage: 'it is looked for as it stands, on one line: 3 to 100 characters',
};

const pattern: Schema = {
  title: 'a pattern',
  type: 'object',
  required: ['name', 'contains'],
  additionalProperties: false,
  properties: {
    name: {
      title: 'a name',
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9._-]{0,59}$',
      patternErrorMessage: 'a name has 1 to 60 letters, digits, dots, dashes and underscores, and begins with a letter',
      description: 'Shown with the lines that it finds.',
    },
    contains: {
      title: 'a text, or a list of texts',
      description: 'The line holds this text, or one of these, as it stands. It is what makes looking fast.',
      anyOf: [
        literal,
        {
          title: 'a list of texts',
          type: 'array',
          minItems: 1,
          maxItems: limits.errorLiterals.most,
          uniqueItems: true,
          items: literal,
        },
      ],
      examples: ['LINT-FAILED'],
    },
    matches: {
      title: 'a regular expression',
      type: 'string',
      pattern: '^[^\\u0000-\\u001f\\u007f]{1,500}$',
      patternErrorMessage: 'an expression has 1 to 500 characters on one line',
      description: 'And it matches this expression, as RE2 reads it: without colours, its first 500 characters.',
      examples: ['^LINT-FAILED: \\S+ is not'],
    },
    ignore: {
      title: 'true or false',
      type: 'boolean',
      description: 'true: such a line is never an error line, whatever else finds it.',
      default: false,
    },
  },
};

export const errorPatterns: Schema = {
  title: 'a list of patterns',
  description:
    'Lines of logs that look like the reason of a failure, beside those that are known: the job page opens at the first of them.',
  type: 'array',
  maxItems: limits.errorPatterns.most,
  items: pattern,
};
