// Finds what a run left behind, and opens it: artifacts by their path, the sealed log, and any file of the archive by its place.
import type { Readable } from 'node:stream';
import { Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import { logRemoved } from './log-members.ts';
import type { ArchiveStore } from './store.ts';

export type StoredArtifact = {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly archivePath: string;
};
/** Bytes to send: nothing is open until they are read. Both ends of a range are included. */
export type OpenFile = {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
  readonly modifiedAt: string;
  read(range?: { readonly start: number; readonly end: number }): Readable;
  /** See store.ts. */
  link?(as: { readonly type: string; readonly disposition: string }): Promise<string>;
};

/** By path; empty for a run that has none, or that is not there. */
export function listArtifacts(db: Queryable, runId: number): Promise<StoredArtifact[]> {
  return db.query<StoredArtifact>(sql`
    select path, size_bytes as "sizeBytes", sha256, archive_path as "archivePath"
    from artifact where run_id = ${runId} and removing_since is null order by path`);
}

/** @throws Refused not-found */
export async function openArtifact(db: Queryable, store: ArchiveStore, runId: number, path: string): Promise<OpenFile> {
  const [found] = await db.query<{ place: string; sha256: string }>(sql`
    select archive_path as place, sha256 from artifact where run_id = ${runId} and path = ${storable(path)} and removing_since is null`);
  if (!found) throw new Refused('not-found', `Run ${runId} left no artifact ${JSON.stringify(path)}.`);
  return open(store, found.place, path.slice(path.lastIndexOf('/') + 1), found.sha256);
}

/** @throws Refused not-found, also while the log is not sealed yet */
export async function openSealedLog(db: Queryable, store: ArchiveStore, runId: number): Promise<OpenFile> {
  const [found] = await db.query<{
    place: string | null;
    sha256: string | null;
    isSilent: boolean;
    removedAt: string | null;
  }>(sql`
    select sealed_log.path as place, sealed_log.sha256, (0 < any (run.log_bytes)) is false as "isSilent",
           sealed_log.removing_since as "removedAt"
    from run left join sealed_log on sealed_log.run_id = run.id where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  if (found.removedAt) throw logRemoved(runId, found.removedAt);
  if (!found.place && found.isSilent) throw new Refused('not-found', `Run ${runId} printed nothing: it has no log.`);
  if (!found.place) {
    throw new Refused(
      'not-found',
      `The log of run ${runId} is not in the archive yet: it is put there when all of it has come. Read its steps until then.`,
    );
  }
  return open(store, found.place, found.place.slice(found.place.lastIndexOf('/') + 1), found.sha256);
}

/**
 * `place`: as in the archive's own pages. undefined for what is no file.
 * @throws Refused not-found for every path that tries to leave the archive
 */
export async function openArchiveFile(
  db: Queryable,
  store: ArchiveStore,
  place: string,
): Promise<OpenFile | undefined> {
  const found = await store.find(place);
  if (!found) return undefined;
  const digests = await digestsOf(db, [place]);
  return { name: place.slice(place.lastIndexOf('/') + 1), sha256: digests.get(place) ?? null, ...found };
}

/** SHA-256 of the archive's files at these places, where a row knows it. */
export async function digestsOf(db: Queryable, places: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ place: string; sha256: string }>(sql`
    select path as place, sha256 from sealed_log where path = any (${places}::text[])
    union all
    select archive_path, sha256 from artifact where archive_path = any (${places}::text[])`);
  return new Map(rows.map(({ place, sha256 }) => [place, sha256]));
}

async function open(store: ArchiveStore, place: string, name: string, sha256: string | null): Promise<OpenFile> {
  const found = await store.find(place);
  if (!found) throw new Refused('not-found', `${name} is not in the archive${sha256 ? ' any more' : ''}.`);
  return { name, sha256, ...found };
}

/** PostgreSQL's text cannot hold it, so no row has it. */
const storable = (text: string) => (text.includes('\0') ? '' : text);
