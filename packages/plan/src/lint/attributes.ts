// Conditions on attributes that no job of a matrix meets, or patterns in them that match none.
import { createListMatcher } from '../conditions.ts';
import type { Cell, Condition } from '../draft.ts';
import { remember } from '../memory.ts';
import { listed, quote } from '../printable.ts';
import type { Lint } from './index.ts';

type OnAttribute = Condition & { readonly of: 'platform' | 'variant' | 'suite' | 'group' };
type Met = { readonly condition: OnAttribute; readonly job: string; readonly values: Set<string> };

export const lintAttributes: Lint = ({ cells }, _facts, { mistakes, warnings }) => {
  const matches = createListMatcher();
  for (const { condition, job, values } of conditionsOf(cells)) {
    const { of, patterns, offset } = condition;
    const known = values.size === 0 ? `it has no ${of}` : `it has ${listed([...values])}`;
    if (![...values].some((value) => matches(patterns, value))) {
      const message = `this never holds: no ${of} of ${quote(job)} matches ${listed(patterns, 5)}`;
      mistakes.push({ offset, rule: 'never-holds', message, hint: known });
      continue;
    }
    const idle = patterns.filter(
      (pattern) => ![...values].some((value) => matches([pattern.replace(/^!/, '')], value)),
    );
    if (idle.length === 0) continue;
    const message = `${listed(idle, 5)} matches no ${of} of ${quote(job)}`;
    warnings.push({ offset, rule: 'pattern-idle', message, hint: known });
  }
};

/** Each condition once, with the values that it meets in all cells of its job. */
function conditionsOf(cells: readonly Cell[]): Iterable<Met> {
  const met = new Map<string, Met>();
  for (const { conditions, attributes, template } of cells) {
    for (const condition of conditions) {
      if (!isOnAttribute(condition)) continue;
      const key = `${template.name}\n${condition.of}`;
      const { values } = remember(met, key, () => ({ condition, job: template.name, values: new Set<string>() }));
      const value = attributes[condition.of];
      if (value !== null && value !== undefined) values.add(value);
    }
  }
  return met.values();
}

const isOnAttribute = (condition: Condition): condition is OnAttribute =>
  condition.of !== 'branch' && condition.of !== 'cause' && condition.of !== 'message';
