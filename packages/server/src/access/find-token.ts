// Finds the live token behind a secret or an id. Every call of every worker asks this, so answers are kept for a few seconds.
import type { Scope } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { noteLastUse } from './last-use.ts';
import { hashOf, looksLikeToken, type TokenKind } from './token-secret.ts';

/** A token that was neither revoked nor expired when the database was last asked. */
export type LiveToken = {
  readonly id: number;
  readonly kind: TokenKind;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly pools: readonly string[];
};

export type TokenFinder = {
  bySecret(secret: string): Promise<LiveToken | undefined>;
  byId(id: number): Promise<LiveToken | undefined>;
  /** Forgets what is kept: call it where a token was revoked, and wherever another process says so. */
  forget(): void;
  /** Writes the last uses that wait. */
  stop(): Promise<void>;
};

export type TokenFinderOptions = {
  /** How long a revoked token may still be taken by this process, if nobody tells it; 0 asks every time. */
  readonly cacheSeconds: number;
  /** A last use that could not be written: nobody waits for it. */
  readonly onError: (error: Error) => void;
};

/** Expiry is counted by the database's clock: it says how long, not until when. */
type Found = LiveToken & { readonly secondsLeft: number | null };
type Kept = { readonly answer: Promise<Found | undefined>; until: number };

const keptAtMost = 10_000;

export function createTokenFinder(db: Queryable, options: TokenFinderOptions): TokenFinder {
  const kept = new Map<string, Kept>();
  const lastUse = noteLastUse(db, options.onError);

  const find = async (key: string, ask: () => Promise<Found | undefined>): Promise<LiveToken | undefined> => {
    let entry = kept.get(key);
    if (!entry || performance.now() >= entry.until) {
      // Until the answer is there, all who ask wait for the same one.
      entry = { answer: ask(), until: Number.POSITIVE_INFINITY };
      kept.delete(key);
      if (kept.size >= keptAtMost) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, entry);
      settle(key, entry);
    }
    const found = await entry.answer;
    if (found) lastUse.note(found.id);
    return found;
  };

  /** A token is kept for its time; an error or nothing is not, so guesses fill no memory. */
  const settle = (key: string, entry: Kept): void => {
    const drop = () => kept.get(key) === entry && kept.delete(key);
    entry.answer.then((found) => {
      if (!found || options.cacheSeconds === 0) return drop();
      entry.until =
        performance.now() + 1000 * Math.min(options.cacheSeconds, found.secondsLeft ?? options.cacheSeconds);
    }, drop);
  };

  return {
    // Kept by the secret itself: a hash for each request is a twentieth of what a small one costs. It is in memory with each
    // request that brings it anyway; what is stored is the hash.
    bySecret: (secret) =>
      find(`secret ${secret}`, async () => (looksLikeToken(secret) ? askByHash(db, hashOf(secret)) : undefined)),
    byId: (id) => find(`id ${id}`, () => askById(db, id)),
    forget: () => kept.clear(),
    stop: () => lastUse.stop(),
  };
}

async function askByHash(db: Queryable, hash: Buffer): Promise<Found | undefined> {
  const [found] = await db.query<Found>(sql`
    select id, kind, name, scopes, pools, extract(epoch from expires_at - now())::float8 as "secondsLeft"
    from token
    where secret_sha256 = ${hash} and revoked_at is null and (expires_at is null or expires_at > now())`);
  return found;
}

async function askById(db: Queryable, id: number): Promise<Found | undefined> {
  const [found] = await db.query<Found>(sql`
    select id, kind, name, scopes, pools, extract(epoch from expires_at - now())::float8 as "secondsLeft"
    from token
    where id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())`);
  return found;
}
