// What a plan needs to know of a work tree or a commit: the configuration, the branch, the message, the changed files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from './git.ts';
import { Mistake } from './mistake.ts';

export const configFile = '.signalbox.yml';

export type TreeFacts = {
  readonly text: string;
  readonly branch: string;
  readonly message: string;
  readonly files: readonly string[];
};

/** The top of the work tree that holds the directory. */
async function topOf(directory: string): Promise<string> {
  const top = await git(directory, ['rev-parse', '--show-toplevel'], { mayExit: 128 });
  if (top) return top;
  throw new Mistake('not-found', `${directory} is in no git work tree.`, 'Go into one, or make one with `git init`.');
}

/** As it would be if all of it was committed and pushed now. */
export async function readWorkTree(directory: string, branch: string | undefined): Promise<TreeFacts> {
  const top = await topOf(directory);
  const file = join(top, configFile);
  if (!existsSync(file)) throw noConfiguration(top);
  const changed = await nulList(top, ['diff', '--name-only', '-z', await baseOf(top), '--']);
  const untracked = await nulList(top, ['ls-files', '--others', '--exclude-standard', '-z']);
  return {
    text: readFileSync(file, 'utf8'),
    branch: branch ?? (await branchOf(top)),
    message: (await git(top, ['log', '-1', '--format=%B'], { mayExit: 128 })) ?? '',
    files: [...new Set([...changed, ...untracked])].sort(),
  };
}

/** As it was when this commit alone was pushed. */
export async function readCommit(directory: string, revision: string, branch: string | undefined): Promise<TreeFacts> {
  const top = await topOf(directory);
  const wanted = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${revision}^{commit}`];
  const commit = await git(top, wanted, { mayExit: 1 });
  if (!commit) throw new Mistake('not-found', `${top} has no commit "${revision}".`, '`git log` shows what there is.');
  const text = await git(top, ['show', `${commit}:${configFile}`], { mayExit: 128 });
  if (text === undefined) throw noConfiguration(`${top} at ${revision}`);
  const parent = await git(top, ['rev-parse', '--quiet', '--verify', `${commit}^1`], { mayExit: 1 });
  return {
    // git() takes the last line end away; the text of the file has it.
    text: `${text}\n`,
    branch: branch ?? (await branchOf(top)),
    message: await git(top, ['log', '-1', '--format=%B', commit]),
    files: await nulList(top, ['diff', '--name-only', '-z', parent ?? (await emptyTree(top)), commit, '--']),
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

async function nulList(top: string, args: readonly string[]): Promise<string[]> {
  return (await git(top, args)).split('\0').filter((name) => name !== '');
}

const noConfiguration = (where: string) =>
  new Mistake('not-found', `There is no ${configFile} in ${where}.`, '`signalbox init` writes one to begin with.');
