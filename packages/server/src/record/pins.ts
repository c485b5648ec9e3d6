// Pins: a person holds the files of a job, of a pipeline or of a directory, whatever the rules say, until a time or until unpinned.
import { type Pin, type PinTarget, Refused } from '@signalbox/protocol';
import { type Queryable, sql, type Tx } from '../base/index.ts';

export type PinAsked = PinTarget & { readonly reason: string; readonly until?: string | null };

/**
 * Whoever pins and whoever purges take turns, by this lock, for as long as their transactions last: a pin finds a file
 * either marked, and is refused, or not, and then no purge marks it any more.
 */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.query(sql`select take_archive_turn()`);
}

/** Repeating it changes reason and time. @throws Refused bad-request, not-found, being-removed */
export async function pin(tx: Tx, asked: PinAsked, by: string): Promise<Pin> {
  const target = targetOf(asked);
  if (asked.until && Date.parse(asked.until) <= Date.now())
    throw new Refused('bad-request', `${asked.until} is past: the pin would hold nothing.`);
  await takeTurn(tx);
  await checkHoldable(tx, target);
  const [row] = await tx.query<{ id: number }>(sql`
    insert into pin (kind, job_id, pipeline_id, directory, reason, pinned_by, until)
    values (${asked.kind}, ${target.job}, ${target.pipeline}, ${target.directory}, ${asked.reason}, ${by}, ${asked.until ?? null})
    on conflict (kind, job_id, pipeline_id, directory) do update
      set reason = excluded.reason, pinned_by = excluded.pinned_by, pinned_at = now(), until = excluded.until
    returning id`);
  return (await listPins(tx)).find((one) => one.id === row!.id)!;
}

/** Returns what was unpinned; null when it had been before. */
export async function unpin(tx: Tx, pinId: number): Promise<Pin | null> {
  const found = (await listPins(tx)).find((one) => one.id === pinId);
  await tx.query(sql`delete from pin where id = ${pinId}`);
  return found ?? null;
}

/** Those that have ended are not shown. */
export function listPins(db: Queryable): Promise<Pin[]> {
  return db.query<Pin>(sql`
    select id, kind, job_id as job, pipeline_id as pipeline, directory, reason, pinned_by as by, pinned_at as at, until
    from pin where until is null or until > now() order by id`);
}

type Target = { readonly job: number | null; readonly pipeline: number | null; readonly directory: string | null };

function targetOf({ kind, job, pipeline, directory }: PinAsked): Target {
  const place = directory?.replace(/^\/?(archive\/)?/, '').replace(/\/+$/, '');
  const value = { job, pipeline, directory: place }[kind];
  if (!value) throw new Refused('bad-request', `To pin a ${kind}, say also which ${kind}.`);
  return { job: null, pipeline: null, directory: null, [kind]: value };
}

/** There is such a thing, and a purge has taken nothing of it in hand that it could not finish holding. */
async function checkHoldable(tx: Tx, { job, pipeline, directory }: Target): Promise<void> {
  const [found] = await tx.query<{ isThere: boolean; leaving: number; gone: number; kept: number }>(sql`
    with file as (
      select sealed_log.run_id, path, removing_since is not null and removed_at is null as is_leaving, removed_at is not null as is_gone
      from sealed_log where ${directory}::text is null or starts_with(path, ${directory}::text || '/')
      union all
      select artifact.run_id, archive_path, removing_since is not null, false
      from artifact where ${directory}::text is null or starts_with(archive_path, ${directory}::text || '/')
    )
    select case
             when ${job}::bigint is not null then exists (select from job where id = ${job}::bigint)
             when ${pipeline}::bigint is not null then exists (select from pipeline where id = ${pipeline}::bigint)
             else exists (select from file where not is_gone)
           end as "isThere",
           coalesce(sum(1) filter (where is_leaving), 0) as leaving,
           coalesce(sum(1) filter (where is_gone), 0) as gone,
           coalesce(sum(1) filter (where not is_gone and not is_leaving), 0) as kept
    from file join run on run.id = file.run_id join job on job.id = run.job_id
    where ${directory}::text is not null or job.id = ${job}::bigint or job.pipeline_id = ${pipeline}::bigint`);
  const what = directory === null ? (job === null ? `pipeline ${pipeline}` : `job ${job}`) : `directory ${directory}`;
  if (!found!.isThere) throw new Refused('not-found', `There is no ${what}${directory ? ' with files' : ''}.`);
  if (found!.kept === 0 && found!.leaving === 0 && found!.gone > 0)
    throw new Refused('removed', `All files of ${what} have been removed: their time was over. Nothing is pinned.`);
  if (found!.leaving > 0) {
    throw new Refused(
      'being-removed',
      `A purge is removing ${found!.leaving} files of ${what} at this moment: their time was over. Nothing is pinned.`,
    );
  }
}
