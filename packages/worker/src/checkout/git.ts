// Git as a guarded command: it asks nobody, runs no hook, knows no ext:: transport, ends in time, and sees of the
// worker's environment only what it needs to reach a repository.
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RunFailure } from '../errors.ts';
import type { PipeShelf } from '../process/output-pipe.ts';
import { runCommand } from '../process/run-command.ts';
import type { Settings } from '../settings.ts';

export type GitOptions = {
  /** Holds the configuration that stands in for the user's. */
  readonly dataDir: string;
  readonly runDirectory: string;
  readonly mark: string;
  readonly settings: Settings;
  readonly pipes: PipeShelf;
  readonly signal: AbortSignal;
  /** Git's own words. */
  readonly onOutput: (bytes: Buffer) => Promise<void> | undefined;
};

export type Git = (directory: string, ...args: string[]) => Promise<boolean>;

/** False when git says no. @throws RunFailure when there is no git, or it hangs; the signal's reason */
export function createGit(options: GitOptions): Git {
  const { settings, signal } = options;
  return async (directory, ...args) => {
    const ending = await runCommand({
      program: 'git',
      args,
      directory,
      env: gitEnvironment(options.dataDir, options.mark),
      mark: options.mark,
      runDirectory: options.runDirectory,
      timeoutSeconds: settings.gitSeconds,
      graceSeconds: settings.graceSeconds,
      lastOutputSeconds: settings.lastOutputSeconds,
      pipes: options.pipes,
      onOutput: options.onOutput,
      signal,
    }).catch((cause: unknown) => {
      throw new RunFailure('checkout-failed', 'git cannot be started on this worker; install it', { cause });
    });
    if (ending.how === 'interrupted') throw signal.reason;
    if (ending.how === 'timed-out') {
      throw new RunFailure('checkout-failed', `git ${args[0]} took longer than ${settings.gitSeconds} s`);
    }
    return ending.exitCode === 0;
  };
}

/** Written once when the worker starts. It takes in the user's own file: credentials and addresses are set there. */
export function writeGitConfig(dataDir: string): void {
  const noHooks = join(dataDir, 'no-hooks');
  mkdirSync(noHooks, { recursive: true });
  const own = [join(homedir(), '.config', 'git', 'config'), join(homedir(), '.gitconfig')];
  const lines = [
    ...own.map((path) => `[include]\n\tpath = ${quote(path)}`),
    '[safe]\n\tdirectory = *',
    '[protocol "ext"]\n\tallow = never',
    `[core]\n\thooksPath = ${quote(noHooks)}\n\tlongPaths = true\n\tfsmonitor = false`,
    '[init]\n\ttemplateDir =\n\tdefaultBranch = main',
    '[submodule]\n\trecurse = false',
    // What is fetched appears all at once, as a pack. Git would else write a small fetch object by object, a commit before its
    // files, and another run that finds the commit would find it half there; for good, if the fetch is killed.
    '[fetch]\n\trecurseSubmodules = false\n\tunpackLimit = 1',
    '[advice]\n\tdetachedHead = false',
    // What no branch holds any more may still be what a run works with.
    '[gc]\n\tpruneExpire = never\n\tautoDetach = false',
    // A repository on this machine answers for a commit that a rewritten branch has left.
    '[uploadpack]\n\tallowAnySHA1InWant = true',
  ];
  writeFileSync(configPath(dataDir), `${lines.join('\n')}\n`);
}

function gitEnvironment(dataDir: string, mark: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const isOurs = /^(SIGNALBOX_|GIT_|CI_)/i.test(name) && !/^GIT_SSH/i.test(name);
    if (value !== undefined && !isOurs) env[name] = value;
  }
  return {
    ...env,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: configPath(dataDir),
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: env['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes',
    GCM_INTERACTIVE: 'never',
    LC_ALL: 'C',
    SIGNALBOX_RUN: mark,
  };
}

const configPath = (dataDir: string) => join(dataDir, 'gitconfig');
const quote = (path: string) => `"${path.replace(/["\\]/g, '\\$&')}"`;
