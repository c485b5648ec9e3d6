// Pools as a table: what waits in each, what runs of what could, and whether somebody paused it.
import type { Pause, Pool } from '@signalbox/protocol/browser';
import { clean, type Output, table } from './output.ts';
import { span } from './words.ts';

export function poolTable(output: Output, pools: readonly Pool[], pauses: readonly Pause[]): string[] {
  const heads = ['POOL', 'READY', 'RUNNING', 'WORKERS', 'OLDEST WAITS', 'WAITS FOR CHEAPER', 'PAUSED'];
  const rows = pools.map((one) => {
    const pause = pauses.find(({ kind, pool }) => kind === 'pool' && pool === one.name);
    return [
      one.name,
      String(one.ready),
      `${one.running}/${one.capacity}`,
      String(one.workers),
      one.oldestReadyAt ? span(Date.now() - Date.parse(one.oldestReadyAt)) : '',
      one.waitBudgetSeconds > 0 ? `up to ${span(one.waitBudgetSeconds * 1000)}` : '',
      pause ? `by ${clean(pause.by)}: ${clean(pause.reason)}` : '',
    ];
  });
  return table(output, heads, rows);
}
