// Real git repositories for tests: a work tree with commits made to order, and a bare one to push them to.
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { directoryToRemove } from './temporary.ts';

const execute = promisify(execFile);

export type Change = {
  /** Text by path; null removes the file. */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly message?: string;
  readonly author?: string;
  readonly at?: string;
};

export type SampleRepository = {
  /** The work tree. */
  readonly path: string;
  /** The bare repository that `push` sends to, once `bare()` has made it. */
  readonly barePath: string;
  git(...args: string[]): Promise<string>;
  /** Writes the files, commits, and returns the revision. */
  commit(change?: Change): Promise<string>;
  /** Changes to a branch, which begins here if it is new. */
  branch(name: string): Promise<void>;
  /** Makes the bare repository, with it as `origin`. A repeat changes nothing. */
  bare(): Promise<string>;
  /** Pushes the current branch, or what is said, to the bare repository. Returns what git and its hooks printed. */
  push(...refs: string[]): Promise<string>;
  remove(): Promise<void>;
};

/** On branch `main`, with one commit unless `empty`. The person's own git settings have no say. */
export async function sampleRepository(options: { readonly empty?: boolean } = {}): Promise<SampleRepository> {
  const home = await directoryToRemove('repository');
  const path = join(home.path, 'tree');
  const barePath = join(home.path, 'bare.git');
  let commits = 0;

  const run = async (cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const { stdout, stderr } = await execute('git', args, { cwd, env: { ...gitEnvironment(), ...more } });
    return { stdout: stdout.trimEnd(), all: `${stdout}${stderr}` };
  };
  const repository: SampleRepository = {
    path,
    barePath,
    git: async (...args) => (await run(path, args)).stdout,
    async commit(change = {}) {
      commits += 1;
      const files = change.files ?? { 'count.txt': `${commits}\n` };
      for (const [name, text] of Object.entries(files)) await put(join(path, name), text);
      const [name, email] = [change.author ?? 'Ada Example', 'ada@example.com'];
      const at = change.at ?? new Date(Date.UTC(2026, 0, 1) + commits * 60_000).toISOString();
      await run(path, ['add', '--all']);
      await run(path, ['commit', '--quiet', '--allow-empty', '-m', change.message ?? `Change number ${commits}`], {
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: at,
        GIT_COMMITTER_DATE: at,
      });
      return repository.git('rev-parse', 'HEAD');
    },
    async branch(name) {
      const known = await repository.git('branch', '--list', name);
      await run(path, known ? ['switch', '--quiet', name] : ['switch', '--quiet', '-c', name]);
    },
    async bare() {
      const remotes = await repository.git('remote');
      if (remotes.includes('origin')) return barePath;
      await run(home.path, ['init', '--quiet', '--bare', '--initial-branch=main', barePath]);
      await run(path, ['remote', 'add', 'origin', barePath]);
      return barePath;
    },
    async push(...refs) {
      await repository.bare();
      const what = refs.length > 0 ? refs : ['HEAD'];
      return (await run(path, ['push', 'origin', ...what])).all;
    },
    remove: home.remove,
  };

  await mkdir(path);
  await run(path, ['init', '--quiet', '--initial-branch=main']);
  if (!options.empty) await repository.commit({ message: 'The first commit' });
  return repository;
}

/** git that asks nothing, signs nothing, and reads no settings of the person or the machine. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada Example',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada Example',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    LC_ALL: 'C',
  };
}

async function put(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
