// Lanes: a job's name on a branch, across pushes. They are made when a job first comes, and never changed.
import { type Queryable, sql, type Tx } from '../base/index.ts';

export type LaneName = { readonly repoId: number; readonly branch: string; readonly name: string };

/** Ids by `repoId branch name`. */
export async function ensureLanes(tx: Tx, wanted: readonly LaneName[]): Promise<Map<string, number>> {
  const distinct = [...new Map(wanted.map((lane) => [keyOf(lane), lane])).values()];
  const found = await findLanes(tx, distinct);
  const missing = distinct.filter((lane) => !found.has(keyOf(lane)));
  if (missing.length === 0) return found;
  // In one order everywhere, so that two who bring the same lanes wait for each other in turn, not in a circle.
  missing.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await tx.query(sql`
    insert into lane (repo_id, branch, name)
    select * from unnest(${missing.map((lane) => lane.repoId)}::bigint[], ${missing.map((lane) => lane.branch)}::text[],
                         ${missing.map((lane) => lane.name)}::text[])
    on conflict do nothing`);
  // A look of its own: it sees also what another transaction has just made.
  return new Map([...found, ...(await findLanes(tx, missing))]);
}

const keyOf = ({ repoId, branch, name }: LaneName) => `${repoId} ${branch} ${name}`;

/** Those that are there. */
export async function findLanes(db: Queryable, wanted: readonly LaneName[]): Promise<Map<string, number>> {
  const rows = await db.query<LaneName & { id: number }>(sql`
    select lane.id, lane.repo_id as "repoId", lane.branch, lane.name
    from unnest(${wanted.map((lane) => lane.repoId)}::bigint[], ${wanted.map((lane) => lane.branch)}::text[],
                ${wanted.map((lane) => lane.name)}::text[]) as wanted (repo_id, branch, name)
    join lane on lane.repo_id = wanted.repo_id and lane.branch = wanted.branch and lane.name = wanted.name`);
  return new Map(rows.map((row) => [keyOf(row), row.id]));
}
