// The way from a table down to a value in it, with everything that the value came through: templates, merges, aliases, calls.
import type { OriginKind } from '@signalbox/protocol';
import { quote } from '../printable.ts';
import type { Entry, Table, Value } from '../tree.ts';

/** `steps[2].script` is `['steps', 2, 'script']`. */
export type Path = readonly (string | number)[];

/** One step of a chain, in the offsets of the source. */
export type Link = { readonly kind: OriginKind; readonly offset: number; readonly says: string };

export type Trail = {
  readonly value: Value;
  /** What it came through, the last of them where it is written. */
  readonly links: readonly Link[];
};

/** Null when there is no such value. */
export function follow(table: Table, path: Path): Trail | null {
  const links: Link[] = [];
  let value: Value = table;
  let madeBy = callsOf(table);
  for (const [index, segment] of path.entries()) {
    const under = into(value, segment, path[index + 1], links);
    if (!under) return null;
    value = under;
    if (value.kind === 'table' && value.madeBy) madeBy = callsOf(value);
  }
  links.push({ kind: 'written', offset: value.offset, says: 'written here' });
  for (const offset of madeBy) links.push({ kind: 'call', offset, says: 'made by this call' });
  return { value, links };
}

/** The first is the object itself, inside of the function that made it. */
const callsOf = ({ madeBy = [], offset, end }: Table): readonly number[] =>
  madeBy.filter((call) => call < offset || call > end);

function into(value: Value, segment: string | number, next: string | number | undefined, links: Link[]): Value | null {
  if (value.kind === 'list') return intoList(value, segment, links);
  if (value.kind !== 'table') return null;
  const entry = intoTable(value, String(segment), next, links);
  if (!entry) return null;
  if (entry.aliasOffset !== undefined) links.push(anchor(entry.aliasOffset));
  return entry.value;
}

function intoList(list: Extract<Value, { kind: 'list' }>, segment: string | number, links: Link[]): Value | null {
  const item = typeof segment === 'number' ? list.items[segment] : undefined;
  const alias = typeof segment === 'number' ? list.aliases?.get(segment) : undefined;
  if (alias !== undefined) links.push(anchor(alias));
  return item ?? null;
}

function intoTable(table: Table, key: string, next: string | number | undefined, links: Link[]): Entry | undefined {
  if (table.applied) return intoJob(table.applied, key, next, links);
  const { merged } = table;
  if (!merged || merged.ownKeys.has(key)) return table.entries.get(key);
  const source = merged.sources.find((each) => each.table.entries.has(key));
  if (!source) return undefined;
  links.push(anchor(source.offset));
  return intoTable(source.table, key, next, links);
}

/** As templates are applied: a job's own keys win, then the template named last; environments are joined name by name. */
function intoJob(
  { own, templates }: NonNullable<Table['applied']>,
  key: string,
  next: string | number | undefined,
  links: Link[],
): Entry | undefined {
  const has = (table: Table): boolean => {
    const entry = table.entries.get(key);
    if (!entry || key !== 'env' || next === undefined) return entry !== undefined;
    return entry.value.kind === 'table' && entry.value.entries.has(String(next));
  };
  if (has(own)) return intoTable(own, key, next, links);
  const template = templates.findLast(({ table }) => has(table));
  if (!template) return undefined;
  links.push({ kind: 'template', offset: template.offset, says: `the template ${quote(template.name)} is applied` });
  return intoTable(template.table, key, next, links);
}

export const anchor = (offset: number): Link => ({ kind: 'anchor', offset, says: 'taken over from an anchor' });
