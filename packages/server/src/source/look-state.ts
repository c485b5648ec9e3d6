// What a look needs to know of its repository and its branches, and what it leaves there: when it looked, or why it could not.
import { type Db, sql } from '../base/index.ts';

export type RepoRow = {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly isFirstLook: boolean;
  readonly problem: string | null;
  readonly defaultBranch: string | null;
};

export async function readRepoRow(db: Db, repoId: number): Promise<RepoRow | undefined> {
  const [repo] = await db.query<RepoRow>(sql`
    select id, name, url, last_look_at is null as "isFirstLook", problem, default_branch as "defaultBranch"
    from repo where id = ${repoId}`);
  return repo;
}

/** Only if the repository still has the address that was looked at. */
export async function lookSucceeded(db: Db, repo: RepoRow, defaultBranch: string | null): Promise<void> {
  await db.query(sql`
    update repo
    set last_look_at = now(), problem = null, default_branch = coalesce(${defaultBranch}, default_branch),
        next_look_at = now() + poll_seconds * interval '1 second'
    where id = ${repo.id} and url = ${repo.url}`);
}

const longestWaitSeconds = 3600;

/**
 * The wait until the next look grows by itself: half of the time since the last one that succeeded, at most an hour.
 * Returns whether the problem is news.
 */
export async function lookFailed(db: Db, repo: RepoRow, problem: string): Promise<boolean> {
  await db.query(sql`
    update repo
    set problem = ${problem},
        next_look_at = now() + interval '1 second' * greatest(
          poll_seconds,
          least(${longestWaitSeconds}, extract(epoch from now() - coalesce(last_look_at, created_at)) / 2))
    where id = ${repo.id} and url = ${repo.url}`);
  return repo.problem !== problem;
}

/** Branches that are there; a deleted one has no head. */
export async function recordedHeads(db: Db, repoId: number): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; head: string }>(sql`
    select name, head from branch where repo_id = ${repoId} and head is not null`);
  return new Map(rows.map(({ name, head }) => [name, head]));
}
