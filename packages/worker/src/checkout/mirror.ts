// One bare copy of each repository, shared by all runs and worker processes of this machine, brought up to date only
// when a commit is missing.
import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutPassword } from '../environment.ts';
import { RunFailure } from '../errors.ts';
import { lock } from '../lock.ts';
import type { Git } from './git.ts';

export type Wanted = { readonly url: string; readonly revision: string };

/** Where the mirror is; it holds the wanted commit then. `say` gets a line for the log. */
export async function mirrorWith(
  wanted: Wanted,
  mirrorsDir: string,
  git: Git,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(wanted.revision)) {
    throw new RunFailure('checkout-failed', `"${wanted.revision}" is not the full id of a commit`);
  }
  const hash = createHash('sha256').update(wanted.url).digest('hex').slice(0, 32);
  const mirror = join(mirrorsDir, hash);
  // A commit that is there stays there, so looking needs no lock.
  if ((await isThere(join(mirror, 'signalbox-url'))) && (await holds(mirror, wanted.revision, git))) {
    say('The mirror on this machine has the commit.');
    return mirror;
  }
  await mkdir(mirrorsDir, { recursive: true });
  const release = await lock(`${mirror}.lock`, signal);
  try {
    await prepare(mirror, wanted, git);
    if (!(await holds(mirror, wanted.revision, git))) {
      say('Fetching into the mirror on this machine.');
      await fetchInto(mirror, wanted, git);
    }
  } finally {
    await release();
  }
  return mirror;
}

async function prepare(mirror: string, { url, revision }: Wanted, git: Git): Promise<void> {
  const label = join(mirror, 'signalbox-url');
  if (await isThere(label)) return;
  await mkdir(mirror, { recursive: true });
  const format = revision.length === 64 ? 'sha256' : 'sha1';
  if (!(await git(mirror, 'init', '--quiet', '--bare', `--object-format=${format}`))) {
    throw new RunFailure('checkout-failed', `git cannot make a mirror in ${mirror}`);
  }
  // Written last: a mirror without it was left half made.
  await writeFile(label, `${withoutPassword(url)}\n`);
}

async function fetchInto(mirror: string, { url, revision }: Wanted, git: Git): Promise<void> {
  const plain = ['fetch', '--quiet', '--force', '--no-auto-gc', '--no-write-fetch-head'];
  const everything = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  const fetched = await git(mirror, ...plain, '--prune', '--no-tags', '--', url, ...everything);
  const isHere = async () => await holds(mirror, revision, git);
  // A commit that no branch holds any more has to be asked for by its id.
  if (!(fetched && (await isHere()))) await git(mirror, ...plain, '--no-tags', '--', url, revision);
  if (!(await isHere())) {
    throw new RunFailure('checkout-failed', `commit ${revision} cannot be had from ${withoutPassword(url)}`);
  }
  // Only when much has gathered; it removes nothing. If it fails, the mirror is as good as before.
  await git(mirror, 'gc', '--auto', '--quiet');
}

async function holds(mirror: string, revision: string, git: Git): Promise<boolean> {
  // Says nothing when it is not there, unlike with ^{commit}.
  return await git(mirror, 'cat-file', '-e', revision);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
