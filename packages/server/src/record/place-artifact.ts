// Where an artifact of a run will lie, and its row once it lies there: what is the same however its bytes came.
import { Refused } from '@signalbox/protocol';
import { type Db, sql } from '../base/index.ts';
import type { RunHold } from './append.ts';
import { readFacts } from './facts.ts';
import { artifactPath } from './layout.ts';
import type { RecordLimits } from './limits.ts';
import type { ArchiveStore, Written } from './store.ts';

type Before = { readonly sha256: string; readonly archivePath: string };
export type Place = { readonly archivePath: string; readonly before: Before | undefined };

/**
 * A file in the archive is never written over with other bytes: what replaces it lies beside it under a second name until the
 * row has changed. So does a path that differs from another one only in case, which some disks cannot hold apart.
 * @throws Refused run-not-found, claim-lost, too-large
 */
export async function findPlace(
  db: Db,
  hold: RunHold,
  path: string,
  sha256: string,
  limits: RecordLimits,
): Promise<Place> {
  const [run] = await db.query<{ count: number; before: Before | null }>(sql`
    select (select count(*) from artifact where run_id = run.id) as count,
           (select jsonb_build_object('sha256', sha256, 'archivePath', archive_path)
            from artifact where run_id = run.id and path = ${path}) as before
    from run where id = ${hold.runId} and claim_id = ${hold.claimId} and verdict is null`);
  const [facts] = await readFacts(db, [hold.runId]);
  if (!facts) throw new Refused('run-not-found', `There is no run ${hold.runId}.`);
  if (!run) throw lost(hold, path);
  if (run.before) {
    const archivePath =
      run.before.sha256 === sha256 ? run.before.archivePath : artifactPath(facts, path, `${path}\n${sha256}`);
    return { archivePath, before: run.before };
  }
  if (run.count >= limits.artifacts) {
    throw new Refused(
      'too-large',
      `Run ${hold.runId} has ${run.count} artifacts already, and no run may have more. Pack them.`,
    );
  }
  const first = artifactPath(facts, path);
  const [other] = await db.query(sql`
    select 1 from artifact where run_id = ${hold.runId} and lower(archive_path) = lower(${first})`);
  return { archivePath: other ? artifactPath(facts, path, path) : first, before: undefined };
}

/** The fence again: bytes that took long to come may find the run ended. False: it is not listed. */
export async function enter(
  db: Db,
  hold: RunHold,
  path: string,
  place: Place,
  written: Written,
  results: string | undefined,
): Promise<boolean> {
  const entered = await db.query(sql`
    with entered as (
    insert into artifact (run_id, path, size_bytes, sha256, archive_path)
    select id, ${path}, ${written.sizeBytes}, ${written.sha256}, ${place.archivePath}
    from run where id = ${hold.runId} and claim_id = ${hold.claimId} and verdict is null
    for share
    on conflict (run_id, path) do update
      set size_bytes = excluded.size_bytes, sha256 = excluded.sha256, archive_path = excluded.archive_path, created_at = now()
      where artifact.sha256 in (excluded.sha256, ${place.before?.sha256 ?? ''})
    returning run_id, path, sha256, id
    ), asked as (
      insert into result_file (run_id, path, sha256, asked)
      select run_id, path, sha256, ${results === 'auto' ? null : (results ?? null)} from entered where ${results !== undefined}::boolean
      on conflict (run_id, path) do update
        set sha256 = excluded.sha256, asked = excluded.asked, state = 'waiting', why = null, tries = 0, not_before = now()
        where result_file.sha256 <> excluded.sha256
    )
    select id from entered`);
  return entered.length > 0;
}

/** What is not listed does not stay; what a row names is another call's. Answers why it was not. */
export async function leave(db: Db, store: ArchiveStore, hold: RunHold, path: string, place: Place): Promise<Refused> {
  const [listed] = await db.query<{ isRunning: boolean }>(sql`
    select run.ended_at is null as "isRunning" from artifact join run on run.id = artifact.run_id
    where artifact.archive_path = ${place.archivePath}`);
  if (!listed) await store.remove(place.archivePath);
  if (!listed?.isRunning) return lost(hold, path);
  return new Refused(
    'name-taken',
    `Artifact ${JSON.stringify(path)} was sent twice at once with different bytes. Send it again.`,
  );
}

/** What a disk says of a file that it does not take, for whoever sent it. */
export function explainStoring(cause: unknown, path: string): unknown {
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? '';
  // The watermark was passed between two looks, or somebody else fills this disk.
  if (['ENOSPC', 'EDQUOT'].includes(code))
    return new Refused('disk-full', 'The disk of the archive is full. Send the artifact again.');
  // A file and a directory of one name: no checkout holds both at once, so one of them was made after the other was sent.
  if (!['ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY'].includes(code)) return cause;
  return new Refused(
    'name-taken',
    `Artifact ${JSON.stringify(path)} needs a directory where a file is, or a file where a directory is.`,
  );
}

export function digestMismatch(path: string, written: Written, announced: string): Refused {
  const told = `${written.sizeBytes} bytes with SHA-256 ${written.sha256}, announced was ${announced}`;
  return new Refused('digest-mismatch', `Artifact ${JSON.stringify(path)} came as ${told}. Send it again.`);
}

export function tooLarge(path: string, most: number): Refused {
  return new Refused('too-large', `Artifact ${JSON.stringify(path)} has more than the ${most} bytes that are allowed.`);
}

function lost(hold: RunHold, path: string): Refused {
  return new Refused(
    'claim-lost',
    `Run ${hold.runId} has ended or is held by another claim; ${JSON.stringify(path)} is not kept.`,
  );
}
