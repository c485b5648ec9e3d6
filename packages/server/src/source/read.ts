// Reads what was recorded: pushes and branches, as the API shows them.
import { type Branch, type Push, Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

/** @throws Refused not-found */
export async function getPush(db: Queryable, pushId: number): Promise<Push> {
  const [push] = await db.query<Push>(sql`
    select id, repo, branch, kind, revision, before, author, title, message, commits, "commitCount", files, "receivedAt"
    from push_shape where id = ${pushId}`);
  if (!push) throw new Refused('not-found', `There is no push ${pushId}.`);
  return push;
}

export type PushFilter = {
  /** null: of all branches. */
  readonly branch: string | null;
  /** Only pushes older than this one; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
};

/** Newest first. `next` is the cursor for `before` of the next page. */
export async function listPushes(
  db: Queryable,
  repoId: number,
  filter: PushFilter,
): Promise<{ items: Push[]; next: string | null }> {
  // Two statements: with `branch = … or … is null` a prepared plan could use neither index well.
  const rows = await db.query<Push>(
    filter.branch === null
      ? sql`
        select id, repo, branch, kind, revision, before, author, title, message, commits, "commitCount", files,
               "receivedAt"
        from push_shape
        where "repoId" = ${repoId} and id < coalesce(${filter.before}::bigint, 9223372036854775807)
        order by id desc limit ${filter.limit + 1}`
      : sql`
        select id, repo, branch, kind, revision, before, author, title, message, commits, "commitCount", files,
               "receivedAt"
        from push_shape
        where "repoId" = ${repoId} and branch = ${filter.branch}
          and id < coalesce(${filter.before}::bigint, 9223372036854775807)
        order by id desc limit ${filter.limit + 1}`,
  );
  const items = rows.slice(0, filter.limit);
  return { items, next: rows.length > filter.limit ? String(items.at(-1)?.id) : null };
}

/** The ones that moved last come first; a deleted branch has no head. */
export function listBranches(db: Queryable, repoId: number, limit: number): Promise<Branch[]> {
  return db.query<Branch>(sql`
    select name, head, updated_at as "updatedAt" from branch
    where repo_id = ${repoId}
    order by updated_at desc, name
    limit ${limit}`);
}
