// The files of `.signalbox/` are one configuration: jobs and templates of all, and every other key once.
import type { Finding } from './draft.ts';
import { quote } from './printable.ts';
import { lineSeenFrom, type Source } from './source.ts';
import type { Entry, Table } from './tree.ts';

export function joinFiles(source: Source, tables: readonly Table[], found: Finding[]): Table | null {
  const [first, ...rest] = tables;
  if (!first || rest.length === 0) return first ?? null;
  let joined = first;
  for (const table of rest) joined = { ...first, ...join(source, joined, table, found, atTheTop) };
  return joined;
}

type Rule = (key: string) => 'union' | 'either' | 'one';
/** An anchor lives in its own file, so these keys may be in each. */
const atTheTop: Rule = (key) => {
  if (key === 'jobs' || key === 'templates') return 'union';
  return key.startsWith('x-') || key === 'version' ? 'either' : 'one';
};
const names: Rule = () => 'one';

type Joined = Pick<Table, 'entries' | 'merged'>;

function join(source: Source, one: Table, other: Table, found: Finding[], rule: Rule): Joined {
  const entries = new Map(one.entries);
  for (const [key, entry] of other.entries) {
    const before = entries.get(key);
    if (!before) entries.set(key, entry);
    else if (rule(key) === 'union') entries.set(key, union(source, before, entry, found));
    else if (rule(key) === 'one') {
      const where = lineSeenFrom(source, before.keyOffset, entry.keyOffset);
      const message = `${quote(key)} is here twice; the first is on ${where}`;
      found.push({ offset: entry.keyOffset, rule: 'duplicate', message, hint: 'keep one of them' });
    }
  }
  if (!one.merged && !other.merged) return { entries };
  const ownKeys = new Set([one, other].flatMap((table) => [...(table.merged?.ownKeys ?? table.entries.keys())]));
  return { entries, merged: { ownKeys, sources: [...(one.merged?.sources ?? []), ...(other.merged?.sources ?? [])] } };
}

/** What is no mapping is left for the check to complain about. */
function union(source: Source, one: Entry, other: Entry, found: Finding[]): Entry {
  if (one.value.kind !== 'table') return one;
  if (other.value.kind !== 'table') return other;
  const hasHoles = one.value.hasHoles || other.value.hasHoles;
  return { ...one, value: { ...one.value, hasHoles, ...join(source, one.value, other.value, found, names) } };
}
