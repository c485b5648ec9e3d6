// Where the server may listen. Without log-in everyone who reaches it is an administrator, so only its own machine may.
import { isLoopbackName, readUrl } from './peers.ts';
import { howToOpen, type Login } from './who.ts';

export type ListenDecision = { readonly ok: true } | { readonly ok: false; readonly text: string };

/** A public URL counts as well: it says that a proxy on this machine will bring others. */
export function mayListen(wanted: {
  readonly host: string;
  readonly login: Login;
  readonly publicUrl?: string | undefined;
}): ListenDecision {
  if (wanted.login === 'token') return { ok: true };
  if (!isLoopbackHost(wanted.host)) {
    return {
      ok: false,
      text: `Signalbox will not listen on ${wanted.host} without log-in: whoever reaches it could do anything. ${howToOpen}`,
    };
  }
  const publicName = wanted.publicUrl === undefined ? 'localhost' : readUrl(wanted.publicUrl)?.hostname;
  if (publicName !== undefined && isLoopbackName(publicName)) return { ok: true };
  return {
    ok: false,
    text: `Signalbox will not be known as ${wanted.publicUrl} without log-in: whoever reaches it could do anything. ${howToOpen}`,
  };
}

function isLoopbackHost(host: string): boolean {
  return host === '::1' || isLoopbackName(host);
}
