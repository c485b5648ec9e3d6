// Pauses: a person stops the claims of a pool, of a branch (the tree is closed) or of one lane. Jobs stay in line, runs go on.
import { type Pause, type PauseTarget, Refused } from '@signalbox/protocol';
import { type Queryable, sql, type Tx } from '../base/index.ts';

export type PauseAsked = PauseTarget & { readonly reason: string };

/** Repeating it changes the reason. Hint `order-changed`. @throws Refused bad-request, repo-not-found */
export async function pause(tx: Tx, asked: PauseAsked, by: string): Promise<Pause> {
  const target = await targetOf(tx, asked);
  const [row] = await tx.query<{ id: number }>(sql`
    insert into pause (kind, pool, repo_id, branch, lane, reason, paused_by)
    values (${asked.kind}, ${target.pool}, ${target.repoId}, ${target.branch}, ${target.lane}, ${asked.reason}, ${by})
    on conflict (kind, pool, repo_id, branch, lane) do update set reason = excluded.reason, paused_by = excluded.paused_by
    returning id`);
  return (await listPauses(tx)).find((one) => one.id === row!.id)!;
}

/** Returns what was resumed; null when it had been before. */
export async function resume(tx: Tx, pauseId: number): Promise<Pause | null> {
  const found = (await listPauses(tx)).find((one) => one.id === pauseId);
  await tx.query(sql`delete from pause where id = ${pauseId}`);
  return found ?? null;
}

export function listPauses(db: Queryable): Promise<Pause[]> {
  return db.query<Pause>(sql`
    select pause.id, pause.kind, pause.pool, repo.name as repo, pause.branch, pause.lane, pause.reason, pause.paused_by as by,
           pause.paused_at as at
    from pause left join repo on repo.id = pause.repo_id
    order by pause.id`);
}

type Target = { pool: string | null; repoId: number | null; branch: string | null; lane: string | null };

async function targetOf(tx: Tx, { kind, pool, repo, branch, lane }: PauseAsked): Promise<Target> {
  const needed = { pool: { pool }, branch: { repo, branch }, lane: { repo, branch, lane } }[kind];
  for (const [name, value] of Object.entries(needed)) {
    if (!value) throw new Refused('bad-request', `To pause a ${kind}, say also which ${name}.`);
  }
  if (kind === 'pool') return { pool: pool!, repoId: null, branch: null, lane: null };
  const [found] = await tx.query<{ id: number }>(sql`select id from repo where name = ${repo!}`);
  if (!found) throw new Refused('repo-not-found', `There is no repository "${repo}".`);
  return { pool: null, repoId: found.id, branch: branch!, lane: kind === 'lane' ? lane! : null };
}
