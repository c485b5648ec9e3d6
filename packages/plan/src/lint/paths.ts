// Patterns of `if-changed` that match no file of the tree: a folder was renamed, and the job is left out ever since.
import type { Finding } from '../draft.ts';
import { type Budget, createGlob } from '../globs.ts';
import { limits } from '../limits.ts';
import { quote } from '../printable.ts';
import { listAt, type Scalar, textsOf } from '../tree.ts';
import type { Lint } from './index.ts';

export const lintPaths: Lint = ({ templates, cells }, { paths }, { warnings }) => {
  if (!paths) return;
  const budget: Budget = { steps: limits.globSteps.most };
  const asked = new Map<string, Scalar>();
  for (const { table } of templates) {
    for (const pattern of textsOf(listAt(table, 'if-changed'))) {
      if (!pattern.text.includes('${{') && !asked.has(pattern.text)) asked.set(pattern.text, pattern);
    }
  }
  for (const { ifChanged } of cells) {
    for (const text of ifChanged?.patterns ?? []) {
      if (!asked.has(text)) asked.set(text, { ...nowhere, text, offset: ifChanged?.offset ?? 0 });
    }
  }
  for (const [text, { offset }] of asked) {
    const matches = createGlob(text.replace(/^!/, ''), budget);
    const isThere = paths.some((path) => budget.steps < 0 || matches(path));
    if (budget.steps < 0) {
      warnings.push(tooMuch(offset));
      return;
    }
    if (isThere) continue;
    const message = `${quote(text)} matches no file of the tree`;
    warnings.push({ offset, rule: 'path-none', message, hint: 'was it renamed? A pattern is relative to the top' });
  }
};

const tooMuch = (offset: number): Finding => ({
  offset,
  rule: 'path-steps',
  message: 'there are too many patterns and files to compare: from here on no pattern was looked at',
  hint: 'use fewer stars',
});

const nowhere: Scalar = {
  kind: 'scalar',
  type: 'text',
  text: '',
  value: '',
  holes: [],
  hasHoles: false,
  offset: 0,
  end: 0,
};
