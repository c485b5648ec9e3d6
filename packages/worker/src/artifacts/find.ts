// Which files of a checkout are artifacts: those that a pattern matches, and that truly lie within the checkout.
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import picomatch from 'picomatch';

export type Found = {
  /** Relative to the checkout, with forward slashes, in order. */
  readonly files: readonly string[];
  /** Patterns that matched nothing. */
  readonly empty: readonly string[];
  /** One sentence for each thing that was refused. */
  readonly refused: readonly string[];
  /** More files matched than may be. */
  readonly tooMany: boolean;
};

export async function findArtifacts(workspace: string, patterns: readonly string[], mostFiles: number): Promise<Found> {
  const root = await realpath(workspace);
  const files = new Set<string>();
  const refused = new Set<string>();
  const empty: string[] = [];
  for (const pattern of patterns) {
    const clean = pattern
      .replaceAll('\\', '/')
      .replace(/^(\.\/)+/, '')
      .replace(/\/+$/, '');
    if (clean === '' || clean.startsWith('/') || /^[A-Za-z]:/.test(clean) || clean.split('/').includes('..')) {
      refused.add(`"${pattern}" points out of the checkout; artifacts are named relative to it.`);
      continue;
    }
    const search = { root, refused, mostFiles: mostFiles + 1, matches: matcherOf(clean), base: baseOf(clean) };
    const matched = await walk('', search, []);
    if (matched.length === 0) empty.push(pattern);
    for (const file of matched) files.add(file);
  }
  return {
    files: [...files].sort().slice(0, mostFiles),
    empty,
    refused: [...refused],
    tooMany: files.size > mostFiles,
  };
}

type Search = {
  readonly root: string;
  readonly refused: Set<string>;
  readonly mostFiles: number;
  readonly matches: (path: string) => boolean;
  /** The directories that every match lies below: nothing else is read. */
  readonly base: readonly string[];
};

/** A pattern that names a directory means all that is in it. */
function matcherOf(pattern: string): (path: string) => boolean {
  return picomatch([pattern, `${pattern}/**`], { dot: true });
}

function baseOf(pattern: string): string[] {
  const { base } = picomatch.scan(pattern);
  return base === '' || base === '.' ? [] : base.split('/');
}

async function walk(directory: string, search: Search, found: string[]): Promise<string[]> {
  const depth = directory === '' ? 0 : directory.split('/').length;
  const only = search.base[depth];
  const entries = await readdir(join(search.root, directory), { withFileTypes: true });
  for (const entry of entries) {
    if (found.length >= search.mostFiles) break;
    if (depth === 0 && entry.name === '.git') continue;
    if (only !== undefined && entry.name !== only) continue;
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    const kind = await kindOf(entry, path, search);
    if (kind === 'directory') await walk(path, search, found);
    if (kind === 'file' && search.matches(path)) found.push(path);
  }
  return found;
}

/** A link counts as what it points at, if that lies within the checkout; a directory is entered by its own name only. */
async function kindOf(entry: Dirent, path: string, search: Search): Promise<'file' | 'directory' | 'other'> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (!entry.isSymbolicLink()) return 'other';
  const target = await realpath(join(search.root, path)).catch(() => null);
  if (target === null) return 'other';
  if (target !== search.root && !target.startsWith(search.root + sep)) {
    if (search.matches(path) || isOnTheWay(path, search.base)) {
      search.refused.add(`"${path}" is a link that leaves the checkout; it is not taken.`);
    }
    return 'other';
  }
  return (await stat(target)).isFile() ? 'file' : 'other';
}

function isOnTheWay(path: string, base: readonly string[]): boolean {
  return path.split('/').every((part, depth) => base[depth] === part);
}
