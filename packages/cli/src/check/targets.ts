// Which configurations a check looks at: of the work tree, a commit, a branch, or all branches; equal ones once.
import type { TreeReader } from '@signalbox/plan';
import { git } from '../git.ts';
import { Mistake } from '../mistake.ts';
import { commitOf, filesOf, nulList, topOf, treeOf } from '../work-tree.ts';

export type Target = {
  /** What it is called in the answer: branches that share it, a commit, or the work tree. */
  readonly name: string;
  readonly tree: TreeReader;
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
    return { top, branches, targets: [await atCommit(top, branch, commit)] };
  }
  if (rev !== undefined) return { top, branches, targets: [await atCommit(top, rev, await commitOf(top, rev))] };
  const paths = () => nulList(top, ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  return { top, branches, targets: [{ name: 'work tree', tree: filesOf(top), paths }] };
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

const atCommit = async (top: string, name: string, commit: string): Promise<Target> => ({
  name,
  tree: treeOf(top, commit),
  paths: () => nulList(top, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]),
});

/** Branches whose configuration is the same, byte by byte, are checked together. */
async function distinct(top: string, branches: ReadonlyMap<string, string>): Promise<Target[]> {
  const byIds = new Map<string, { names: string[]; commit: string }>();
  for (const [name, commit] of branches) {
    const ids = await git(top, ['ls-tree', '--full-tree', commit, '--', '.signalbox.yml', '.signalbox']);
    // The tree of `.signalbox` has one name for all that is in it.
    const known = byIds.get(ids);
    if (known) known.names.push(name);
    else byIds.set(ids, { names: [name], commit });
  }
  return Promise.all([...byIds.values()].map(({ names, commit }) => atCommit(top, names.join(', '), commit)));
}
