// Removes files that no row names: a server died between a file and its row, or the rows were forgotten. It walks the archive.
import { type Db, sql } from '../base/index.ts';
import { readFacts } from './facts.ts';
import { directoryOf, logPath } from './layout.ts';
import { segment } from './segment.ts';
import type { ArchiveStore } from './store.ts';

/** Names read of one directory: the rest of a larger one is found when these have gone. */
const mostEntries = 100_000;
const batch = 1000;

/**
 * Older than `before` only: what is on its way gets its row within seconds. Files of a repository that was removed stay: somebody
 * removed the repository, and not what it left. Answers how many it removed.
 */
export async function sweepOrphans(
  db: Db,
  store: ArchiveStore,
  before: Date,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let removed = 0;
  const repos = await db.query<{ name: string }>(sql`select name from repo`);
  const open = repos.map(({ name }) => segment(name));
  for (let directory = open.pop(); directory !== undefined && !isStopped(); directory = open.pop()) {
    const entries = (await store.list(directory, mostEntries)) ?? [];
    const old: string[] = [];
    for (const entry of entries) {
      const place = `${directory}/${entry.name}`;
      if (entry.kind === 'directory') open.push(place);
      else if (entry.modifiedAt !== null && Date.parse(entry.modifiedAt) < before.getTime()) old.push(place);
    }
    for (let at = 0; at < old.length; at += batch) removed += await removeUnnamed(db, store, old.slice(at, at + batch));
  }
  return removed;
}

async function removeUnnamed(db: Db, store: ArchiveStore, places: readonly string[]): Promise<number> {
  const unnamed = await db.query<{ place: string }>(sql`
    select place from unnest(${places}::text[]) as place
    where not exists (select from sealed_log where path = place and removed_at is null)
      and not exists (select from artifact where archive_path = place)`);
  if (unnamed.length === 0) return 0;
  const writing = await placesBeingWritten(db);
  const orphans = unnamed.filter(({ place }) => !writing.some((begin) => place.startsWith(begin)));
  for (const { place } of orphans) await store.remove(place);
  return orphans.length;
}

/** A run that goes on, or whose log is to be sealed, may put such a file anew at this moment: its own come next time. */
async function placesBeingWritten(db: Db): Promise<string[]> {
  const runs = await db.query<{ id: number }>(sql`
    select id from run where ended_at is null union select run_id from to_seal`);
  const facts = await readFacts(
    db,
    runs.map(({ id }) => id),
  );
  return facts.flatMap((run) => [
    logPath(run),
    `${directoryOf(run)}/${logPath(run)
      .split('/')
      .at(-1)!
      .replace(/\.txt\.gz$/, '/')}`,
  ]);
}
