// How GitLab lays mappings over each other (`include`, `extends`, `default`), and what `!reference` stands for.
import { quote } from '../../printable.ts';
import { type Entry, type Table, tableAt, textsOf, type Value, valueAt } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import type { Sources } from '../sources.ts';

/** Mappings are joined key by key, all else is replaced. */
export function mergeTables(under: Table, over: Table, sources: Sources): Table {
  const entries = new Map(under.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    const isJoined = before?.value.kind === 'table' && entry.value.kind === 'table';
    entries.set(key, isJoined ? { ...entry, value: mergeTables(before.value as Table, entry.value, sources) } : entry);
    if (isJoined) sources.adoptEntry(entries.get(key) as Entry, entry);
  }
  return sources.adopt({ ...over, entries }, over);
}

export type Jobs = {
  /** A job with what it extends, and what that extends; null when there is none, or it cannot be told. */
  readonly extended: (name: string) => Table | null;
  /** What `!reference [.job, script]` names, for any other value itself. */
  readonly resolve: (value: Value) => Value | undefined;
};

const deepest = 10;
const mostParents = 20;

/** `elsewhere`: files that are not read may hold what is missing; then it is a gap and no mistake. */
export function createJobs(root: Table, sources: Sources, elsewhere: Gap[] | null): Jobs {
  const known = new Map<string, Table | null>();

  const extended = (name: string, path: readonly string[]): Table | null => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const made = extend(name, path);
    known.set(name, made);
    return made;
  };

  const extend = (name: string, path: readonly string[]): Table | null => {
    const entry = root.entries.get(name);
    if (entry?.value.kind !== 'table') return null;
    const own = entry.value;
    const extension = own.entries.get('extends');
    const parents = extension ? namesIn(extension.value).slice(0, mostParents) : [];
    let under: Table | null = null;
    for (const parent of parents) {
      const at = extension ?? entry;
      if ([...path, name].includes(parent)) {
        sources.refuse(
          at,
          `${quote(name)} extends itself: ${[...path, name, parent].join(' → ')}`,
          'remove one of the `extends`',
        );
        return null;
      }
      const table = path.length < deepest ? extended(parent, [...path, name]) : null;
      if (!table && elsewhere) {
        elsewhere.push(
          gapAt(sources, at, `${quote(name)} extends ${quote(parent)}`, 'It is in a file that lies elsewhere.'),
        );
        continue;
      }
      if (!table) {
        const hint = 'at most 10 may extend each other';
        if (sources.mistakes.length === 0)
          sources.refuse(at, `${quote(name)} extends ${quote(parent)}, which is none`, hint);
        return null;
      }
      under = under ? mergeTables(under, table, sources) : table;
    }
    return under ? mergeTables(under, own, sources) : own;
  };

  const resolve = (value: Value, depth: number): Value | undefined => {
    if (value.kind !== 'list' || !sources.isReference(value)) return value;
    const names = textsOf(value).map(({ text }) => text);
    const [job = '', ...rest] = names;
    let at: Value | undefined = depth > deepest ? undefined : (extended(job, []) ?? undefined);
    for (const name of rest) at = at?.kind === 'table' ? valueAt(at, name) : undefined;
    if (at) return resolve(at, depth + 1);
    if (elsewhere) {
      const what = quote(`!reference [${names.join(', ')}]`);
      elsewhere.push(gapAt(sources, value, what, 'It is in a file that lies elsewhere.'));
    } else sources.refuse(value, `${quote(`!reference [${names.join(', ')}]`)} names nothing`, null);
    return undefined;
  };

  return { extended: (name) => extended(name, []), resolve: (value) => resolve(value, 0) };
}

/** A word, or a list of them. */
export function namesIn(value: Value | undefined): string[] {
  if (value?.kind === 'list') return textsOf(value).map(({ text }) => text);
  return value?.kind === 'scalar' && value.type !== 'nothing' ? [value.text] : [];
}

/** The items of a list, those of lists within it and of references in their place. */
export function flatItems(value: Value | undefined, jobs: Jobs, left = { looks: mostLooks }, depth = 0): Value[] {
  left.looks -= 1;
  const resolved = value && left.looks > 0 && depth <= deepest ? jobs.resolve(value) : undefined;
  if (!resolved) return [];
  if (resolved.kind !== 'list') return [resolved];
  return resolved.items.flatMap((item) => flatItems(item, jobs, left, depth + 1));
}

/** Lists of references to lists of references multiply. */
const mostLooks = 2000;

export const tableOf = (value: Value | undefined, jobs: Jobs): Table | undefined => {
  const resolved = value && jobs.resolve(value);
  return resolved?.kind === 'table' ? resolved : undefined;
};

/** What `default:` and the keys at the top say for every job that does not say it itself. */
export function withDefaults(job: Table, root: Table, sources: Sources): Table {
  const defaults = tableAt(root, 'default');
  const entries = new Map(job.entries);
  for (const key of inherited) {
    const usual = defaults?.entries.get(key) ?? root.entries.get(key);
    if (usual && !entries.has(key)) entries.set(key, usual);
  }
  return sources.adopt({ ...job, entries }, job);
}

const inherited = ['before_script', 'after_script', 'artifacts', 'tags', 'timeout', 'retry', 'interruptible'] as const;
/** Of those that are a gap wherever they stand: said once, where they stand. */
export const sharedGaps = ['image', 'services', 'cache', 'id_tokens', 'hooks'] as const;
