// Brings the mirror up to date where something has moved, and says which branches there are and which one is the default.
import { type Mirror, straightLine } from '../forges/index.ts';
import type { LookParts } from './look.ts';
import { type RepoRow, recordedHeads } from './look-state.ts';
import type { CheckedReport } from './report.ts';

export type Seen = {
  /**
   * What was recorded before anybody was asked. In this order a look never takes what it saw for newer than what another
   * one has recorded meanwhile: the branch is then no longer where this look found it recorded, and it starts over.
   */
  readonly recorded: ReadonlyMap<string, string>;
  /** The branches as they are now; undefined when nothing has moved, which costs one question to the remote and no fetch. */
  readonly heads?: ReadonlyMap<string, string>;
  readonly defaultBranch: string | null;
  /** What HEAD of the remote names, where it was asked. */
  readonly headBranch?: string | null;
};

export async function bringUpToDate(
  { db, signal }: LookParts,
  repo: RepoRow,
  mirror: Mirror,
  said: CheckedReport | undefined,
): Promise<Seen> {
  const recorded = await recordedHeads(db, repo.id);
  let seen: Seen = { recorded, defaultBranch: repo.defaultBranch };
  if (repo.isFirstLook) {
    // Fetched first, asked after: a first push that comes between the two is then not fetched, and so not recorded, yet.
    await mirror.fetch(signal);
    const heads = await mirror.heads();
    const { headBranch } = await mirror.askRemote(signal);
    const defaultBranch = defaultBranchOf(repo.defaultBranch, heads, headBranch, await mirror.remoteIsWorkTree());
    return { recorded, defaultBranch, headBranch, heads };
  }
  // Told of a branch of a repository that is known: something has moved, so fetch at once.
  if (!said || repo.defaultBranch === null) {
    const { heads, headBranch } = await mirror.askRemote(signal);
    const defaultBranch = defaultBranchOf(repo.defaultBranch, heads, headBranch, await mirror.remoteIsWorkTree());
    seen = { recorded, defaultBranch, headBranch };
    if (same(recorded, heads)) return seen;
  }
  if (!said || repo.defaultBranch === null) {
    await mirror.fetch(signal);
    return { ...seen, heads: await mirror.heads() };
  }
  if (!(await wasFetchedWithAnother(mirror, recorded.get(said.branch), said))) await mirror.fetch(signal);
  return { ...seen, heads: await headsOf(mirror, [said.branch, repo.defaultBranch]) };
}

/**
 * In a burst of pushes the fetch for the first brings the others, too. The mirror is as new as this report when it knows of
 * more than is recorded, and what was said comes after what is recorded.
 */
async function wasFetchedWithAnother(
  mirror: Mirror,
  recorded: string | undefined,
  said: CheckedReport,
): Promise<boolean> {
  if (!recorded || !said.revision || (await mirror.headOf(said.branch)) === recorded) return false;
  return (await straightLine(mirror, recorded, said.revision)) !== undefined;
}

async function headsOf(mirror: Mirror, branches: readonly string[]): Promise<Map<string, string>> {
  const heads = new Map<string, string>();
  for (const branch of new Set(branches)) {
    const head = await mirror.headOf(branch);
    if (head !== null) heads.set(branch, head);
  }
  return heads;
}

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

const same = (some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>) =>
  some.size === others.size && [...some].every(([name, head]) => others.get(name) === head);
