// What a plan needs to know of a work tree or a commit: its files, the branch, the message, the changed files.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PushFacts, TreeFile, TreeReader } from '@signalbox/plan';
import { git } from './git.ts';
import { Mistake } from './mistake.ts';

export type TreeFacts = {
  /** The top of the work tree. */
  readonly top: string;
  readonly tree: TreeReader;
  readonly push: PushFacts;
};

/** The top of the work tree that holds the directory. */
export async function topOf(directory: string): Promise<string> {
  const top = await git(directory, ['rev-parse', '--show-toplevel'], { mayExit: 128 });
  if (top) return top;
  throw new Mistake('not-found', `${directory} is in no git work tree.`, 'Go into one, or make one with `git init`.');
}

/** As it would be if all of it was committed and pushed now. */
export async function readWorkTree(directory: string, branch: string | undefined): Promise<TreeFacts> {
  const top = await topOf(directory);
  const changed = await nulList(top, ['diff', '--name-only', '-z', await baseOf(top), '--']);
  const untracked = await nulList(top, ['ls-files', '--others', '--exclude-standard', '-z']);
  return {
    top,
    tree: filesOf(top),
    push: {
      branch: branch ?? (await branchOf(top)),
      message: (await git(top, ['log', '-1', '--format=%B'], { mayExit: 128 })) ?? '',
      files: [...new Set([...changed, ...untracked])].sort(),
    },
  };
}

/** As it was when this commit alone was pushed. */
export async function readCommit(directory: string, revision: string, branch: string | undefined): Promise<TreeFacts> {
  const top = await topOf(directory);
  const commit = await commitOf(top, revision);
  const parent = await git(top, ['rev-parse', '--quiet', '--verify', `${commit}^1`], { mayExit: 1 });
  return {
    top,
    tree: treeOf(top, commit),
    push: {
      branch: branch ?? (await branchOf(top)),
      message: await git(top, ['log', '-1', '--format=%B', commit]),
      files: await nulList(top, ['diff', '--name-only', '-z', parent ?? (await emptyTree(top)), commit, '--']),
    },
  };
}

export async function commitOf(top: string, revision: string): Promise<string> {
  const wanted = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${revision}^{commit}`];
  const commit = await git(top, wanted, { mayExit: 1 });
  if (commit) return commit;
  throw new Mistake('not-found', `${top} has no commit "${revision}".`, '`git log` shows what there is.');
}

/** Files as they lie on the disk. What a server would not follow is not followed here either. */
export function filesOf(top: string): TreeReader {
  const at = (path: string) => lstatSync(join(top, path), { throwIfNoEntry: false });
  /** A link, or what lies behind one: `a/b/c` is looked at as `a`, `a/b` and `a/b/c`. */
  const isLinked = (path: string) => {
    const names = path.split('/');
    return names.some((_, index) => at(names.slice(0, index + 1).join('/'))?.isSymbolicLink() === true);
  };
  return {
    list: async (directory) =>
      !isLinked(directory) && at(directory)?.isDirectory() ? readdirSync(join(top, directory)) : [],
    read: async (path) => {
      const found = at(path);
      if (isLinked(path)) return linked(path);
      if (!found?.isFile()) return { kind: 'absent' };
      return { kind: 'text', text: readFileSync(join(top, path), 'utf8') };
    },
  };
}

const linked = (path: string): TreeFile => ({
  kind: 'unreadable',
  says: `${path} is a symbolic link, which is not followed. Commit a file.`,
});

/** Files as they are at a commit. */
export function treeOf(top: string, commit: string): TreeReader {
  const names = async (path: string) => {
    // The path stands after `--`, and is taken as it is written.
    const args = ['ls-tree', '-z', '--name-only', '--full-tree', commit, '--', path];
    return nulList(top, args);
  };
  return {
    list: async (directory) => (await names(`${directory}/`)).map((path) => path.slice(directory.length + 1)),
    read: async (path) => {
      const [entry] = await nulList(top, ['ls-tree', '-z', '--full-tree', commit, '--', path]);
      if (entry?.startsWith('120000')) return linked(path);
      if (entry === undefined) return { kind: 'absent' };
      const text = await git(top, ['show', '--end-of-options', `${commit}:${path}`], { mayExit: 128 });
      // git() takes the last line end away; the text of the file has it.
      return text === undefined ? { kind: 'absent' } : { kind: 'text', text: `${text}\n` };
    },
  };
}

/** What is not pushed yet counts as changed: from the upstream on, else the last commit, else everything. */
async function baseOf(top: string): Promise<string> {
  for (const base of ['@{upstream}', 'HEAD^1']) {
    const found = await git(top, ['rev-parse', '--quiet', '--verify', base], { mayExit: 1 }).catch(() => undefined);
    const fork = found && (await git(top, ['merge-base', found, 'HEAD'], { mayExit: 1 }));
    if (fork) return fork;
  }
  return emptyTree(top);
}

async function branchOf(top: string): Promise<string> {
  const branch = await git(top, ['symbolic-ref', '--quiet', '--short', 'HEAD'], { mayExit: 1 });
  if (branch) return branch;
  throw new Mistake('usage', `${top} is on no branch.`, 'Say which one is meant: --branch NAME');
}

const emptyTree = (top: string) => git(top, ['hash-object', '-t', 'tree', '--stdin'], { input: '' });

export async function nulList(top: string, args: readonly string[]): Promise<string[]> {
  return (await git(top, args)).split('\0').filter((name) => name !== '');
}

export const noConfiguration = (where: string) =>
  new Mistake(
    'not-found',
    `There is no configuration in ${where}.`,
    '`signalbox init` writes .signalbox.yml to begin with.',
  );
