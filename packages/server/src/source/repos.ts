// Registered repositories: add or change, get, list, remove. What is shown never holds a password or token.
import { type BranchLevel, Refused, type Repo } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { parseRepoUrl, type RepoUrlOptions, withoutCredentials } from '../forges/index.ts';

export type RepoFacts = {
  readonly name: string;
  readonly url: string;
  readonly pollSeconds: number;
  /** Left out: they stay as they are. */
  readonly branchLevels?: readonly BranchLevel[] | undefined;
};

/**
 * Registers a repository under its name, or changes it; a repeat changes nothing. It is due to be looked at at once. At
 * another address it is looked at as if for the first time: its branches are taken as they are found there.
 * @throws Refused bad-url
 */
export async function addRepo(db: Queryable, facts: RepoFacts, options: RepoUrlOptions = {}): Promise<Repo> {
  const { url } = parseRepoUrl(facts.url, options);
  const levels = facts.branchLevels ? JSON.stringify(facts.branchLevels) : null;
  await db.query(sql`
    insert into repo (name, url, poll_seconds, branch_levels)
    values (${facts.name}, ${url}, ${facts.pollSeconds}, coalesce(${levels}::jsonb, '[]'))
    on conflict (name) do update set
      url = excluded.url,
      poll_seconds = excluded.poll_seconds,
      branch_levels = coalesce(${levels}::jsonb, repo.branch_levels),
      next_look_at = now(),
      last_look_at = case when repo.url = excluded.url then repo.last_look_at end,
      default_branch = case when repo.url = excluded.url then repo.default_branch end,
      problem = case when repo.url = excluded.url then repo.problem end`);
  return getRepo(db, facts.name);
}

/** @throws Refused repo-not-found */
export async function getRepo(db: Queryable, name: string): Promise<Repo> {
  const [repo] = await db.query<Repo>(sql`
    select id, name, url, "defaultBranch", "pollSeconds", "branchLevels", "createdAt", "lastLookAt", problem
    from repo_shape where name = ${name}`);
  if (!repo) throw notFound(name);
  return shown(repo);
}

/** All of them, by name. */
export async function listRepos(db: Queryable): Promise<Repo[]> {
  const repos = await db.query<Repo>(sql`
    select id, name, url, "defaultBranch", "pollSeconds", "branchLevels", "createdAt", "lastLookAt", problem
    from repo_shape order by name`);
  return repos.map(shown);
}

/** Forgets a repository with all its pushes and jobs; `sweepMirrors` removes its mirror. @throws Refused repo-not-found */
export async function removeRepo(db: Queryable, name: string): Promise<void> {
  const removed = await db.query(sql`delete from repo where name = ${name} returning id`);
  if (removed.length === 0) throw notFound(name);
}

const shown = (repo: Repo): Repo => ({ ...repo, url: withoutCredentials(repo.url) });

const notFound = (name: string) =>
  new Refused('repo-not-found', `There is no repository "${name}". \`signalbox add PATH-or-URL\` registers one.`);
