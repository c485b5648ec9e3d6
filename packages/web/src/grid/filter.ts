// Which jobs the grid shows: by words of their name and by how they stand. Both live in the address of the page.
import type { JobBrief } from '@signalbox/protocol/browser';
import { type Stand, standOf } from '../text/stand.ts';

/** The buttons above the grid; each shows jobs of these stands. */
export const results = {
  failed: ['failed', 'errored'],
  'in-progress': ['running', 'held', 'ready', 'waiting'],
  passed: ['passed'],
  other: ['cancelled', 'skipped'],
} as const satisfies Record<string, readonly Stand[]>;
export type Result = keyof typeof results;
export const resultNames = Object.keys(results) as Result[];

export type Filter = { readonly words: readonly string[]; readonly only: ReadonlySet<Result> };

export function filterOf(search: { q?: string | undefined; only?: string | undefined }): Filter {
  const only = (search.only ?? '').split(',').filter((name): name is Result => name in results);
  return { words: (search.q ?? '').toLowerCase().split(/\s+/).filter(Boolean), only: new Set(only) };
}

export function matches(job: JobBrief, filter: Filter): boolean {
  const stand = standOf(job);
  if (filter.only.size > 0 && ![...filter.only].some((name) => (results[name] as readonly Stand[]).includes(stand))) {
    return false;
  }
  const name = job.name.toLowerCase();
  return filter.words.every((word) => name.includes(word));
}

export function isFiltering(filter: Filter): boolean {
  return filter.words.length > 0 || filter.only.size > 0;
}

/** The value of `only` after a button was pressed; undefined when none is left. */
export function toggled(filter: Filter, result: Result): string | undefined {
  const chosen = resultNames.filter((name) => filter.only.has(name) !== (name === result));
  return chosen.length > 0 ? chosen.join(',') : undefined;
}
