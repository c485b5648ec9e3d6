// The schema of a step: a command, or a mapping with more to say.

import type { Schema } from './shape.ts';
import { duration, script, stepName } from './texts.ts';

export const shells = ['sh', 'bash', 'pwsh', 'cmd', 'node'] as const;

export const stepTable: Schema = {
  title: 'a step',
  description: 'One command of a job, with its own log.',
  type: 'object',
  required: ['script'],
  additionalProperties: false,
  properties: {
    name: {
      ...stepName,
      description: 'What people see. Default: the first line of the script.',
      examples: ['Unit tests'],
    },
    script: {
      ...script,
      description:
        'Handed to the shell as it stands; it may have many lines. The step fails if the shell ends with another code than 0.',
      examples: ['npm test'],
    },
    shell: {
      title: `one of ${shells.join(', ')}`,
      description: 'What reads the script. On Windows the worker finds its own `sh`.',
      anyOf: [
        { title: `one of ${shells.join(', ')}`, type: 'string', enum: shells },
        { title: 'an expression', type: 'string', pattern: '\\$\\{\\{' },
      ],
      default: 'sh',
    },
    timeout: { ...duration, description: "The step is ended after this time. Default: the job's `timeout`." },
    'silent-timeout': {
      ...duration,
      description: "The step is ended after this time without output. Default: the job's `silent-timeout`.",
    },
    always: {
      title: 'true or false',
      type: 'boolean',
      description: 'The step runs also after a step before it failed: to upload, to clean up.',
      default: false,
    },
    'may-fail': {
      title: 'true or false',
      type: 'boolean',
      description: 'The job goes on, and may pass, when this step fails.',
      default: false,
    },
  },
};

export const step: Schema = {
  title: 'a command or a step',
  anyOf: [{ ...script, description: 'A step in short: its script.' }, stepTable],
};
