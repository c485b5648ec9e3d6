// Every file that rows know to lie below a directory of the archive, with its digest: a range of an index, nothing of the disk.
import { type Queryable, sql } from '../base/index.ts';

export type StoredFile = {
  /** From the top of the archive. */
  readonly place: string;
  readonly kind: 'log' | 'artifact';
  readonly runId: number;
  /** What the run called it; null for a log. */
  readonly artifact: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly storedAt: string;
  /** Of a log: what was announced and never came. */
  readonly missingBytes: number;
};

/** By place. `directory` has no slash at its end, and is not the top. */
export function storedBelow(db: Queryable, directory: string, most: number): Promise<StoredFile[]> {
  // Places are compared byte by byte, and '0' is the byte after '/': all that begin with the directory, and nothing beside it.
  const [from, to] = [`${directory}/`, `${directory}0`];
  return db.query<StoredFile>(sql`
    (select path as place, 'log' as kind, run_id as "runId", null::text as artifact, size_bytes as "sizeBytes", sha256,
            sealed_at as "storedAt", missing_bytes as "missingBytes"
     from sealed_log where path > ${from} and path < ${to} and removing_since is null order by path limit ${most})
    union all
    (select archive_path, 'artifact', run_id, path, size_bytes, sha256, created_at, 0
     from artifact where archive_path > ${from} and archive_path < ${to} and removing_since is null order by archive_path limit ${most})
    order by place
    limit ${most}`);
}
