// The schemas of single values: names, durations, patterns, scripts.
import { limits } from '../limits.ts';
import type { Schema } from './shape.ts';

// Where an expression may stand, the schema lets it pass; the value that it becomes is held against the schema again.
const expression = '\\$\\{\\{';
const orExpression = (pattern: string) => `${expression}|${pattern}`;
const visible = '^[^\\u0000-\\u001f\\u007f]+$';

export const templateName: Schema = {
  title: 'a job name',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
  patternErrorMessage:
    'a job name has 1 to 100 letters, digits, dots, dashes and underscores, and begins with a letter or digit',
};

export const templateNames: Schema = {
  title: 'the name of a template, or a list of them',
  anyOf: [
    { ...templateName, title: 'the name of a template', type: 'string' },
    {
      title: 'a list of templates',
      type: 'array',
      minItems: 1,
      maxItems: limits.templates.most,
      uniqueItems: true,
      items: { ...templateName, title: 'the name of a template', type: 'string' },
    },
  ],
};

export const poolName: Schema = {
  title: 'the name of a pool',
  type: 'string',
  pattern: orExpression('^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
  patternErrorMessage:
    'a pool name has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or digit',
};

export const secretName: Schema = {
  title: 'the name of a secret',
  type: 'string',
  pattern: orExpression('^[A-Z][A-Z0-9_]{0,99}$'),
  patternErrorMessage: 'a secret name has capital letters, digits and underscores, and begins with a letter',
};

export const needName: Schema = {
  title: 'the name of a job',
  type: 'string',
  pattern: orExpression('^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$'),
  patternErrorMessage: 'a job name has letters, digits, dots, dashes and underscores',
};

export const concurrencyGroup: Schema = {
  title: 'the name of a group',
  type: 'string',
  pattern: orExpression('^[A-Za-z][A-Za-z0-9._-]{0,99}$'),
  patternErrorMessage:
    'a group has a name of 1 to 100 letters, digits, dots, dashes and underscores that begins with a letter; ' +
    'how many of its jobs run at once is set at the server',
};

export const question: Schema = {
  title: 'a question',
  type: 'string',
  pattern: '^(?!(true|false|[0-9.]+)$)(?=.*[^ ])[^\\u0000-\\u001f\\u007f]+$',
  patternErrorMessage: 'write on one line what a person is asked: `gate: Ship it?`',
  maxLength: 200,
};

export const matrixKey: Schema = {
  title: 'a key of a matrix',
  pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,49}$',
  patternErrorMessage: 'a matrix key has letters, digits, dashes and underscores, and begins with a letter',
};

export const matrixValue: Schema = {
  title: 'text, a number or true/false',
  type: ['string', 'number', 'boolean'],
  pattern: '^(?!.*\\$\\{\\{)[^\\u0000-\\u001f\\u007f]{1,100}$',
  patternErrorMessage: 'a matrix value has 1 to 100 characters on one line, and no expression',
};

export const environment: Schema = {
  title: 'a mapping of names to values',
  type: 'object',
  maxProperties: limits.environment.most,
  propertyNames: {
    title: 'the name of an environment variable',
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,199}$',
    patternErrorMessage: 'an environment variable has letters, digits and underscores, and does not begin with a digit',
  },
  additionalProperties: { title: 'text, a number or true/false', type: ['string', 'number', 'boolean'] },
};

export const duration: Schema = {
  title: 'a duration such as 30s, 10m, 2h or 1h30m',
  type: 'string',
  pattern: orExpression('^(?=.)([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$'),
  patternErrorMessage: 'write hours, minutes and seconds in this order, without spaces: 30s, 10m, 2h, 1h30m',
};

export const label: Schema = {
  title: 'one line of text',
  type: ['string', 'number', 'boolean'],
  pattern: visible,
  patternErrorMessage: 'one line, and not empty',
  maxLength: 100,
};

export const symbol: Schema = {
  title: 'one to four characters',
  type: 'string',
  pattern: orExpression('^[^\\u0000-\\u0020\\u007f]{1,4}$'),
  patternErrorMessage: 'one to four characters without spaces',
};

export const stepName: Schema = {
  title: 'one line of text',
  type: 'string',
  pattern: visible,
  patternErrorMessage: 'one line, and not empty',
  maxLength: 200,
};

/** `true` and `false` are commands too. */
export const script: Schema = {
  title: 'a command',
  type: ['string', 'boolean'],
  pattern: '\\S',
  patternErrorMessage: 'an empty script does nothing; write a command or remove the step',
};

/** A pattern without what would mean something else in another tool; see globs.ts. */
export const glob: Schema = {
  title: 'a pattern such as src/**',
  type: 'string',
  pattern:
    '^(?!!?/)(?!!?(.*/)?\\.\\.?(/|$))(?!.*[@+?*!]\\()(?!.*\\{[^{},]*\\.\\.)[^\\\\\\u0000-\\u001f\\u007f]*[^!\\\\\\u0000-\\u001f\\u007f]$',
  patternErrorMessage:
    'a pattern is relative to the root of the tree, without a slash, ./ or ../ at its beginning, with / between folders; ' +
    'it may hold **, *, ?, [a-z] and {a,b}, and begin with ! for what does not count',
  maxLength: limits.globCharacters.most,
};

/** Below the top of the tree, as `globs` are; a slash at its end says nothing more. */
export const directory: Schema = {
  title: 'a directory such as build/linux',
  type: 'string',
  pattern: orExpression('^(?!/)(?!(.*/)?\\.\\.?(/|$))(?!.*//)[^\\\\:*?"<>|\\u0000-\\u001f\\u007f]{1,200}$'),
  patternErrorMessage: 'a directory is relative to the top of the checkout, with / between names, without ./ or ../',
};

export const globs = (title: string, description: string): Schema => ({
  title,
  description,
  type: 'array',
  minItems: 1,
  maxItems: limits.list.most,
  items: glob,
});
