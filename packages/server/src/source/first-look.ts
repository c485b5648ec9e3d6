// The first look at a repository: its branches are taken as they are. A push is made for the default branch, so that there
// is something to see at once, and five hundred old branches do not start five hundred pipelines.
import { type Db, sql, type Tell } from '../base/index.ts';
import { type ArrivedParts, arrivedBy } from './arrived.ts';
import type { RepoRow } from './look-state.ts';
import { type Arrived, recordFirstLook } from './record-moves.ts';

/**
 * The branches to make a push for: the default one; the one that is checked out, where the repository is a work tree; and
 * the one that a hook has just reported. Undefined: somebody else had the first look.
 */
export async function firstLook(
  { db, tell }: { readonly db: Db; readonly tell: Tell },
  repo: RepoRow,
  heads: ReadonlyMap<string, string>,
  arriving: ArrivedParts,
  branches: readonly (string | null | undefined)[],
): Promise<number[] | undefined> {
  const known = await db.query<{ name: string; head: string }>(sql`
    select name, head from branch where repo_id = ${repo.id} and head is not null`);
  const pushes: Arrived[] = [];
  for (const branch of new Set(branches)) {
    const after = heads.get(branch ?? '');
    // At a new address the same head is no news.
    if (!branch || !after || known.some(({ name, head }) => name === branch && head === after)) continue;
    pushes.push(await arrivedBy(arriving, branch, { before: null, after }));
  }
  return recordFirstLook(db, tell, repo, heads, pushes);
}
