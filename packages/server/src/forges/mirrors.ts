// The mirrors of all repositories, each a bare repository in one directory: opens them, removes them, ends what they keep.
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeGitConfig } from './git-environment.ts';
import { draftPrefix } from './make-mirror.ts';
import { type GitLimits, Mirror } from './mirror.ts';
import { parseRepoUrl } from './repo-url.ts';

export type MirrorsOptions = Partial<GitLimits> & {
  /** Whether repositories may lie on the server's own disk; true unless told. */
  readonly allowPaths?: boolean;
};

const usualLimits: GitLimits = {
  timeoutSeconds: 600,
  outputBytes: 64 * 1024 * 1024,
  idleSeconds: 20,
};

const draftLifeMs = 3_600_000;

/** Opens the directory, and makes it where it is not there. */
export async function openMirrors(directory: string, options: MirrorsOptions = {}): Promise<Mirrors> {
  await writeGitConfig(directory);
  return new Mirrors(directory, options);
}

export class Mirrors {
  readonly directory: string;
  readonly allowPaths: boolean;
  readonly #limits: GitLimits;
  readonly #open = new Map<string, Mirror>();

  constructor(directory: string, options: MirrorsOptions) {
    this.directory = directory;
    this.allowPaths = options.allowPaths ?? true;
    this.#limits = { ...usualLimits, ...definedOf(options) };
  }

  /**
   * The mirror of a repository; nothing is fetched yet. The folder is called by the repository's name and its address
   * without password: another address means another folder, a new token does not.
   * @throws Refused bad-url
   */
  of(name: string, url: string): Mirror {
    const remote = parseRepoUrl(url, { allowPaths: this.allowPaths });
    const digest = createHash('sha256').update(remote.shown).digest('hex').slice(0, 12);
    const key = `${name}-${digest}.git`;
    const known = this.#open.get(key);
    if (known?.remote.url === remote.url) return known;
    const mirror = new Mirror({ mirrorsDirectory: this.directory, folder: key, remote, limits: this.#limits });
    this.#open.set(key, mirror);
    return mirror;
  }

  /** Removes every mirror that a repository of this name had, but for the one named. */
  async remove(name: string, but?: Mirror): Promise<void> {
    const folders = await readdir(this.directory);
    for (const folder of folders.filter((entry) => nameOf(entry) === name && entry !== but?.folder)) {
      await this.#open.get(folder)?.close();
      this.#open.delete(folder);
      await rm(join(this.directory, folder), { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Removes the mirrors of all repositories but these, and drafts that a process left when it died. */
  async keepOnly(list: () => Promise<readonly string[]>): Promise<void> {
    // Folders first: whoever made one had its repository's row before, so a row that is not there now is gone.
    const folders = await readdir(this.directory);
    const names = new Set(await list());
    for (const name of new Set(folders.flatMap((folder) => nameOf(folder) ?? []))) {
      if (!names.has(name)) await this.remove(name);
    }
    for (const draft of folders.filter((folder) => folder.startsWith(draftPrefix))) {
      const path = join(this.directory, draft);
      const facts = await stat(path).catch(() => undefined);
      if (facts && Date.now() - facts.mtimeMs > draftLifeMs) await rm(path, { recursive: true, force: true });
    }
  }

  /** Ends the processes that mirrors keep. What runs is awaited. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((mirror) => mirror.close()));
    this.#open.clear();
  }
}

/** The name of the repository whose mirror this folder is. */
const nameOf = (folder: string) => /^(.+)-[0-9a-f]{12}\.git$/.exec(folder)?.[1];

function definedOf(options: MirrorsOptions): Partial<GitLimits> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
