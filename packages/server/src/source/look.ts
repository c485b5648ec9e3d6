// Looks at a repository and records what happened there: the one way in which a push becomes a row.
// Looks at one repository take turns within a process (the mirror's line). Between processes nothing needs to be serialised:
// a branch moves only from where the look saw it, so of two looks that race one writes and the other looks again; the
// outbox's line for each repository merely saves the second one's work.
import { Refused } from '@signalbox/protocol';
import type { Db, Live, Tell } from '../base/index.ts';
import { explainFetch, type Mirror, type Mirrors } from '../forges/index.ts';
import { bringUpToDate, type Seen } from './bring-up-to-date.ts';
import { firstLook } from './first-look.ts';
import { type SourceLimits, sourceDefaults } from './limits.ts';
import { type Looked, lookAtBranch } from './look-at-branch.ts';
import { lookFailed, lookSucceeded, type RepoRow, readRepoRow } from './look-state.ts';
import { type CheckedReport, checkReport, type Report } from './report.ts';

export type LookParts = {
  readonly db: Db;
  readonly tell: Tell;
  readonly mirrors: Mirrors;
  readonly live?: Pick<Live, 'hint'> | undefined;
  readonly limits?: Pick<SourceLimits, 'changedFiles'> | undefined;
  readonly signal?: AbortSignal | undefined;
};

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
  const { recorded } = seen;
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

/** A report that makes no sense is no reason not to look. */
function understand(report: Report | undefined): { said?: CheckedReport | undefined; refused?: string } {
  try {
    return { said: report && checkReport(report) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message };
  }
}
