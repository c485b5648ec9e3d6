// What git may see and do: nothing of the server's environment but the way to programs, proxies and keys; no configuration
// but ours; no prompt, no hook, no helper; and only the one transport that the repository's address names.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepoUrlKind } from './repo-url.ts';

/** What a call needs to know: where our configuration lies, which transport, and what else to set for this call. */
export function gitEnvironment(
  mirrorsDirectory: string,
  transport: RepoUrlKind | 'none',
  config: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  // As environment, not as arguments: the address may hold a token, and arguments are seen by everybody on the machine.
  Object.entries(config).forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return {
    ...environment,
    GIT_CONFIG_COUNT: String(Object.keys(config).length),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(mirrorsDirectory, configFile),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: transports[transport],
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_CEILING_DIRECTORIES: mirrorsDirectory,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GCM_INTERACTIVE: 'never',
    // git's messages are read by explain.ts.
    LC_ALL: 'C',
  };
}

/**
 * Writes the one configuration that our git reads, beside the mirrors. It must be a file: git strips configuration that
 * comes by environment or `-c` from the upload-pack that it starts in a repository on this disk, and that one would then
 * refuse a repository that belongs to another account (safe.directory).
 */
export async function writeGitConfig(mirrorsDirectory: string): Promise<void> {
  await mkdir(mirrorsDirectory, { recursive: true, mode: 0o700 });
  const path = join(mirrorsDirectory, configFile);
  const noHooks = JSON.stringify(join(mirrorsDirectory, 'no-hooks').replaceAll('\\', '/'));
  await writeFile(path, config(noHooks), { mode: 0o600 });
}

const configFile = 'gitconfig';

const transports: Readonly<Record<RepoUrlKind | 'none', string>> = {
  none: '',
  path: 'file',
  file: 'file',
  https: 'https',
  // A server may send http on to https; never the other way.
  http: 'http:https',
  ssh: 'ssh',
  git: 'git',
};

// unpackLimit: what is fetched appears all at once, as a pack. Git would else write a small fetch object by object, a commit
// before its trees and files, and who finds the commit would find it half there; for good, if the fetch is killed.
const config = (noHooks: string) => `# Written by Signalbox at each start: what its own git may do.
[safe]
	directory = *
[core]
	hooksPath = ${noHooks}
	fsmonitor = false
	askPass =
[protocol]
	allow = never
[protocol "ext"]
	allow = never
[credential]
	helper =
[http]
	lowSpeedLimit = 1000
	lowSpeedTime = 60
[fetch]
	unpackLimit = 1
[gc]
	autoDetach = false
	pruneExpire = 90.days.ago
[init]
	defaultBranch = main
`;

const passedOn = [
  'PATH',
  'HOME',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  // Windows
  'PATHEXT',
  'SystemRoot',
  'ComSpec',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
] as const;
