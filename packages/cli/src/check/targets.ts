// Which configurations a check looks at: of the work tree, a commit, a branch, or all branches; equal ones once.
import type { TreeReader } from '@signalbox/plan';
import { git } from '../git.ts';
import { Mistake } from '../mistake.ts';
import { commitOf, filesOf, nulList, topOf, treeOf } from '../work-tree.ts';

export type Target = {
  /** What it is called in the answer: branches that share it, a commit, or the work tree. */
  readonly name: string;
  readonly tree: TreeReader;
  /** The branch that a script is told; empty where there is none. */
  readonly branch: string;
  /** All files of the tree. */
  readonly paths: () => Promise<readonly string[]>;
};

export type TargetOptions = { readonly rev?: string; readonly branch?: string; readonly allBranches?: true };

export type Targets = {
  readonly top: string;
  readonly targets: readonly Target[];
  readonly branches: readonly string[];
};

export async function findTargets(directory: string, { rev, branch, allBranches }: TargetOptions): Promise<Targets> {
  const top = await topOf(directory);
  const known = await branchesOf(top);
  const branches = [...known.keys()];
  if (allBranches) return { top, branches, targets: await distinct(top, known) };
  if (branch !== undefined) {
    const commit = known.get(branch);
    if (!commit) throw new Mistake('not-found', `${top} has no branch "${branch}".`, '`git branch --all` lists them.');
    return { top, branches, targets: [await atCommit(top, branch, commit, branch)] };
  }
  const current = (await git(top, ['symbolic-ref', '--quiet', '--short', 'HEAD'], { mayExit: 1 })) ?? '';
  if (rev !== undefined) {
    return { top, branches, targets: [await atCommit(top, rev, await commitOf(top, rev), current)] };
  }
  const paths = () => nulList(top, ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  return { top, branches, targets: [{ name: 'work tree', tree: filesOf(top), branch: current, paths }] };
}

/** Branches with their commits: those of the work tree, and of its remotes those that it does not have. */
async function branchesOf(top: string): Promise<Map<string, string>> {
  const format = '--format=%(refname)%09%(objectname)%09%(symref)';
  const lines = (await git(top, ['for-each-ref', format, 'refs/heads', 'refs/remotes'])).split('\n');
  const branches = new Map<string, string>();
  for (const line of lines) {
    const [name = '', commit = '', symbolic] = line.split('\t');
    const branch = name.replace(/^refs\/(heads|remotes\/[^/]+)\//, '');
    if (branch !== '' && !symbolic && !branches.has(branch)) branches.set(branch, commit);
  }
  return branches;
}

const atCommit = async (top: string, name: string, commit: string, branch: string): Promise<Target> => ({
  name,
  branch,
  tree: treeOf(top, commit),
  paths: () => nulList(top, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]),
});

/** As `@signalbox/plan` calls it, which is loaded later. */
const configScript = '.signalbox/config.ts';

/** Branches whose configuration is the same, byte by byte, are checked together. */
async function distinct(top: string, branches: ReadonlyMap<string, string>): Promise<Target[]> {
  const byIds = new Map<string, { names: string[]; commit: string }>();
  for (const [name, commit] of branches) {
    const paths = ['.signalbox.yml', '.signalbox', configScript];
    const found = await git(top, ['ls-tree', '--full-tree', commit, '--', ...paths]);
    // A script may ask for its branch, and read any file of the tree.
    const ids = found.includes(configScript) ? `${found}\n${name}` : found;
    // The tree of `.signalbox` has one name for all that is in it.
    const known = byIds.get(ids);
    if (known) known.names.push(name);
    else byIds.set(ids, { names: [name], commit });
  }
  return Promise.all(
    [...byIds.values()].map(({ names, commit }) => atCommit(top, names.join(', '), commit, names[0] ?? '')),
  );
}
