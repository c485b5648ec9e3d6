// The audit as a list, newest first: what is noted is worth as much as somebody can read of it.
import type { AuditEntry } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

export type AuditAsked = {
  readonly actor: string | null;
  /** A whole action, or its beginning up to a dot: `pin.` for all that was done to pins. */
  readonly action: string | null;
  readonly before: number | null;
  readonly limit: number;
};

export async function readAudit(
  db: Queryable,
  { actor, action, before, limit }: AuditAsked,
): Promise<{ items: AuditEntry[]; next: string | null }> {
  const items = await db.query<AuditEntry>(sql`
    select id, at, actor, action, subject, detail from audit
    where (${before}::bigint is null or id < ${before}::bigint)
      and (${actor}::text is null or actor = ${actor}::text)
      and (${action}::text is null or action = ${action}::text
        or right(${action}::text, 1) = '.' and starts_with(action, ${action}::text))
    order by id desc
    limit ${limit + 1}`);
  const shown = items.slice(0, limit);
  return { items: shown, next: items.length > limit ? String(shown.at(-1)!.id) : null };
}
