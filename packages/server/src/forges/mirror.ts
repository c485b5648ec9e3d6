// One repository's mirror: a bare copy of its branches on this disk, brought up to date by one fetch, read by guarded git.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GitCall, git } from './git.ts';
import { gitEnvironment } from './git-environment.ts';
import { GitFailed } from './git-failed.ts';
import { parseHeads, parseRemoteHeads, type RemoteHeads } from './heads.ts';
import { makeMirror } from './make-mirror.ts';
import { retryWhenLocked } from './mirror-locks.ts';
import { isBranchName, isRevision } from './names.ts';
import { type GitObject, ObjectReader } from './object-reader.ts';
import type { RepoUrl } from './repo-url.ts';

export type GitLimits = {
  /** How long one git command may take: the first fetch of a big repository is the longest. */
  readonly timeoutSeconds: number;
  readonly outputBytes: number;
  /** After how long without a read the process that reads objects is ended. */
  readonly idleSeconds: number;
};
export type MirrorOptions = {
  readonly mirrorsDirectory: string;
  readonly folder: string;
  readonly remote: RepoUrl;
  readonly limits: GitLimits;
};
/** `git gc --auto` packs when there is enough to pack; asking at every fetch would cost a spawn each. */
const fetchesBetweenTidying = 20;

const commitBytesLimit = 1_048_576;

type Limits = { readonly signal?: AbortSignal | undefined; readonly outputBytes?: number };

