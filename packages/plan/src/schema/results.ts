// The schema of a job's `results`: which files are kept and read as test results.
import type { ResultFormatName } from '@signalbox/protocol';
import { limits } from '../limits.ts';
import type { Schema } from './shape.ts';
import { glob } from './texts.ts';

export const resultFormats = [
  'junit',
  'tap',
  'go-test',
  'node-spec',
  'sarif',
] as const satisfies readonly ResultFormatName[];

const files: Schema = {
  ...glob,
  title: 'a pattern such as reports/**/*.xml',
  pattern: `^(?!!)${glob.pattern!.slice(1)}`,
};

export const results: Schema = {
  title: 'a list of patterns',
  description:
    'Files of test results: kept like artifacts, also of a job that failed, and read. Nothing is wrong when none is there.',
  type: 'array',
  minItems: 1,
  maxItems: limits.list.most,
  items: {
    title: 'a pattern, or `files` with a `format`',
    anyOf: [
      files,
      {
        title: '`files` with a `format`',
        type: 'object',
        required: ['files'],
        additionalProperties: false,
        properties: {
          files: { ...files, description: 'Relative to the root of the tree.' },
          format: {
            title: 'a format',
            type: 'string',
            enum: resultFormats,
            description: 'Left out: what the name or the beginning of the file says.',
          },
        },
      },
    ],
  },
  examples: [['reports/**/*.xml', { files: 'unit.json', format: 'go-test' }]],
};
