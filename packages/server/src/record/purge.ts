// Removes files whose time is over, from any kind of archive: marked, then the file goes, then the row. A crash between two of them
// leaves a mark, and whoever comes next goes on from it.
import type { PurgeItem } from '@signalbox/protocol';
import { crashPoint, type Db, sql, type Tx } from '../base/index.ts';
import { takeTurn } from './pins.ts';
import type { ArchiveStore } from './store.ts';

export type Marked = { readonly files: number; readonly sizeBytes: number };

/**
 * All files of one kind of one pipeline, in one step, so that a pin holds all of them or is refused. What is due is asked again:
 * a pin or a rule may have come since it was planned.
 */
export async function markDue(tx: Tx, item: PurgeItem, historySeconds: number): Promise<Marked> {
  await takeTurn(tx);
  const due = await tx.query<{ id: number; sizeBytes: number }>(sql`
    select id, size_bytes as "sizeBytes" from archive_file
    where pipeline_id = ${item.pipeline} and kind = ${item.kind} and days is not null
      and finished_at < now() - make_interval(secs => least(days * 86400.0, nullif(${historySeconds}::double precision, 0)))
      and not is_pinned(job_id, pipeline_id, path)`);
  const ids = due.map(({ id }) => id);
  if (ids.length === 0) return { files: 0, sizeBytes: 0 };
  if (item.kind === 'logs')
    await tx.query(sql`update sealed_log set removing_since = now() where run_id = any (${ids}::bigint[])`);
  else await tx.query(sql`update artifact set removing_since = now() where id = any (${ids}::bigint[])`);
  return { files: ids.length, sizeBytes: due.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** Files of one batch: so much is done again after a crash. */
const mostAtOnce = 200;

/** One batch of what is marked; 0: nothing is left. Two that remove the same do no harm: a file that has gone is as good as removed. */
export async function removeMarked(db: Db, store: ArchiveStore): Promise<number> {
  const leaving = await db.query<{ kind: 'logs' | 'artifacts'; id: number; path: string }>(sql`
    (select 'logs' as kind, run_id as id, path from sealed_log
     where removing_since is not null and removed_at is null order by removing_since limit ${mostAtOnce})
    union all
    (select 'artifacts', id, archive_path from artifact where removing_since is not null order by removing_since limit ${mostAtOnce})`);
  if (leaving.length === 0) return 0;
  for (let at = 0; at < leaving.length; at += 8)
    await Promise.all(leaving.slice(at, at + 8).map(({ path }) => store.remove(path)));
  crashPoint('purge-file-removed');
  const idsOf = (kind: string) => leaving.filter((file) => file.kind === kind).map(({ id }) => id);
  // What leads into the file goes with it; that there was a log, and when it went, stays for as long as its run does.
  await db.query(sql`
    update sealed_log set removed_at = now(), index = '{}'
    where run_id = any (${idsOf('logs')}::bigint[]) and removing_since is not null and removed_at is null`);
  await db.query(sql`
    delete from artifact where id = any (${idsOf('artifacts')}::bigint[]) and removing_since is not null`);
  crashPoint('purge-row-removed');
  return leaving.length;
}
