// Whether a browser may have been led here by a page of another site: what a request without a bearer token must show.
import { type Headers, headerOf, isLoopbackName, readHost, readUrl } from './peers.ts';

export type Asked = {
  readonly method: string;
  readonly headers: Headers;
  /** The address that people use, as `https://ci.example.com`; undefined on a server without log-in. */
  readonly publicUrl: string | undefined;
};

/** Nothing when it is fine, else why not, for the person who reads it. */
export function crossSiteProblem(asked: Asked): string | undefined {
  return hostProblem(asked) ?? siteProblem(asked) ?? originProblem(asked);
}

export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Against DNS rebinding: a name that an attacker owns may point at this machine, but it is not ours. */
function hostProblem({ headers, publicUrl }: Asked): string | undefined {
  const said = headerOf(headers, 'host');
  const host = readHost(said);
  if (host && isLoopbackName(host.hostname)) return undefined;
  if (host && host.hostname === readUrl(publicUrl ?? '')?.hostname) return undefined;
  const name = `This server is not known as "${said ?? ''}"`;
  return publicUrl
    ? `${name}. Use ${publicUrl}; an administrator names another address with SIGNALBOX_PUBLIC_URL.`
    : `${name}. Use localhost; an administrator names another address with SIGNALBOX_PUBLIC_URL (and log-in: SIGNALBOX_LOGIN=token).`;
}

/** Browsers of our day say where a request comes from. A link from elsewhere may open a document, and nothing more. */
function siteProblem({ method, headers }: Asked): string | undefined {
  const site = headerOf(headers, 'sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  if (isRead(method) && headerOf(headers, 'sec-fetch-dest') === 'document') return undefined;
  return `Your browser says that a page of another site asked this (${site}). Do it from the pages of Signalbox, or with a token.`;
}

/** Older browsers, and those on plain http, send `Origin` with what changes something. */
function originProblem({ method, headers, publicUrl }: Asked): string | undefined {
  const origin = headerOf(headers, 'origin');
  if (origin === undefined || isRead(method)) return undefined;
  const from = readUrl(origin);
  const ours = readUrl(publicUrl ?? '');
  if (from && from.origin === ours?.origin) return undefined;
  const isSameHost = from && from.host === readHost(headerOf(headers, 'host'))?.host;
  // A page of http://ci.example.com may be anybody's on the way; it does not speak for https://ci.example.com.
  const isDowngrade = ours?.protocol === 'https:' && ours.hostname === from?.hostname;
  if (isSameHost && !isDowngrade && /^https?:$/.test(from.protocol)) return undefined;
  return `A page of ${origin} asked this, and that is not this server. Do it from the pages of Signalbox, or with a token.`;
}
