// The first tokens of an installation: made on the machine itself, kept in files that only their owner may read.
import { type Db, type Queryable, sql } from '../base/index.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { hashOf, looksLikeToken } from './token-secret.ts';
import { createToken } from './tokens.ts';

/** Any number, the same for all processes: whoever holds it makes first tokens. */
const firstTokenLock = 7_202_612;

/**
 * The token of the worker that `start` runs beside the server: the one in the file if it still works, else a new one
 * in its place. Gives its secret.
 */
export function ensureWorkerToken(db: Db, options: { readonly file: string; readonly name: string }): Promise<string> {
  return db.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(${firstTokenLock}::bigint)`);
    const before = await readPrivateFile(options.file);
    if (before !== undefined && (await isLive(tx, before))) return before;
    const { secret } = await createToken(tx, 'start', { kind: 'worker', name: options.name });
    // Within the transaction on purpose: a token that is in no file must not stay. It is one small local file.
    await writePrivateFile(options.file, secret);
    return secret;
  });
}

/**
 * A server with log-in that has no administrator yet gets one, whose secret lies in the file: who may read the server's
 * files is its administrator. Gives whether it was made now; afterwards the file may be deleted.
 */
export function ensureAdministrator(
  db: Db,
  options: { readonly file: string; readonly name: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(${firstTokenLock}::bigint)`);
    const [administrator] = await tx.query(sql`
      select id from token
      where kind = 'person' and 'admin' = any(scopes) and revoked_at is null and (expires_at is null or expires_at > now())
      limit 1`);
    if (administrator) return false;
    const { secret } = await createToken(tx, 'start', { kind: 'person', name: options.name, scopes: ['admin'] });
    await writePrivateFile(options.file, secret);
    return true;
  });
}

async function isLive(tx: Queryable, secret: string): Promise<boolean> {
  if (!looksLikeToken(secret)) return false;
  const live = await tx.query(sql`
    select id from token
    where secret_sha256 = ${hashOf(secret)} and kind = 'worker' and revoked_at is null
      and (expires_at is null or expires_at > now())`);
  return live.length > 0;
}
