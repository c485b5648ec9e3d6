// The schema of `.signalbox.yml`, version 1. The check, the editors and the reference all read this one.
import { limits } from '../limits.ts';
import { errorPatterns } from './error-pattern.ts';
import { job, jobTemplate } from './job.ts';
import type { Schema } from './shape.ts';
import { environment, templateName } from './texts.ts';

export const configSchema: Schema & { readonly $schema: string } = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'a Signalbox configuration',
  description: 'What Signalbox runs for the pushes of a repository: .signalbox.yml, version 1.',
  type: 'object',
  required: ['jobs'],
  additionalProperties: false,
  properties: {
    version: {
      title: '1',
      description: 'Version of the language.',
      type: 'integer',
      enum: [1],
      default: 1,
    },
    env: { ...environment, description: 'Environment of the steps of all jobs.' },
    'error-patterns': errorPatterns,
    templates: {
      title: 'a mapping of names to templates',
      description: 'What several jobs share: each names it in `template`. A template cannot apply another.',
      type: 'object',
      maxProperties: limits.jobs.most,
      propertyNames: { ...templateName, title: 'the name of a template' },
      additionalProperties: jobTemplate,
    },
    jobs: {
      title: 'a mapping of job names to jobs',
      description: 'The jobs, each under its name.',
      type: 'object',
      minProperties: 1,
      maxProperties: limits.jobs.most,
      propertyNames: templateName,
      additionalProperties: job,
    },
  },
  patternProperties: {
    '^x-': { title: 'anything', description: 'Any key that begins with x- is not read: a place for anchors.' },
  },
};
