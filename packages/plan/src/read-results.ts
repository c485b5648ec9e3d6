// Which files of a job are read as test results: a pattern by itself, or with its format.
import type { ResultSpec } from '@signalbox/protocol';
import { resultFormats } from './schema/results.ts';
import { listAt, type Table, textAt } from './tree.ts';

export function readResults(table: Table): ResultSpec[] {
  return (listAt(table, 'results')?.items ?? []).flatMap((item) => {
    if (item.kind === 'scalar') return [{ files: item.text, format: null }];
    if (item.kind !== 'table') return [];
    const format = textAt(item, 'format');
    return [{ files: textAt(item, 'files') ?? '', format: resultFormats.find((each) => each === format) ?? null }];
  });
}
