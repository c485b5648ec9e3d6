// Who asks, and may they: one pure decision for every request. What no rule lets in is refused.
import type { ProblemCode, Scope } from '@signalbox/protocol';
import type { LiveToken } from './find-token.ts';
import { type Headers, isForwarded } from './peers.ts';
import { crossSiteProblem, isRead } from './same-site.ts';

/** `none`: the server serves its own machine only, and whoever sits there may do all that people do. */
export type Login = 'none' | 'token';

export type Asking = {
  readonly login: Login;
  readonly publicUrl: string | undefined;
  /** By the address of the socket. */
  readonly peerIsLoopback: boolean;
  readonly method: string;
  readonly headers: Headers;
  /** The token of the Authorization header: `unknown` when there is such a header and nothing live behind it. */
  readonly bearer: LiveToken | 'unknown' | undefined;
  /** The token that the session cookie stands for; a cookie that has ended is as none, and so is any without log-in. */
  readonly session: LiveToken | undefined;
  /** What the route asks for. */
  readonly scope: Scope | 'public';
};

export type Caller = {
  readonly kind: 'nobody' | 'local' | 'person' | 'worker';
  /** For people and for the audit: `local`, or the token's name and number. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Pools that a worker is bound to; empty: any. */
  readonly pools: readonly string[];
  readonly tokenId: number | null;
};

export type Decision =
  | { readonly kind: 'let-in'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly detail: string };

export function whoAsks(asking: Asking): Decision {
  const found = identify(asking);
  if (asking.scope === 'public') return letInPublic(asking, found);
  if (found.kind === 'refused' || holds(found.caller, asking.scope)) return found;
  return refused('not-allowed', missingScope(found.caller, asking.scope));
}

/** Whether the caller's scopes hold this one; `admin` holds all but `work`. */
export function holds(caller: Pick<Caller, 'scopes'>, scope: Scope): boolean {
  return caller.scopes.includes(scope) || (scope !== 'work' && caller.scopes.includes('admin'));
}

/** Who it is: a bearer token first, for only a program can send one; then a cookie; then the machine itself. */
function identify(asking: Asking): Decision {
  const outside = outsideProblem(asking);
  if (outside) return refused('not-allowed', outside);
  if (asking.bearer === 'unknown') {
    return refused(
      'not-logged-in',
      'This token is not known here: mistyped, revoked or expired. An administrator can make another: `signalbox token create`.',
    );
  }
  if (asking.bearer) return letIn(callerOf(asking.bearer));
  const crossSite = crossSiteProblem(asking);
  if (crossSite) return refused('cross-site', crossSite);
  if (asking.login === 'token' && asking.session?.kind === 'person') return letIn(callerOf(asking.session));
  if (asking.scope === 'work') {
    return refused(
      'not-logged-in',
      'Workers need a token of their own, on this machine too: `signalbox token create --worker NAME`, then `signalbox worker --token …`.',
    );
  }
  if (asking.login === 'none') return letIn(local);
  return refused(
    'not-logged-in',
    'Log in with a person token, or send one: `Authorization: Bearer sbp_…`. An administrator makes it: `signalbox token create`.',
  );
}

/** Without log-in the listener is on loopback; this holds also where somebody leads others to it. */
function outsideProblem({ login, peerIsLoopback, headers }: Asking): string | undefined {
  if (login === 'token') return undefined;
  if (!peerIsLoopback) return `This server serves only its own machine, for it has no log-in. ${howToOpen}`;
  if (isForwarded(headers))
    return `A proxy passes this on, and without log-in everyone behind it would be an administrator. ${howToOpen}`;
  return undefined;
}

/** How a server of one machine becomes a server for others. */
export const howToOpen =
  'Start it with SIGNALBOX_LOGIN=token and SIGNALBOX_PUBLIC_URL=http://NAME:PORT, as people will write it: it then puts the token of a first administrator into the file admin-token of its data directory.';

/** Public is open to all, but what changes something (log in, log out) is not for pages of other sites. */
function letInPublic(asking: Asking, found: Decision): Decision {
  if (found.kind === 'let-in' || isRead(asking.method)) return found.kind === 'let-in' ? found : letIn(nobody);
  if (found.code !== 'not-logged-in') return found;
  const crossSite = crossSiteProblem(asking);
  return crossSite ? refused('cross-site', crossSite) : letIn(nobody);
}

const nobody: Caller = { kind: 'nobody', name: 'nobody', scopes: [], pools: [], tokenId: null };
const local: Caller = {
  kind: 'local',
  name: 'local',
  scopes: ['read', 'push', 'submit', 'act', 'approve', 'order', 'admin'],
  pools: [],
  tokenId: null,
};

/** The kind bounds the scopes, whatever the row says: a person never takes runs, a worker does nothing else. */
function callerOf(token: LiveToken): Caller {
  const scopes = token.scopes.filter((scope) => (scope === 'work') === (token.kind === 'worker'));
  return { kind: token.kind, name: `${token.name} (token ${token.id})`, scopes, pools: token.pools, tokenId: token.id };
}

function missingScope(caller: Caller, scope: Scope): string {
  if (scope === 'work') return `${caller.name} is no worker: taking runs needs a token made with --worker.`;
  if (caller.kind === 'worker')
    return `${caller.name} is a worker token: it takes runs and nothing else. Use a person token with "${scope}".`;
  return `${caller.name} may ${caller.scopes.join(', ') || 'nothing'}; this needs "${scope}". An administrator can make such a token.`;
}

function letIn(caller: Caller): Decision {
  return { kind: 'let-in', caller };
}

function refused(code: ProblemCode, detail: string): Decision {
  return { kind: 'refused', code, detail };
}
