// A work tree for one run, made from the mirror without copying an object: its .git is written by hand, which costs
// one git process (80 ms for a small tree) where clone and checkout cost two (210 ms).
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutPassword } from '../environment.ts';
import { RunFailure } from '../errors.ts';
import { createGit, type GitOptions } from './git.ts';
import { mirrorWith } from './mirror.ts';

export type Checkout = GitOptions & {
  readonly url: string;
  readonly revision: string;
  readonly branch: string;
  readonly workspace: string;
  /** A line for the log of the set-up. */
  readonly say: (line: string) => void;
};

/** @throws RunFailure with checkout-failed; the signal's reason */
export async function checkOut(checkout: Checkout): Promise<void> {
  const { url, revision, branch, workspace, dataDir, signal, say } = checkout;
  const startedAt = performance.now();
  let last = '';
  const git = createGit({
    ...checkout,
    onOutput: (bytes) => {
      last = (last + bytes.toString('utf8')).slice(-4_096);
      return checkout.onOutput(bytes);
    },
  });
  say(`Checking out ${revision} of ${branch} from ${withoutPassword(url)}`);
  try {
    const mirror = await mirrorWith({ url, revision }, join(dataDir, 'mirrors'), git, signal, say);
    await writeRepository(join(workspace, '.git'), mirror, checkout);
    if (!(await git(workspace, 'read-tree', '--reset', '-u', revision))) {
      throw new RunFailure('checkout-failed', `the files of commit ${revision} cannot be written`);
    }
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    say(`The checkout failed: ${error.message}.`);
    if (/No space left on device|Disk quota exceeded/.test(last)) {
      throw new RunFailure('disk-full', 'the disk of the worker is full', { cause: error });
    }
    throw error;
  }
  say(`The checkout took ${((performance.now() - startedAt) / 1_000).toFixed(2)} s.`);
}

async function writeRepository(gitDir: string, mirror: string, checkout: Checkout): Promise<void> {
  const { url, revision } = checkout;
  await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
  await mkdir(join(gitDir, 'refs'), { recursive: true });
  const isSha256 = revision.length === 64;
  const config = [
    `[core]\n\trepositoryFormatVersion = ${isSha256 ? 1 : 0}\n\tbare = false\n\tlogAllRefUpdates = true`,
    ...(isSha256 ? ['[extensions]\n\tobjectFormat = sha256'] : []),
    `[remote "origin"]\n\turl = "${withoutPassword(url).replace(/["\\]/g, '\\$&')}"`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
  ];
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), `${revision}\n`),
    writeFile(join(gitDir, 'config'), `${config.join('\n')}\n`),
    writeFile(join(gitDir, 'objects', 'info', 'alternates'), `${join(mirror, 'objects').replaceAll('\\', '/')}\n`),
    writeFile(join(gitDir, 'packed-refs'), await refsOf(mirror, checkout)),
  ]);
}

/** The mirror's branches as those of origin, and its tags: for scripts that ask for origin/main or describe. */
async function refsOf(mirror: string, options: GitOptions): Promise<string> {
  const pieces: Buffer[] = [];
  const git = createGit({ ...options, onOutput: (bytes) => void pieces.push(bytes) });
  const listed = await git(mirror, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags');
  return listed ? Buffer.concat(pieces).toString('utf8').replaceAll(' refs/heads/', ' refs/remotes/origin/') : '';
}
