// Reads the address of a repository: which transport it means, or why it cannot be one. Nothing else reaches git.
import { Refused } from '@signalbox/protocol';

export type RepoUrlKind = 'path' | 'file' | 'https' | 'http' | 'ssh' | 'git';
export type RepoUrl = {
  readonly kind: RepoUrlKind;
  /** For git: it may hold a password. */
  readonly url: string;
  /** For people: without a password or token. */
  readonly shown: string;
};
export type RepoUrlOptions = {
  /** Whether repositories may lie on the server's own disk. */
  readonly allowPaths?: boolean;
  readonly platform?: NodeJS.Platform;
};

const urlLengthLimit = 1000;
const forms = 'Give an absolute path, or a URL that begins with https://, http://, ssh://, git:// or file://.';

/** @throws Refused bad-url, with a sentence that says what to write instead. */
export function parseRepoUrl(text: string, options: RepoUrlOptions = {}): RepoUrl {
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    throw new Refused('bad-url', `The address of a repository cannot hold line breaks or control characters. ${forms}`);
  }
  const url = text.trim();
  if (url === '') throw new Refused('bad-url', `The address of the repository is empty. ${forms}`);
  if (url.length > urlLengthLimit) {
    throw new Refused('bad-url', `The address is ${url.length} characters long; at most ${urlLengthLimit} are taken.`);
  }
  if (url.startsWith('-')) {
    throw new Refused(
      'bad-url',
      `"${withoutCredentials(url)}" looks like an option of git, not like a repository. ${forms}`,
    );
  }
  const helper = /^([A-Za-z0-9+.-]+)::/.exec(url);
  if (helper) {
    throw new Refused(
      'bad-url',
      `"${helper[1]}::" would let git run a program of its own; it is never allowed. ${forms}`,
    );
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  const parsed = scheme ? withScheme(url, scheme) : withoutScheme(url, options.platform ?? process.platform);
  if (options.allowPaths === false && (parsed.kind === 'path' || parsed.kind === 'file')) {
    throw new Refused(
      'bad-url',
      `This server does not read repositories from its own disk, so "${parsed.shown}" cannot be added. Give a URL, or allow paths in the server's settings.`,
    );
  }
  return parsed;
}

/** Strikes passwords and tokens out of every URL in a text: for messages, pages and logs. */
export function withoutCredentials(text: string): string {
  return text
    .replace(/\b(https?:\/\/)[^\s/?#'"]*@/gi, '$1')
    .replace(/\b((?:ssh|git|ftps?|git\+ssh):\/\/[^\s/:@'"]*):[^\s/'"]*@/gi, '$1@');
}

function withScheme(url: string, scheme: string): RepoUrl {
  if (scheme !== 'https' && scheme !== 'http' && scheme !== 'ssh' && scheme !== 'git' && scheme !== 'file') {
    throw new Refused('bad-url', `"${scheme}://" is not a way to a repository that Signalbox takes. ${forms}`);
  }
  let user: string;
  let host: string;
  try {
    const parts = new URL(url);
    user = decodeURIComponent(parts.username);
    host = decodeURIComponent(parts.hostname);
  } catch {
    // URL and decodeURIComponent say no more than "invalid": the sentence is ours.
    throw new Refused('bad-url', `"${withoutCredentials(url)}" is not a well-formed URL. ${forms}`);
  }
  if (scheme === 'file') {
    if (host !== '' && host !== 'localhost') {
      throw new Refused('bad-url', `A file URL means this server's own disk, not "${host}": write file:///path.`);
    }
    return { kind: 'file', url, shown: url };
  }
  if (host === '') throw new Refused('bad-url', `"${withoutCredentials(url)}" names no host. ${forms}`);
  refuseOptionLike(user, host);
  return { kind: scheme, url, shown: withoutCredentials(url) };
}

function withoutScheme(url: string, platform: NodeJS.Platform): RepoUrl {
  if (/^([A-Za-z]:[\\/]|\\\\)/.test(url)) {
    if (platform === 'win32') return { kind: 'path', url, shown: url };
    throw new Refused('bad-url', `"${url}" is a Windows path, and this server does not run on Windows. ${forms}`);
  }
  if (url.startsWith('/')) return { kind: 'path', url, shown: url };
  const scp = /^(?:([^@:/\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@:/\s[\]]{2,}):(.+)$/.exec(url);
  if (scp) {
    refuseOptionLike(scp[1] ?? '', scp[2] ?? '', scp[3] ?? '');
    return { kind: 'ssh', url, shown: url };
  }
  throw new Refused('bad-url', `"${withoutCredentials(url)}" is neither an absolute path nor a URL. ${forms}`);
}

/** ssh takes a user or host that begins with a dash for an option, and an option can be a command. */
function refuseOptionLike(...parts: readonly string[]): void {
  const bad = parts.find((part) => part.startsWith('-') || /[\s\u0000-\u001f]/.test(part.slice(0, 1)));
  if (bad !== undefined) {
    throw new Refused('bad-url', `"${bad}" in the address looks like an option, not like a name. ${forms}`);
  }
}
