// How long the archive keeps what: a handful of rows that a release engineer reads at one look and changes by one command.
import { Refused, type RetentionChange, type RetentionRule } from '@signalbox/protocol';
import { type Queryable, sql, type Tx } from '../base/index.ts';
import { takeTurn } from './pins.ts';

export function listRetention(db: Queryable): Promise<RetentionRule[]> {
  return db.query<RetentionRule>(sql`
    select id, place, branch, kind, days, changed_by as "changedBy", changed_at as "changedAt"
    from retention_rule order by place, branch = '*' desc, branch, kind = 'all' desc, kind`);
}

/** A purge that goes on marks by the old rules or by the new ones, never by some of each. */
export async function setRetention(
  tx: Tx,
  { place, branch, kind, days }: RetentionChange,
  by: string,
): Promise<RetentionRule> {
  await takeTurn(tx);
  const [row] = await tx.query<{ id: number }>(sql`
    insert into retention_rule (place, branch, kind, days, changed_by)
    values (${place}, ${branch}, ${kind}, ${days}, ${by})
    on conflict (place, branch, kind) do update set days = excluded.days, changed_by = excluded.changed_by, changed_at = now()
    returning id`);
  return (await listRetention(tx)).find(({ id }) => id === row!.id)!;
}

/** Returns what was removed; null when it had been before. @throws Refused bad-request for the one of a place that is for all */
export async function removeRetention(tx: Tx, ruleId: number): Promise<RetentionRule | null> {
  await takeTurn(tx);
  const rule = (await listRetention(tx)).find(({ id }) => id === ruleId);
  if (!rule) return null;
  if (rule.branch === '*' && rule.kind === 'all')
    throw new Refused('bad-request', `Rule ${ruleId} is for all of ${rule.place}: change its days instead.`);
  await tx.query(sql`delete from retention_rule where id = ${ruleId}`);
  return rule;
}
