// Looks at a repository and records what happened there: the one way in which a push becomes a row.
// Looks at one repository take turns within a process (the mirror's line). Between processes nothing needs to be serialised:
// a branch moves only from where the look saw it, so of two looks that race one writes and the other looks again; the
// outbox's line for each repository merely saves the second one's work.
import { Refused } from '@signalbox/protocol';
import { type Db, type Live, sql, type Tell } from '../base/index.ts';
import { explainFetch, isAncestor, type Mirror, type Mirrors } from '../forges/index.ts';
import { arrivedBy } from './arrived.ts';
import { firstLook } from './first-look.ts';
import { type SourceLimits, sourceDefaults } from './limits.ts';
import { lookFailed, lookSucceeded, type RepoRow, readRepoRow } from './look-state.ts';
import { decideMoves, type Questions } from './moves.ts';
import { recordMoves } from './record-moves.ts';
import { type CheckedReport, checkReport, type Report } from './report.ts';

export type LookParts = {
  readonly db: Db;
  readonly tell: Tell;
  readonly mirrors: Mirrors;
  readonly live?: Pick<Live, 'hint'> | undefined;
  readonly limits?: Pick<SourceLimits, 'changedFiles'> | undefined;
  readonly signal?: AbortSignal | undefined;
};
export type Looked = {
  /** The pushes that this look recorded, oldest first. */
  readonly pushIds: readonly number[];
  /** Why a report was not recorded as it was said. Not a failure. */
  readonly ignored?: string | undefined;
};

/** So many times somebody else may be first before it is left to the next look. */
const races = 5;

/** Repeating it, with or without the report, changes nothing. @throws when the repository cannot be read: it is shown beside it, too. */
export async function look(parts: LookParts, repoId: number, report?: Report): Promise<Looked> {
  const { db, live, mirrors } = parts;
  const repo = await readRepoRow(db, repoId);
  if (!repo) return { pushIds: [], ignored: `repository ${repoId} was removed` };
  let mirror: Mirror;
  try {
    mirror = mirrors.of(repo.name, repo.url);
  } catch (error) {
    if (await lookFailed(db, repo, (error as Error).message)) live?.hint('repos', `repo:${repoId}`);
    throw error;
  }
  return mirror.exclusively(async () => {
    try {
      const looked = await lookAt(parts, repo, mirror, report);
      if (repo.problem !== null) live?.hint('repos', `repo:${repoId}`);
      return looked;
    } catch (error) {
      if (await lookFailed(db, repo, explainFetch(error, mirror.remote))) live?.hint('repos', `repo:${repoId}`);
      throw error;
    }
  });
}

async function lookAt(parts: LookParts, repo: RepoRow, mirror: Mirror, report: Report | undefined): Promise<Looked> {
  const { said, refused } = understand(report);
  const seen = await bringUpToDate(parts, repo, mirror, said);
  const looked = seen.heads ? await recordWhatMoved(parts, repo, mirror, seen, seen.heads, said) : { pushIds: [] };
  await lookSucceeded(parts.db, repo, seen.defaultBranch);
  if (looked.pushIds.length > 0) parts.live?.hint(`repo:${repo.id}`);
  return { pushIds: looked.pushIds, ignored: refused ?? looked.ignored };
}

type Seen = {
  /** The branches as they are now; undefined when nothing has moved, which costs one question to the remote and no fetch. */
  readonly heads?: ReadonlyMap<string, string>;
  readonly defaultBranch: string | null;
  /** What HEAD of the remote names, where it was asked. */
  readonly headBranch?: string | null;
};

async function bringUpToDate(
  { db, signal }: LookParts,
  repo: RepoRow,
  mirror: Mirror,
  said: CheckedReport | undefined,
): Promise<Seen> {
  let seen: Seen = { defaultBranch: repo.defaultBranch };
  // Told of a branch of a repository that is known: something has moved, so fetch at once.
  if (!said || repo.isFirstLook || repo.defaultBranch === null) {
    const { heads, headBranch } = await mirror.askRemote(signal);
    const defaultBranch = defaultBranchOf(repo.defaultBranch, heads, headBranch, await mirror.remoteIsWorkTree());
    seen = { defaultBranch, headBranch };
    if (!repo.isFirstLook && same(await recordedHeads(db, repo.id), heads)) return seen;
  }
  await mirror.fetch(signal);
  return { ...seen, heads: await mirror.heads() };
}

