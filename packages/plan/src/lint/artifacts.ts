// Artifacts that a job needs of one that keeps none: its runs would fail before their first step.
import { quote } from '../printable.ts';
import type { Lint } from './index.ts';

export const lintArtifacts: Lint = ({ cells, edges }, _facts, { mistakes }) => {
  const told = new Set<number>();
  for (const [index, own] of edges.entries()) {
    for (const { to, offset, brings } of own) {
      const needed = cells[to];
      if (brings.length === 0 || !needed || told.has(offset)) continue;
      const { artifacts, results = [] } = needed.spec;
      if (artifacts.length + results.length > 0) continue;
      told.add(offset);
      const message = `${quote(cells[index]?.name ?? '')} needs artifacts of ${quote(needed.name)}, which keeps none`;
      mistakes.push({ offset, rule: 'no-artifacts', message, hint: 'give that job `artifacts`' });
    }
  }
};
