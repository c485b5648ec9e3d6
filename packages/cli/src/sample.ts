// Makes the sample repository out of the files in sample/: a work tree to play with, and a bare repository that its
// history is pushed to, one push after another. Authors and dates are fixed, so its commits are the same everywhere.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git } from './git.ts';

export type SamplePush = { readonly branch: string; readonly revision: string };
export type Sample = {
  readonly tree: string;
  readonly bare: string;
  /** What makes its history, oldest first. */
  readonly pushes: readonly SamplePush[];
};

type History = {
  readonly pushes: readonly { readonly branch: string; readonly commits: readonly string[] }[];
  readonly commits: Readonly<Record<string, { author: string; date: string; message: string }>>;
};

const files = fileURLToPath(new URL('../sample', import.meta.url));

/** Its name on the server. */
export const sampleName = 'sample';

/** The person's own settings (signing, line ends, hooks) have no say in how the sample comes out. */
const plainGit = { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };

/** Makes what is missing; a repeat changes nothing. Nothing is pushed yet. */
export async function makeSample(data: string): Promise<Sample> {
  const tree = join(data, 'sample');
  const bare = join(data, 'sample.git');
  if (!existsSync(bare)) {
    await whole(bare, async (draft) => {
      await git(draft, ['init', '--quiet', '--bare', '--initial-branch=main'], { env: plainGit });
    });
  }
  if (!existsSync(tree)) await whole(tree, (draft) => commitHistory(draft));
  return { tree, bare, pushes: await readPushes(tree) };
}

/** Whether the bare repository has this push already: it was made before, or the person has gone on from there. */
export async function hasPush(sample: Sample, push: SamplePush): Promise<boolean> {
  const commits = await git(sample.bare, ['rev-list', `refs/heads/${push.branch}`], { mayExit: 128 });
  return commits?.split('\n').includes(push.revision) ?? false;
}

/** A real `git push`. */
export async function pushSample(sample: Sample, push: SamplePush): Promise<void> {
  await git(sample.tree, ['push', '--quiet', 'origin', `${push.revision}:refs/heads/${push.branch}`], {
    env: plainGit,
  });
}

async function commitHistory(tree: string): Promise<void> {
  const history = JSON.parse(readFileSync(join(files, 'history.json'), 'utf8')) as History;
  await git(tree, ['init', '--quiet', '--initial-branch=main'], { env: plainGit });
  for (const [index, push] of history.pushes.entries()) {
    if (push.branch !== 'main') await git(tree, ['checkout', '--quiet', '-b', push.branch], { env: plainGit });
    for (const name of push.commits) await commit(tree, name, history.commits[name]!);
    // Kept by number: these are what is to be pushed, whatever the person does to the branches later.
    await git(tree, ['update-ref', `refs/signalbox/${index + 1}/${push.branch}`, 'HEAD']);
  }
  await git(tree, ['checkout', '--quiet', 'main'], { env: plainGit });
  await git(tree, ['remote', 'add', 'origin', '../sample.git']);
  for (const branch of new Set(history.pushes.map((push) => push.branch))) {
    await git(tree, ['config', `branch.${branch}.remote`, 'origin']);
    await git(tree, ['config', `branch.${branch}.merge`, `refs/heads/${branch}`]);
  }
  // So that a first commit of the person's works on a machine on which git does not know them yet.
  const known = await git(tree, ['config', 'user.email'], { mayExit: 1 });
  if (!known) {
    await git(tree, ['config', 'user.name', 'You']);
    await git(tree, ['config', 'user.email', 'you@example.org']);
  }
}

async function commit(tree: string, name: string, facts: History['commits'][string]): Promise<void> {
  cpSync(join(files, name), tree, { recursive: true });
  const email = `${facts.author.split(' ')[0]!.toLowerCase()}@example.org`;
  const [GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_AUTHOR_DATE] = [facts.author, email, facts.date];
  const env = {
    ...plainGit,
    ...{ GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_AUTHOR_DATE },
    ...{ GIT_COMMITTER_NAME: facts.author, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: facts.date },
  };
  await git(tree, ['add', '--all'], { env });
  await git(tree, ['commit', '--quiet', '--no-verify', '--file=-'], { env, input: facts.message });
}

async function readPushes(tree: string): Promise<SamplePush[]> {
  const lines = await git(tree, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/signalbox']);
  return lines
    .split('\n')
    .flatMap((line) => {
      const [, revision, number, branch] = /^(\w+) refs\/signalbox\/(\d+)\/(.+)$/.exec(line) ?? [];
      return revision && branch ? [{ number: Number(number), branch, revision }] : [];
    })
    .sort((a, b) => a.number - b.number)
    .map(({ branch, revision }) => ({ branch, revision }));
}

/** Made beside and moved: a start that is interrupted leaves no half repository. */
async function whole(place: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${place}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await make(draft);
  // The hooks that git puts there are examples only, and none of the sample's.
  const hooks = [join(draft, 'hooks'), join(draft, '.git', 'hooks')].filter((folder) => existsSync(folder));
  for (const folder of hooks) for (const one of readdirSync(folder)) rmSync(join(folder, one));
  renameSync(draft, place);
}