async function recordWhatMoved(
  parts: LookParts,
  repo: RepoRow,
  mirror: Mirror,
  seen: Seen,
  heads: ReadonlyMap<string, string>,
  said: CheckedReport | undefined,
): Promise<Looked> {
  const changedFiles = parts.limits?.changedFiles ?? sourceDefaults.changedFiles;
  const defaultHead = heads.get(seen.defaultBranch ?? '') ?? null;
  const arriving = { mirror, defaultHead, changedFiles, signal: parts.signal };
  if (repo.isFirstLook) {
    const branches = [seen.defaultBranch, seen.headBranch, said?.branch];
    const pushIds = await firstLook(parts, repo, heads, arriving, branches);
    if (pushIds) {
      await parts.mirrors.remove(repo.name, mirror);
      return { pushIds };
    }
  }
  const recorded = await recordedHeads(parts.db, repo.id);
  const all = [...new Set([...recorded.keys(), ...heads.keys()])].sort();
  const pushIds: number[] = [];
  let ignored: string | undefined;
  for (const branch of said ? [said.branch] : all) {
    const standing = { head: recorded.get(branch) ?? null, current: heads.get(branch) ?? null };
    const looked = await lookAtBranch(parts, repo.id, arriving, branch, standing, said);
    pushIds.push(...looked.pushIds);
    ignored ??= looked.ignored;
  }
  return { pushIds, ignored };
}

async function lookAtBranch(
  { db, tell }: LookParts,
  repoId: number,
  arriving: Parameters<typeof arrivedBy>[0],
  branch: string,
  seen: { readonly head: string | null; readonly current: string | null },
  said: CheckedReport | undefined,
): Promise<Looked> {
  const questions = questionsOf(db, repoId, arriving.mirror, branch);
  let standing = seen;
  for (let race = 0; race < races; race += 1) {
    const { moves, ignored } = await decideMoves(standing, said, questions);
    const pushes = [];
    for (const move of moves) pushes.push(await arrivedBy(arriving, branch, move));
    const pushIds = await recordMoves(db, tell, repoId, pushes);
    if (pushIds) return { pushIds, ignored };
    standing = { ...standing, head: (await recordedHeads(db, repoId)).get(branch) ?? null };
  }
  throw new Error(`branch ${branch} of repository ${repoId} moved ${races} times while it was looked at`);
}

function questionsOf(db: Db, repoId: number, mirror: Mirror, branch: string): Questions {
  return {
    has: (revision) => mirror.has(revision),
    isAncestor: async (older, newer) =>
      (await mirror.has(older)) && (await mirror.has(newer)) && isAncestor(mirror, older, newer),
    async isRecorded(before, revision) {
      const [row] = await db.query(sql`
        select id from push
        where repo_id = ${repoId} and branch = ${branch} and revision = ${revision}
          and (${before === undefined} or before is not distinct from ${before ?? null})
        limit 1`);
      return row !== undefined;
    },
  };
}

/** A report that makes no sense is no reason not to look. */
function understand(report: Report | undefined): { said?: CheckedReport | undefined; refused?: string } {
  try {
    return { said: report && checkReport(report) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message };
  }
}

/** Branches that are there; a deleted one has no head. */
async function recordedHeads(db: Db, repoId: number): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; head: string }>(sql`
    select name, head from branch where repo_id = ${repoId} and head is not null`);
  return new Map(rows.map(({ name, head }) => [name, head]));
}

const same = (some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>) =>
  some.size === others.size && [...some].every(([name, head]) => others.get(name) === head);

/** HEAD of a remote names it; but in a work tree that is what somebody works on just now, so there it stays what it was. */
function defaultBranchOf(
  recorded: string | null,
  heads: ReadonlyMap<string, string>,
  headBranch: string | null,
  isWorkTree: boolean,
): string | null {
  if (!isWorkTree && headBranch !== null) return headBranch;
  if (isWorkTree && recorded !== null && heads.has(recorded)) return recorded;
  const usual = ['main', 'master', 'trunk'].find((name) => heads.has(name));
  return usual ?? headBranch ?? heads.keys().next().value ?? null;
}
