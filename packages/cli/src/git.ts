// git on this machine, as a command: never a prompt, never a pager, with a time limit, and its own words when it fails.
import { spawn } from 'node:child_process';
import { Mistake } from './mistake.ts';

export type GitOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** An exit code that is an answer and no failure. */
  readonly mayExit?: number;
};

/** @returns what git printed, without the line end; undefined when it ended with `mayExit`. */
export async function git(
  directory: string,
  args: readonly string[],
  options?: Omit<GitOptions, 'mayExit'>,
): Promise<string>;
export async function git(directory: string, args: readonly string[], options: GitOptions): Promise<string | undefined>;
export async function git(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string | undefined> {
  const child = spawn('git', args, {
    cwd: directory,
    env: { ...withoutRepository(), GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 60_000,
    windowsHide: true,
  });
  const out: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => out.push(piece));
  child.stderr.on('data', (piece: Buffer) => complaints.push(piece));
  // git may end without reading what we say: then its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [code, error] = await new Promise<[number | null, Error | undefined]>((resolve) => {
    child.once('error', (cause) => resolve([null, cause]));
    child.once('close', (exit) => resolve([exit, undefined]));
  });
  if (code === 0)
    return Buffer.concat(out)
      .toString()
      .replace(/\r?\n$/, '');
  if (code !== null && code === options.mayExit) return undefined;
  if (error && 'code' in error && error.code === 'ENOENT') {
    throw new Mistake('other', 'git was not found.', 'Install it: https://git-scm.com/downloads', { cause: error });
  }
  const said = Buffer.concat(complaints).toString().trim();
  throw new Mistake(
    'other',
    `git ${args.join(' ')} failed in ${directory}: ${said || (error?.message ?? `exit code ${code}`)}`,
  );
}

/** Inside a hook git names its repository in the environment; we mean the directory that we say. */
function withoutRepository(): Record<string, string | undefined> {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, GIT_PREFIX: _prefix, ...rest } = process.env;
  return rest;
}
