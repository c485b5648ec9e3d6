// Stage 2: templates are applied to the jobs that name them. One level, and what comes out is flat: a job's own keys win,
// then the template named last. Values keep the place where they were written.
import type { Draft, Finding } from './draft.ts';
import { nearestHint } from './nearest.ts';
import { quote } from './printable.ts';
import {
  type AppliedTemplate,
  type Entry,
  listAt,
  type Scalar,
  scalarAt,
  type Table,
  tableAt,
  textsOf,
} from './tree.ts';

export function apply(draft: Draft): Draft {
  const { tree } = draft;
  const jobs = tree && tableAt(tree, 'jobs');
  if (!tree || !jobs) return draft;
  const found: Finding[] = [];
  const warnings: Finding[] = [];
  const templates = tableAt(tree, 'templates')?.entries ?? new Map<string, Entry>();
  const used = new Set<string>();
  const entries = new Map(jobs.entries);
  for (const [name, entry] of entries) {
    if (entry.value.kind !== 'table') continue;
    const named = templateNames(entry.value);
    if (named.length === 0) continue;
    const parts = named.flatMap((word): AppliedTemplate[] => {
      used.add(word.text);
      const template = templates.get(word.text);
      if (!template) found.push(unknown(word, templates.keys()));
      if (template?.value.kind !== 'table') return [];
      return [{ name: word.text, offset: word.offset, table: template.value }];
    });
    entries.set(name, { ...entry, value: flattened(entry.value, parts) });
  }
  for (const [name, { keyOffset }] of templates) {
    if (used.has(name)) continue;
    const message = `no job applies the template ${quote(name)}`;
    warnings.push({ offset: keyOffset, rule: 'template-unused', message, hint: 'remove it, or name it in a job' });
  }
  const flat = (table: Table, key: string, value: Table): Table => {
    const entry = table.entries.get(key);
    return entry ? { ...table, entries: new Map(table.entries).set(key, { ...entry, value }) } : table;
  };
  return {
    ...draft,
    mistakes: [...draft.mistakes, ...found],
    warnings: [...draft.warnings, ...warnings],
    tree: flat(tree, 'jobs', { ...jobs, entries, hasHoles: [...entries.values()].some(({ value }) => value.hasHoles) }),
  };
}

/** What a job says after `template:`, a name or some. */
export function templateNames(job: Table): readonly Scalar[] {
  const single = scalarAt(job, 'template');
  return single ? [single] : textsOf(listAt(job, 'template'));
}

function flattened(own: Table, templates: readonly AppliedTemplate[]): Table {
  const entries = new Map(own.entries);
  for (const { table } of [...templates].reverse()) {
    for (const [key, entry] of table.entries) {
      if (key === 'template') continue;
      const before = entries.get(key);
      if (!before) entries.set(key, entry);
      else if (key === 'env') entries.set(key, bothOf(before, entry));
    }
  }
  const isPartial = own.isPartial || templates.some(({ table }) => table.isPartial);
  const hasHoles = [...entries.values()].some(({ value }) => value.hasHoles);
  return { ...own, entries, isPartial, hasHoles, applied: { own, templates } };
}

/** Environments are joined name by name; of two of a name the first wins. */
function bothOf(first: Entry, second: Entry): Entry {
  const [one, other] = [first.value, second.value];
  if (one.kind !== 'table' || other.kind !== 'table') return first;
  const entries = new Map([...other.entries, ...one.entries]);
  return { ...first, value: { ...one, entries, hasHoles: one.hasHoles || other.hasHoles } };
}

function unknown({ text, offset }: Scalar, names: Iterable<string>): Finding {
  const known = [...names];
  const message = `there is no template ${quote(text)}`;
  const hint = () => nearestHint(text, known) ?? (known.length === 0 ? 'templates stand under `templates:`' : null);
  return { offset, rule: 'unknown-template', message, hint };
}
