// Secrets of a repository, sealed at rest: set, listed by name, removed, and opened for a run that asks for them by name.
import { Refused } from '@signalbox/protocol';
import { type Queryable, sql, type Tx } from '../base/index.ts';
import { audit } from './audit.ts';
import type { Key } from './key.ts';
import { seal, unseal } from './seal.ts';

export type SecretName = { readonly name: string; readonly updatedAt: string };

/** `missing` says for each name that could not be given why, for the person who set up the job. */
export type OpenedSecrets = {
  readonly values: Readonly<Record<string, string>>;
  readonly missing: readonly { readonly name: string; readonly text: string }[];
};

const secretsAtMost = 500;

/** @throws Refused when the repository has too many. */
export async function setSecret(
  tx: Tx,
  key: Key,
  actor: string,
  secret: { readonly repoId: number; readonly name: string; readonly value: string },
): Promise<void> {
  const written = await tx.query(sql`
    insert into secret (repo_id, name, sealed)
    select ${secret.repoId}::bigint, ${secret.name}::text, ${seal(key.secrets, secret, secret.value)}::bytea
    where (select count(*) from secret where repo_id = ${secret.repoId}::bigint and name <> ${secret.name}::text)
      < ${secretsAtMost}::integer
    on conflict (repo_id, name) do update set sealed = excluded.sealed, updated_at = now()
    returning name`);
  if (written.length === 0) {
    throw new Refused(
      'too-many',
      `This repository has ${secretsAtMost} secrets, which is the limit; remove one first.`,
    );
  }
  await audit(tx, actor, 'secret.set', `repo ${secret.repoId} ${secret.name}`);
}

export function listSecrets(db: Queryable, repoId: number): Promise<SecretName[]> {
  return db.query<SecretName>(sql`
    select name, updated_at as "updatedAt" from secret where repo_id = ${repoId} order by name`);
}

/** Removing what is not there is refused: a mistyped name must not look done. */
export async function removeSecret(tx: Tx, actor: string, repoId: number, name: string): Promise<void> {
  const removed = await tx.query(sql`
    delete from secret where repo_id = ${repoId} and name = ${name} returning name`);
  if (removed.length === 0) throw new Refused('not-found', `This repository has no secret ${name}.`);
  await audit(tx, actor, 'secret.remove', `repo ${repoId} ${name}`);
}

/** Opens those that a reader (`run 12`) asks for, and notes that it did. Asking for none costs no query. */
export async function openSecrets(
  db: Queryable,
  key: Key,
  wanted: { readonly repoId: number; readonly names: readonly string[]; readonly reader: string },
): Promise<OpenedSecrets> {
  const { repoId, names, reader } = wanted;
  const values: Record<string, string> = {};
  const missing: { name: string; text: string }[] = [];
  if (names.length === 0) return { values, missing };
  const rows = await db.query<{ name: string; sealed: Buffer }>(sql`
    select name, sealed from secret where repo_id = ${repoId} and name = any(${names}::text[])`);
  for (const name of new Set(names)) {
    const row = rows.find((candidate) => candidate.name === name);
    const value = row && unseal(key.secrets, { repoId, name }, row.sealed);
    if (value !== undefined) values[name] = value;
    else missing.push({ name, text: row ? otherKey(name) : notSet(name) });
  }
  const opened = Object.keys(values);
  if (opened.length > 0) await audit(db, reader, 'secret.open', `repo ${repoId}`, { names: opened });
  return { values, missing };
}

function notSet(name: string): string {
  return `Secret ${name} is not set for this repository. An administrator sets it; its name must be the same, letter by letter.`;
}

function otherKey(name: string): string {
  return `Secret ${name} cannot be opened: it was sealed under another key. Bring the key of this installation back, or set the secret again.`;
}
