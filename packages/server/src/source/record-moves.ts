// Writes what a look found: the branch and its pushes in one transaction, only if the branch still stands where the look saw it.
import type { Commit } from '@signalbox/protocol';
import { type Db, sql, type Tell, type Tx } from '../base/index.ts';

/** A push as it is written. */
export type Arrived = {
  readonly branch: string;
  readonly kind: 'created' | 'forward' | 'rewritten' | 'deleted';
  readonly revision: string | null;
  readonly before: string | null;
  readonly author: string;
  readonly title: string;
  readonly message: string;
  readonly commits: readonly Commit[];
  readonly commitCount: number;
  readonly files: readonly string[] | null;
  /** null: now. */
  readonly committedAt: string | null;
};

/**
 * Records pushes of one branch, which follow each other. Returns their ids, or undefined when somebody else moved the
 * branch meanwhile: then nothing is written, and one looks again.
 */
export function recordMoves(
  db: Db,
  tell: Tell,
  repoId: number,
  pushes: readonly Arrived[],
): Promise<number[] | undefined> {
  const first = pushes[0];
  const last = pushes.at(-1);
  if (!first || !last) return Promise.resolve([]);
  return db.transaction(async (tx) => {
    if (!(await moveBranch(tx, repoId, last.branch, first.before, last.revision))) return undefined;
    return insertPushes(tx, tell, repoId, pushes);
  });
}

/** The first look: all branches as they are, with these pushes. Undefined when somebody else had the first look. */
export function recordFirstLook(
  db: Db,
  tell: Tell,
  repo: { readonly id: number; readonly url: string },
  heads: ReadonlyMap<string, string>,
  pushes: readonly Arrived[],
): Promise<number[] | undefined> {
  return db.transaction(async (tx) => {
    const [mine] = await tx.query(sql`
      update repo set last_look_at = now()
      where id = ${repo.id} and url = ${repo.url} and last_look_at is null
      returning id`);
    if (!mine) return undefined;
    const names = [...heads.keys()].sort();
    await tx.query(sql`
      insert into branch (repo_id, name, head)
      select ${repo.id}::bigint, name, head
      from unnest(${names}::text[], ${names.map((name) => heads.get(name))}::text[]) as found (name, head)
      on conflict (repo_id, name) do update set head = excluded.head, updated_at = now()
      where branch.head is distinct from excluded.head`);
    await tx.query(sql`
      update branch set head = null, updated_at = now()
      where repo_id = ${repo.id} and head is not null and name <> all (${names}::text[])`);
    return insertPushes(tx, tell, repo.id, pushes);
  });
}

/** A branch that was never seen has no row; one that was deleted has a row without a head. */
async function moveBranch(tx: Tx, repoId: number, branch: string, from: string | null, to: string | null) {
  const moved = await tx.query(sql`
    update branch set head = ${to}, updated_at = now()
    where repo_id = ${repoId} and name = ${branch} and head is not distinct from ${from}
    returning name`);
  if (moved.length > 0) return true;
  if (from !== null) return false;
  const made = await tx.query(sql`
    insert into branch (repo_id, name, head) values (${repoId}, ${branch}, ${to})
    on conflict (repo_id, name) do nothing
    returning name`);
  return made.length > 0;
}

async function insertPushes(tx: Tx, tell: Tell, repoId: number, pushes: readonly Arrived[]): Promise<number[]> {
  const ids: number[] = [];
  for (const push of pushes) {
    const [row] = await tx.query<{ id: number }>(sql`
      insert into push (repo_id, branch, kind, revision, before, author, title, message, commits, commit_count, files,
                        committed_at)
      values (${repoId}, ${push.branch}, ${push.kind}, ${push.revision}, ${push.before}, ${push.author}, ${push.title},
              ${push.message}, ${JSON.stringify(push.commits)}::jsonb, ${push.commitCount},
              ${push.files && JSON.stringify(push.files)}::jsonb, coalesce(${push.committedAt}::timestamptz, now()))
      returning id`);
    if (!row) throw new Error(`the push of ${push.branch} to ${push.revision} was not written`);
    ids.push(row.id);
    // A branch that is gone has nothing to build.
    if (push.revision !== null) await tell(tx, 'push-received', { pushId: row.id });
  }
  return ids;
}
