// What a move of a branch brought: its kind, its commits, its changed files, by as few git commands as will do (3.6 ms each).
import type { Commit } from '@signalbox/protocol';
import { GitFailed } from './git-failed.ts';
import { type Head, headOf } from './head.ts';
import type { Mirror } from './mirror.ts';
import { straightLine } from './straight-line.ts';

export type { Head };
export type Arrival = {
  readonly kind: 'created' | 'forward' | 'rewritten';
  /** The newest commit. */
  readonly head: Head;
  /** Newest first, at most `commitsListed`. Empty when a branch was set back: nothing arrived. */
  readonly commits: readonly Commit[];
  readonly commitCount: number;
  /** Changed paths, both names of a renamed file; null = too many, or nothing to compare with: counts as everything. */
  readonly files: readonly string[] | null;
};
export type Move = {
  /** null for a branch that is new. It must be in the mirror. */
  readonly before: string | null;
  readonly after: string;
  /** Where the default branch stands: a new branch is compared with it. null = with nothing. */
  readonly defaultHead: string | null;
};

export const commitsListed = 100;
/** A path is rarely longer; a list that is longer than all its paths at this length counts as everything. */
const pathBytes = 400;

/** @throws GitFailed when a revision is not in the mirror. */
export async function describeMove(mirror: Mirror, move: Move, filesLimit: number): Promise<Arrival> {
  const line = move.before === null ? undefined : await straightLine(mirror, move.before, move.after);
  if (line?.[0] && move.before !== null) {
    const files = await changedFiles(mirror, move.before, move.after, filesLimit);
    return { kind: 'forward', head: line[0], commits: line.map(withoutMessage), commitCount: line.length, files };
  }
  const base = move.before ?? (await branchPoint(mirror, move));
  const [counted, listed, files] = await Promise.all([
    countMove(mirror, base, move.after),
    logOf(mirror, base, move.after),
    base === null ? null : changedFiles(mirror, base, move.after, filesLimit),
  ]);
  const head = listed[0]?.revision === move.after ? listed[0] : (await logOf(mirror, null, move.after, 1))[0];
  if (!head) throw new Error(`git log shows nothing for ${move.after}`);
  const kind = move.before === null ? 'created' : counted.left === 0 ? 'forward' : 'rewritten';
  return { kind, head, commits: listed.map(withoutMessage), commitCount: counted.right, files };
}

const withoutMessage = ({ message: _message, ...commit }: Head): Commit => commit;

/** Whether everything of `older` is in `newer`, which may be the same. */
export async function isAncestor(mirror: Mirror, older: string, newer: string): Promise<boolean> {
  if (older === newer || (await straightLine(mirror, older, newer))) return true;
  try {
    await mirror.git(['merge-base', '--is-ancestor', older, newer]);
    return true;
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false;
    throw error;
  }
}

/** The paths that differ between two commits, or null when there are more than the limit. */
export async function changedFiles(
  mirror: Mirror,
  before: string,
  after: string,
  limit: number,
): Promise<string[] | null> {
  try {
    const output = await mirror.git(['diff-tree', '-r', '-z', '--name-only', '--no-renames', before, after], {
      outputBytes: limit * pathBytes,
    });
    const files = output.toString('utf8').split('\0').slice(0, -1);
    return files.length > limit ? null : files;
  } catch (error) {
    if (error instanceof GitFailed && error.why === 'output') return null;
    throw error;
  }
}

/**
 * Where a new branch left the default branch; null when it has no commit of its own or no history in common. Then there
 * is nothing to compare with, and everything counts as changed: a release branch that was just cut is built whole.
 */
async function branchPoint(mirror: Mirror, { after, defaultHead }: Move): Promise<string | null> {
  if (defaultHead === null || defaultHead === after) return null;
  try {
    const base = (await mirror.git(['merge-base', defaultHead, after])).toString('latin1').trim();
    return base === after ? null : base;
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return null;
    throw error;
  }
}

/** How many commits only the older side has, and how many only the newer one. */
async function countMove(mirror: Mirror, before: string | null, after: string) {
  const range = before === null ? [after] : ['--left-right', `${before}...${after}`];
  const output = await mirror.git(['rev-list', '--count', ...range, '--']);
  const counts = output.toString('latin1').trim().split('\t').map(Number);
  return before === null ? { left: 0, right: counts[0] ?? 0 } : { left: counts[0] ?? 0, right: counts[1] ?? 0 };
}

async function logOf(mirror: Mirror, before: string | null, after: string, count = commitsListed): Promise<Head[]> {
  const range = before === null ? [after] : [after, `^${before}`];
  // -z ends each commit; git cuts a message at a NUL, and re-encodes what says it is not UTF-8.
  const log = (format: string) =>
    mirror.git(['log', '-z', `--max-count=${count}`, '--encoding=UTF-8', `--format=${format}`, ...range, '--']);
  let output: Buffer;
  try {
    output = await log('%H%n%ct%n%an%n%ae%n%B');
  } catch (error) {
    if (!(error instanceof GitFailed && error.why === 'output')) throw error;
    output = await log('%H%n%ct%n%n%n(the message is too large to be shown)');
  }
  return output.toString('utf8').split('\0').slice(0, -1).map(parseCommit);
}

function parseCommit(text: string): Head {
  const [revision = '', seconds = '', name = '', mail = '', ...lines] = text.split('\n');
  return headOf({ revision, name, mail, seconds: Number(seconds), message: lines.join('\n') });
}