export class Mirror {
  readonly folder: string;
  readonly remote: RepoUrl;
  readonly gitDirectory: string;
  readonly #options: MirrorOptions;
  readonly #reader: ObjectReader;
  #line: Promise<unknown> = Promise.resolve();
  #fetches = 0;

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.remote = options.remote;
    this.gitDirectory = join(options.mirrorsDirectory, options.folder);
    this.#reader = new ObjectReader({
      gitDirectory: this.gitDirectory,
      environment: gitEnvironment(options.mirrorsDirectory, 'none'),
      timeoutSeconds: options.limits.timeoutSeconds,
      idleSeconds: options.limits.idleSeconds,
    });
  }

  /** Does one work after another on this mirror within this process: two fetches would wait for each other's locks. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#line.then(work);
    this.#line = result.catch(() => undefined);
    return result;
  }

  /** Whether there is a mirror to read: something was fetched once. */
  exists(): Promise<boolean> {
    // Asked of the disk each time: another process may remove mirrors.
    return exists(join(this.gitDirectory, 'HEAD'));
  }

  /** Asks the remote for its branches and its HEAD; fetches nothing. */
  async askRemote(signal?: AbortSignal): Promise<RemoteHeads> {
    const args = ['ls-remote', '--symref', '--end-of-options', 'origin'];
    return parseRemoteHeads(await git(args, this.#remoteCall(this.#options.mirrorsDirectory, signal)));
  }

  /** Whether the remote is a work tree on this disk: its HEAD is then what somebody works on just now, not the default branch. */
  async remoteIsWorkTree(): Promise<boolean> {
    const { kind, url } = this.remote;
    if (kind !== 'path' && kind !== 'file') return false;
    return exists(join(kind === 'file' ? fileURLToPath(url) : url, '.git'));
  }

  /** Brings all branches of the mirror to where they are at the remote, and removes those that are gone. */
  async fetch(signal?: AbortSignal): Promise<void> {
    await this.#ensure(signal);
    await this.#fetch('+refs/heads/*:refs/heads/*', signal);
    this.#fetches += 1;
    if (this.#fetches % fetchesBetweenTidying === 0) await this.#tidy(signal);
  }

  /** Fetches one commit by id: one that no branch holds any more. False when the remote does not give it. */
  async fetchRevision(revision: string, signal?: AbortSignal): Promise<boolean> {
    assertRevision(revision);
    try {
      await this.#fetch(revision, signal);
    } catch (error) {
      if (error instanceof GitFailed && error.why === 'exit') return false;
      throw error;
    }
    return this.has(revision);
  }

  /** The branches of the mirror and their heads. */
  async heads(): Promise<Map<string, string>> {
    return parseHeads(await this.git(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/']));
  }

  /** The head of one branch, without starting a process; null when it is not there. */
  async headOf(branch: string): Promise<string | null> {
    if (!isBranchName(branch)) return null;
    return (await this.#ask(`refs/heads/${branch}`, commitBytesLimit))?.id ?? null;
  }

  /** Whether the mirror holds this commit. */
  async has(revision: string): Promise<boolean> {
    // Read whole: to leave an answer unread would end the process that reads.
    return (await this.read(revision, commitBytesLimit))?.type === 'commit';
  }

  /** Reads one object by its whole id. */
  async read(id: string, limitBytes: number): Promise<GitObject | undefined> {
    assertRevision(id);
    return this.#ask(id, limitBytes);
  }

  /**
   * Reads an object that another one names, so that it must be there. A process that stays may miss what was written under
   * its hands: a fresh one is asked before the mirror is called broken.
   */
  async readPart(id: string, limitBytes: number): Promise<GitObject> {
    const object = (await this.read(id, limitBytes)) ?? (await this.#readAfresh(id, limitBytes));
    if (!object) throw new Error(`the mirror ${this.gitDirectory} lacks object ${id}, which another one names`);
    return object;
  }

  async #ask(name: string, limitBytes: number): Promise<GitObject | undefined> {
    if (!this.#reader.isOpen && !(await this.exists())) return undefined;
    return this.#reader.read(name, limitBytes);
  }

  async #readAfresh(id: string, limitBytes: number): Promise<GitObject | undefined> {
    await this.#reader.close();
    return this.read(id, limitBytes);
  }

  /** A git command that reads the mirror and reaches no network. */
  git(args: readonly string[], limits: Limits = {}): Promise<Buffer> {
    return git([`--git-dir=${this.gitDirectory}`, ...args], {
      directory: this.gitDirectory,
      environment: gitEnvironment(this.#options.mirrorsDirectory, 'none'),
      timeoutSeconds: this.#options.limits.timeoutSeconds,
      outputBytes: limits.outputBytes ?? this.#options.limits.outputBytes,
      signal: limits.signal,
    });
  }

  /** Ends the process that reads objects; another read starts it again. */
  async close(): Promise<void> {
    await this.#line;
    await this.#reader.close();
  }

  async #fetch(what: string, signal?: AbortSignal): Promise<void> {
    const args = [
      `--git-dir=${this.gitDirectory}`,
      'fetch',
      '--quiet',
      '--force',
      '--no-tags',
      '--no-write-fetch-head',
    ];
    args.push('--no-auto-gc', '--no-recurse-submodules', ...(what.includes(':') ? ['--prune'] : []));
    args.push('--end-of-options', 'origin', what);
    const call = this.#remoteCall(this.gitDirectory, signal);
    await retryWhenLocked(this.gitDirectory, call.timeoutSeconds, () => git(args, call));
  }

  /** Packs the mirror when git finds it worth it. */
  async #tidy(signal: AbortSignal | undefined): Promise<void> {
    await git([`--git-dir=${this.gitDirectory}`, 'gc', '--auto', '--quiet'], {
      ...this.#remoteCall(this.gitDirectory, signal),
      environment: gitEnvironment(this.#options.mirrorsDirectory, 'none'),
    });
  }

  async #ensure(signal: AbortSignal | undefined): Promise<void> {
    if (await this.exists()) return;
    const { mirrorsDirectory, limits } = this.#options;
    const [anyHead] = (await this.askRemote(signal)).heads.values();
    const objectFormat = anyHead?.length === 64 ? 'sha256' : 'sha1';
    await makeMirror(mirrorsDirectory, this.gitDirectory, objectFormat, limits);
    // A process that still reads a mirror which was removed from here must not answer for the new one.
    await this.#reader.close();
  }

  #remoteCall(directory: string, signal: AbortSignal | undefined): GitCall {
    const { mirrorsDirectory, remote, limits } = this.#options;
    return {
      directory,
      environment: gitEnvironment(mirrorsDirectory, remote.kind, { 'remote.origin.url': remote.url }),
      timeoutSeconds: limits.timeoutSeconds,
      outputBytes: limits.outputBytes,
      signal,
    };
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );

function assertRevision(id: string): void {
  if (!isRevision(id)) throw new Error(`Not a whole commit or object id: ${JSON.stringify(id.slice(0, 80))}`);
}
