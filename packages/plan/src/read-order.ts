// What of a job's table decides when it runs: priority, coalescing, its group, its gate, its delay.
import type { JobOrder } from '@signalbox/protocol';
import type { Finding } from './draft.ts';
import { readDuration } from './read-duration.ts';
import { numberAt, type Table, textAt } from './tree.ts';

export function readOrder(table: Table, found: Finding[]): JobOrder {
  return {
    priority: numberAt(table, 'priority', 0),
    coalesce: numberAt(table, 'coalesce', 0),
    concurrencyGroup: textAt(table, 'concurrency') ?? null,
    gate: textAt(table, 'gate') ?? null,
    delaySeconds: readDuration(table, 'delay', 0, found),
    // A time of day says nothing in a file that is read for each push; the API can set one.
    notBefore: null,
  };
}
