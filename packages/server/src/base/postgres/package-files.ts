// Makes the npm package's files ready to run: the library links that its install script would make, where scripts are blocked.
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Place } from './place.ts';

type Link = { readonly source: string; readonly target: string };

/** Whether all links are there, made now if need be. False: the package may not be written to. */
export async function linkLibraries(native: string): Promise<boolean> {
  for (const link of await wantedLinks(native)) {
    const path = join(dirname(native), link.target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(basename(link.source), path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** The package's files beside the data, linked, for everybody to read. A repeat finds the first copy. */
export async function copyPackage(native: string, place: Place): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const home = join(place.directory, `binaries-${version}`);
  const copied = join(home, 'native');
  if (await lstat(copied).catch(() => undefined)) return copied;

  const draft = await mkdtemp(join(place.directory, 'binaries-draft-'));
  await chmod(draft, 0o755);
  await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(join(draft, 'native'));
  await rename(draft, home).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    // Another start was first: its copy is as good.
    if (!(await lstat(copied).catch(() => undefined))) throw error;
  });
  return copied;
}

async function wantedLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as Link[];
}
