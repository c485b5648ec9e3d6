// Pools that no worker of the fleet serves: their jobs would wait for ever. Workers are counted by pool, never looked at
// one by one: lanes times workers were seven million pairs once.
import { nearestHint } from '../nearest.ts';
import { listed, quote } from '../printable.ts';
import { valueAt } from '../tree.ts';
import type { Lint } from './index.ts';

export const lintPools: Lint = ({ cells }, { pools }, { mistakes, warnings }) => {
  if (!pools) return;
  const strange = new Map<number, Set<string>>();
  const idle = new Map<number, Set<string>>();
  for (const { pool, template } of cells) {
    if (pool === '') continue;
    const workers = pools.get(pool);
    if (workers !== undefined && workers > 0) continue;
    const offset = valueAt(template.table, 'pool')?.offset ?? template.entry.keyOffset;
    const into = workers === undefined ? strange : idle;
    const names = into.get(offset);
    if (names) names.add(pool);
    else into.set(offset, new Set([pool]));
  }
  for (const [offset, names] of strange) {
    const [first = ''] = names;
    const message = `no worker of the fleet serves ${poolsOf(names)}`;
    const hint = () => nearestHint(first, pools.keys()) ?? `there are ${listed([...pools.keys()])}`;
    mistakes.push({ offset, rule: 'unserved-pool', message, hint });
  }
  for (const [offset, names] of idle) {
    const message = `no worker serves ${poolsOf(names)} now`;
    warnings.push({ offset, rule: 'idle-pool', message, hint: 'jobs wait until one does' });
  }
};

const poolsOf = (names: ReadonlySet<string>): string =>
  names.size === 1 ? `the pool ${quote([...names][0] ?? '')}` : `the pools ${listed([...names], 8)}`;
