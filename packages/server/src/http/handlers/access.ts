// Log-in, tokens and secrets.
import { Refused, type Session, scopes, shortestSecret, version } from '@signalbox/protocol';
import {
  type Caller,
  createToken,
  type Doorkeeper,
  holds,
  type Key,
  listSecrets,
  listTokens,
  removeSecret,
  revokeToken,
  setSecret,
  type TokenFinder,
} from '../../access/index.ts';
import type { Db, Live } from '../../base/index.ts';
import { getRepo } from '../../source/index.ts';
import type { Handlers } from '../handler.ts';

type Ids =
  | 'get-session'
  | 'log-in'
  | 'log-out'
  | 'list-tokens'
  | 'create-token'
  | 'revoke-token'
  | 'list-secrets'
  | 'set-secret'
  | 'remove-secret';

export type AccessParts = {
  readonly db: Db;
  readonly live: Live;
  readonly doorkeeper: Doorkeeper;
  readonly tokens: TokenFinder;
  readonly key: Key;
};

export function accessHandlers({ db, live, doorkeeper, tokens, key }: AccessParts): Handlers<Ids> {
  // Every scope that is held, also those that come with `admin`: pages need not know what holds what.
  const session = (caller: Pick<Caller, 'name' | 'scopes'> | null): Session => ({
    login: doorkeeper.login,
    name: caller?.name ?? null,
    scopes: caller ? scopes.filter((scope) => holds(caller, scope)) : [],
    version,
  });
  return {
    'get-session': ({ caller }) => session(caller.kind === 'nobody' ? null : caller),
    async 'log-in'({ body, reply }) {
      const { caller, setCookie } = await doorkeeper.logIn(db, body.token);
      reply.header('set-cookie', setCookie);
      return session({ ...caller, name: `${caller.name} (token ${caller.id})` });
    },
    'log-out'({ reply }) {
      reply.header('set-cookie', doorkeeper.logOut().setCookie);
      return session(null);
    },
    'list-tokens': async () => ({ items: await listTokens(db) }),
    'create-token': ({ body, caller }) =>
      db.transaction((tx) => createToken(tx, caller.name, { ...body, expiresAt: instantOf(body.expiresAt) })),
    async 'revoke-token'({ params, caller }) {
      const token = await db.transaction((tx) => revokeToken(tx, caller.name, params.token));
      tokens.forget();
      live.hint('tokens');
      return token;
    },
    async 'list-secrets'({ params }) {
      const repo = await getRepo(db, params.repo);
      return { items: [...(await listSecrets(db, repo.id))] };
    },
    async 'set-secret'({ params, body, caller }) {
      const repo = await getRepo(db, params.repo);
      if (body.value.includes('\0'))
        throw new Refused('bad-request', 'A secret with a NUL byte cannot become a variable of a job.');
      if (body.value.trim().length < shortestSecret)
        throw new Refused(
          'bad-request',
          `Secret ${params.secret} has fewer than ${shortestSecret} characters but white space: it cannot be told from ordinary text, and so not be struck out of logs. Choose a longer one.`,
        );
      await db.transaction((tx) =>
        setSecret(tx, key, caller.name, { repoId: repo.id, name: params.secret, value: body.value }),
      );
      return {};
    },
    async 'remove-secret'({ params, caller }) {
      const repo = await getRepo(db, params.repo);
      await db.transaction((tx) => removeSecret(tx, caller.name, repo.id, params.secret));
      return {};
    },
  };
}

/** As PostgreSQL takes it: the contract's instants may have a year or an offset that it does not know. @throws Refused bad-request */
function instantOf(text: string | null | undefined): string | null | undefined {
  if (!text) return text;
  const at = new Date(text);
  const year = at.getUTCFullYear();
  if (year >= 1970 && year <= 9999) return at.toISOString();
  throw new Refused('bad-request', `expiresAt: "${text}" is no instant; write it like 2030-01-31T00:00:00.000Z`);
}
