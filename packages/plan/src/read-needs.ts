// What a job needs, as it is written: names, or mappings with a name.
import type { Need } from './draft.ts';
import { flagAt, listAt, scalarAt, type Table } from './tree.ts';

export function readNeeds(table: Table): Need[] {
  return (listAt(table, 'needs')?.items ?? []).flatMap((item) => {
    if (item.kind === 'scalar') {
      return item.type === 'nothing' || item.type === 'unknown'
        ? []
        : [{ text: item.text, offset: item.offset, isOptional: false }];
    }
    const job = item.kind === 'table' ? scalarAt(item, 'job') : undefined;
    if (item.kind !== 'table' || !job) return [];
    return [{ text: job.text, offset: job.offset, isOptional: flagAt(item, 'optional', false) }];
  });
}
