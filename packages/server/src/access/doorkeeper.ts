// What the doors ask at every request: finds the token that it brings, decides, and says who it is or refuses.
import { Refused, type Scope } from '@signalbox/protocol';
import type { Queryable } from '../base/index.ts';
import { audit } from './audit.ts';
import type { LiveToken, TokenFinder } from './find-token.ts';
import { type Headers, headerOf, isLoopbackAddress } from './peers.ts';
import { beginSession, endSession, readSession, type SessionSettings } from './session.ts';
import { type Caller, type Login, whoAsks } from './who.ts';

export type Knock = {
  readonly method: string;
  readonly headers: Headers;
  /** Address of the socket's other end. */
  readonly peerAddress: string | undefined;
  readonly scope: Scope | 'public';
};

export type Doorkeeper = {
  readonly login: Login;
  /** @throws Refused, with what to do. */
  admit(knock: Knock): Promise<Caller>;
  /** Exchanges a person token for a session cookie. @throws Refused when it is none. */
  logIn(db: Queryable, secret: string): Promise<{ readonly caller: LiveToken; readonly setCookie: string }>;
  logOut(): { readonly setCookie: string };
};

export type DoorkeeperOptions = {
  readonly login: Login;
  readonly publicUrl: string | undefined;
  readonly tokens: TokenFinder;
  readonly session: SessionSettings;
  /** Milliseconds, as `Date.now`. */
  readonly now?: () => number;
};

export function createDoorkeeper({ login, publicUrl, tokens, session, now = Date.now }: DoorkeeperOptions): Doorkeeper {
  return {
    login,
    async admit({ method, headers, peerAddress, scope }) {
      const secret = bearerOf(headers);
      const bearer = secret === undefined ? undefined : ((await tokens.bySecret(secret)) ?? 'unknown');
      const sessionId = bearer === undefined ? readSession(session, headerOf(headers, 'cookie'), now()) : undefined;
      const decision = whoAsks({
        login,
        publicUrl,
        peerIsLoopback: isLoopbackAddress(peerAddress),
        method,
        headers,
        bearer,
        session: sessionId === undefined ? undefined : await tokens.byId(sessionId),
        scope,
      });
      if (decision.kind === 'refused') throw new Refused(decision.code, decision.detail);
      return decision.caller;
    },
    async logIn(db, secret) {
      const token = await tokens.bySecret(secret.trim());
      if (token?.kind !== 'person') {
        const what = token
          ? 'This is a worker token; pages need a person token'
          : 'This token is not known here: mistyped, revoked or expired';
        throw new Refused('not-logged-in', `${what}. An administrator makes one: \`signalbox token create\`.`);
      }
      await audit(db, `${token.name} (token ${token.id})`, 'session.begin', `token ${token.id} ${token.name}`);
      return { caller: token, setCookie: beginSession(session, token.id, now()) };
    },
    logOut: () => ({ setCookie: endSession(session) }),
  };
}

/** Any Authorization header counts: one that is not a bearer token is an unknown one, never nothing. */
function bearerOf(headers: Headers): string | undefined {
  const header = headerOf(headers, 'authorization');
  return header === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(header)?.[1] ?? '');
}
