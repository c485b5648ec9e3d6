// Says in a sentence why a remote could not be read, and what to do about it: shown beside the repository.
import { GitFailed } from './git-failed.ts';
import type { RepoUrl } from './repo-url.ts';

const advice: readonly (readonly [RegExp, (remote: RepoUrl) => string])[] = [
  [
    /does not appear to be a git repository|repository '[^']*' not found|repository not found|not found: did you run git update-server-info|no such file or directory/i,
    (remote) =>
      remote.kind === 'path' || remote.kind === 'file'
        ? 'there is no git repository there. Give the path of a work tree or of a bare repository on the server'
        : 'there is no repository at that address, or it is not shown to this server',
  ],
  [
    /host key verification failed/i,
    () => "the host is not in the known_hosts of the server's account. Connect once by hand with ssh as that account",
  ],
  [
    /permission denied \(|publickey/i,
    () => "the server's account has no ssh key that the host accepts. Make one, and add its public half at the host",
  ],
  [
    /authentication failed|could not read (username|password)|terminal prompts disabled|invalid credentials|http.*40[13]/i,
    () => 'the host wants a log-in. Put a read token into the address: https://user:TOKEN@host/…',
  ],
  [/could not resolve host|name or service not known/i, () => 'the name of its host cannot be resolved from here'],
  [
    /unable to look up|connection refused|failed to connect|connection timed out|no route to host/i,
    () => 'its host does not answer',
  ],
  [
    /permission denied|insufficient permission/i,
    () => "the server's account may not read it. Let that account read the files, or give a URL",
  ],
  [/no space left on device/i, () => 'the disk of the server is full'],
];

/** One sentence or two, for a person. */
export function explainFetch(error: unknown, remote: RepoUrl): string {
  if (!(error instanceof GitFailed))
    return `Cannot read ${remote.shown}: ${error instanceof Error ? error.message : error}`;
  if (error.why === 'time') return `Cannot read ${remote.shown}: it ${error.message.replace(/^`[^`]*` /, '')}.`;
  if (error.why !== 'exit') return `Cannot read ${remote.shown}: ${error.message}`;
  const words = error.lastWords.replaceAll(/\s*\n\s*/g, ' ');
  const found = advice.find(([pattern]) => pattern.test(words));
  if (!found) return `Cannot read ${remote.shown}. git says: ${words.slice(-500) || error.message}`;
  return `Cannot read ${remote.shown}: ${found[1](remote)}. (git says: ${words.slice(-300)})`;
}
