// Concurrency groups: only so many jobs of a group at once. The limit lives on the group, not in any job, and is read whenever
// a slot is given: raise it, and waiting jobs move.
import { type ConcurrencyGroup, Refused } from '@signalbox/protocol';
import { type Queryable, sql, type Tx } from '../base/index.ts';
import { giveSlots } from './enter-groups.ts';

export type GroupName = { readonly repoId: number; readonly name: string };

/** Ids by `repoId name`. A group that nobody has set begins with one slot. */
export async function ensureGroups(tx: Tx, wanted: readonly GroupName[]): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map();
  const distinct = [...new Map(wanted.map((group) => [`${group.repoId} ${group.name}`, group])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => group);
  const repoIds = distinct.map((group) => group.repoId);
  const names = distinct.map((group) => group.name);
  await tx.query(sql`
    insert into concurrency_group (repo_id, name)
    select wanted.repo_id, wanted.name from unnest(${repoIds}::bigint[], ${names}::text[]) as wanted (repo_id, name)
    where not exists (select 1 from concurrency_group as g where g.repo_id = wanted.repo_id and g.name = wanted.name)
    on conflict do nothing`);
  const rows = await tx.query<GroupName & { id: number }>(sql`
    select g.id, g.repo_id as "repoId", g.name
    from unnest(${repoIds}::bigint[], ${names}::text[]) as wanted (repo_id, name)
    join concurrency_group as g on g.repo_id = wanted.repo_id and g.name = wanted.name`);
  return new Map(rows.map((row) => [`${row.repoId} ${row.name}`, row.id]));
}

/** Says how many at once, also before the first job of the group comes. Returns the topics to hint. */
export async function setGroup(
  tx: Tx,
  group: GroupName & { readonly slots: number; readonly by: string },
): Promise<string[]> {
  const [row] = await tx.query<{ id: number }>(sql`
    insert into concurrency_group (repo_id, name, slots, changed_by)
    values (${group.repoId}, ${group.name}, ${group.slots}, ${group.by})
    on conflict (repo_id, name) do update
    set slots = excluded.slots, changed_by = excluded.changed_by, changed_at = now()
    returning id`);
  return giveSlots(tx, [row!.id]);
}

export function listGroups(db: Queryable, repoId: number): Promise<ConcurrencyGroup[]> {
  return db.query<ConcurrencyGroup>(sql`
    select name, slots, changed_by as "changedBy", changed_at as "changedAt",
           (select count(*) from concurrency_slot as s where s.group_id = g.id and s.taken)::int as taken,
           (select count(*) from concurrency_slot as s where s.group_id = g.id and not s.taken)::int as waiting
    from concurrency_group as g
    where repo_id = ${repoId}
    order by name`);
}

/** @throws Refused not-found */
export async function readGroup(db: Queryable, repoId: number, name: string): Promise<ConcurrencyGroup> {
  const group = (await listGroups(db, repoId)).find((one) => one.name === name);
  if (!group) throw new Refused('not-found', `There is no concurrency group "${name}" here.`);
  return group;
}
