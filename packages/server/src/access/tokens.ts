// Tokens as an administrator sees them: made, listed, revoked. The secret is in the answer of `createToken` and nowhere else.
import { Refused, type Scope, type Token } from '@signalbox/protocol';
import { type Queryable, sql, type Tx } from '../base/index.ts';
import { audit } from './audit.ts';
import { hashOf, makeTokenSecret, shownPrefix, type TokenKind } from './token-secret.ts';

/** A person's token ends after this unless told otherwise; a worker's does not, for a fleet must not stop on a date. */
export const personTokenDays = 90;
const listLimit = 1000;

export type TokenRequest = {
  readonly kind: TokenKind;
  readonly name: string;
  /** Left out: `read` for a person. A worker has `work` alone. */
  readonly scopes?: readonly Scope[] | undefined;
  /** Pools that a worker with it may serve; left out or empty: any. */
  readonly pools?: readonly string[] | undefined;
  /** Left out: 90 days for a person, never for a worker. Null: never. */
  readonly expiresAt?: string | null | undefined;
};
export type NewToken = { readonly token: Token; readonly secret: string };

/** @throws Refused when the request contradicts itself. */
export async function createToken(tx: Tx, actor: string, request: TokenRequest): Promise<NewToken> {
  const scopes = scopesOf(request);
  const pools = request.pools ?? [];
  const expiresAt = request.expiresAt ?? null;
  const usualDays = request.expiresAt === undefined && request.kind === 'person' ? personTokenDays : null;
  if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt))) {
    throw new Refused('bad-request', `expiresAt: "${expiresAt}" is no instant; write it like 2030-01-31T00:00:00.000Z`);
  }
  const secret = makeTokenSecret(request.kind);
  const [token] = await tx.query<Token>(sql`
    insert into token (kind, name, prefix, secret_sha256, scopes, pools, expires_at)
    select ${request.kind}::text, ${request.name}::text, ${shownPrefix(secret)}::text, ${hashOf(secret)}::bytea,
      ${scopes}::text[], ${pools}::text[], ends.at
    from (select coalesce(${expiresAt}::timestamptz, now() + make_interval(days => ${usualDays}::integer)) as at) ends
    where ends.at is null or ends.at > now()
    returning id, kind, name, prefix, scopes, pools, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt", revoked_at as "revokedAt"`);
  if (!token) {
    throw new Refused('bad-request', `expiresAt: ${expiresAt} has passed; name a later instant, or null for never`);
  }
  await audit(tx, actor, 'token.create', subjectOf(token), { kind: token.kind, scopes, pools });
  return { token, secret };
}

/** Those that work first, each group newest first; at most 1,000. */
export function listTokens(db: Queryable): Promise<Token[]> {
  return db.query<Token>(sql`
    select id, kind, name, prefix, scopes, pools, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt", revoked_at as "revokedAt"
    from token
    order by revoked_at is not null or coalesce(expires_at <= now(), false), id desc
    limit ${listLimit}`);
}

/**
 * Ends a token. A server process that has it in its memory goes on taking it until `TokenFinder.forget` is called
 * there, and for `cacheSeconds` at the most. Repeating it changes nothing.
 * @throws Refused when there is no such token.
 */
export async function revokeToken(tx: Tx, actor: string, tokenId: number): Promise<Token> {
  const revoked = await tx.query<Token>(sql`
    update token set revoked_at = now() where id = ${tokenId} and revoked_at is null
    returning id, kind, name, prefix, scopes, pools, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt", revoked_at as "revokedAt"`);
  if (revoked[0]) {
    await audit(tx, actor, 'token.revoke', subjectOf(revoked[0]));
    return revoked[0];
  }
  const [before] = await tx.query<Token>(sql`
    select id, kind, name, prefix, scopes, pools, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt", revoked_at as "revokedAt"
    from token where id = ${tokenId}`);
  if (!before) throw new Refused('not-found', `There is no token ${tokenId}; \`signalbox token list\` shows them.`);
  return before;
}

function scopesOf(request: TokenRequest): readonly Scope[] {
  if (request.kind === 'worker') {
    const others = (request.scopes ?? []).filter((scope) => scope !== 'work');
    if (others.length === 0) return ['work'];
    throw new Refused('bad-request', `scopes: a worker token has "work" alone, not "${others.join('", "')}"`);
  }
  const scopes = request.scopes ?? ['read'];
  if (scopes.includes('work')) {
    throw new Refused('bad-request', 'scopes: "work" is for worker tokens; make one with kind "worker"');
  }
  if (scopes.length === 0) {
    throw new Refused('bad-request', 'scopes: a token that may do nothing is of no use; "read" is the least');
  }
  if ((request.pools ?? []).length > 0) {
    throw new Refused('bad-request', 'pools: only a worker token is bound to pools; leave them out');
  }
  return [...new Set(scopes)];
}

function subjectOf(token: Token): string {
  return `token ${token.id} ${token.name}`;
}
