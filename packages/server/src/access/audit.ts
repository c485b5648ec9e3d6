// Who did what to what: rows that are only ever added. The database itself refuses to change or delete one (0001-the-rooms.sql).
import { type Queryable, sql } from '../base/index.ts';

export type AuditDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * Writes one row. Give the transaction of the deed, so that neither is there without the other.
 * `action` is `thing.verb` (`token.create`), `subject` names the thing; `detail` must hold nothing that is secret.
 */
export async function audit(
  tx: Queryable,
  actor: string,
  action: string,
  subject: string,
  detail: AuditDetail = {},
): Promise<void> {
  await tx.query(sql`
    insert into audit (actor, action, subject, detail)
    values (${actor}, ${action}, ${subject}, ${JSON.stringify(detail)}::jsonb)`);
}
