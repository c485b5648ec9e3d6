// Is this a git repository on this machine, and of which kind? That decides which hook can tell of its pushes.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git } from './git.ts';
import { Mistake } from './mistake.ts';

export type LocalRepository = {
  readonly kind: 'bare' | 'work-tree';
  /** The top of the work tree, or the bare repository itself. */
  readonly path: string;
};

/** @returns undefined for an address elsewhere. @throws Mistake for a path that is no repository. */
export async function findLocalRepository(word: string, directory: string): Promise<LocalRepository | undefined> {
  const path = pathOf(word, directory);
  if (path === undefined) return undefined;
  if (!existsSync(path)) {
    throw new Mistake('not-found', `${path} does not exist.`, 'Give the path of a git repository, or a URL.');
  }
  const place = statSync(path).isDirectory() ? realpathSync(path) : undefined;
  const top =
    place && (await git(place, ['rev-parse', '--is-bare-repository', '--absolute-git-dir'], { mayExit: 128 }));
  if (!place || !top) {
    throw new Mistake(
      'not-found',
      `${path} is not a git repository.`,
      'Make it one with `git init`, or give another path.',
    );
  }
  const [bare = '', gitDirectory = ''] = top.split('\n');
  if (bare === 'true') return { kind: 'bare', path: resolve(gitDirectory) };
  // Asked from inside a .git folder there is no top: its parent is.
  const tree = await git(place, ['rev-parse', '--show-toplevel'], { mayExit: 128 });
  return { kind: 'work-tree', path: resolve(tree || resolve(gitDirectory, '..')) };
}

/** A name for it in addresses and commands: the last part of its path or URL. */
export function nameFor(word: string): string {
  const last = basename(word.replace(/[/\\]+$/, '').replace(/\.git$/, '')) || word;
  const tail = last.includes(':') ? last.slice(last.lastIndexOf(':') + 1) : last;
  const name = tail.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  if (name) return name.slice(0, 100);
  throw new Mistake('usage', `"${word}" gives no name.`, 'Choose one with --name.');
}

function pathOf(word: string, directory: string): string | undefined {
  if (word.startsWith('file://')) return fileURLToPath(word);
  const windowsDrive = /^[A-Za-z]:[\\/]/.test(word);
  // `host:path` and `scheme://` are addresses; anything else is a path.
  if (!windowsDrive && (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(word) || /^[^/\\]+:/.test(word))) return undefined;
  return resolve(directory, word);
}
