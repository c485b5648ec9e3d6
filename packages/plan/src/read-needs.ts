// What a job needs, as it is written: names, or mappings with a name.
import type { Brought, Need } from './draft.ts';
import { flagAt, listAt, scalarAt, type Table, textAt, textsOf } from './tree.ts';

export function readNeeds(table: Table): Need[] {
  return (listAt(table, 'needs')?.items ?? []).flatMap((item) => {
    if (item.kind === 'scalar') {
      return item.type === 'nothing' || item.type === 'unknown'
        ? []
        : [{ text: item.text, offset: item.offset, isOptional: false, brought: null }];
    }
    const job = item.kind === 'table' ? scalarAt(item, 'job') : undefined;
    if (item.kind !== 'table' || !job) return [];
    const { text, offset } = job;
    return [{ text, offset, isOptional: flagAt(item, 'optional', false), brought: readBrought(item) }];
  });
}

function readBrought(need: Table): Brought | null {
  const artifacts = textsOf(listAt(need, 'artifacts')).map(({ text }) => text);
  return artifacts.length > 0 ? { artifacts, into: (textAt(need, 'into') ?? '').replace(/\/+$/, '') } : null;
}
