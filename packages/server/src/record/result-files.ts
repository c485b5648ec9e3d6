// The files of results that wait to be read: taken one at a time by whichever server is first, given up when reading never ends well.
import { type Queryable, sql } from '../base/index.ts';
import type { RecordLimits } from './limits.ts';

export type TakenFile = {
  readonly id: number;
  readonly runId: number;
  readonly path: string;
  readonly sha256: string;
  readonly asked: string | null;
  readonly tries: number;
  readonly repoId: number;
  readonly laneId: number | null;
  /** Null when it is not in the archive any more. */
  readonly archivePath: string | null;
  readonly sizeBytes: number | null;
};

/** The first that waits; who dies with it loses it to another server after `resultSeconds`. */
export async function takeResultFile(db: Queryable, limits: RecordLimits): Promise<TakenFile | undefined> {
  const [taken] = await db.query<TakenFile>(sql`
    with due as (
      select id from result_file where state = 'waiting' and not_before <= now()
      order by not_before, id limit 1 for update skip locked
    ), taken as (
      update result_file set tries = tries + 1, not_before = now() + make_interval(secs => ${limits.resultSeconds})
      from due where result_file.id = due.id
      returning result_file.id, run_id, path, sha256, asked, tries
    )
    select taken.id, taken.run_id as "runId", taken.path, taken.sha256, taken.asked, taken.tries,
           push.repo_id as "repoId", job.lane_id as "laneId",
           artifact.archive_path as "archivePath", artifact.size_bytes as "sizeBytes"
    from taken join run on run.id = taken.run_id join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id
    left join artifact on artifact.run_id = taken.run_id and artifact.path = taken.path
      and artifact.sha256 = taken.sha256`);
  return taken;
}

/** The next try comes soon: whatever was wrong, it was not the file. */
export async function putBackResultFile(db: Queryable, { id, tries }: TakenFile): Promise<void> {
  await db.query(sql`
    update result_file set not_before = now() + make_interval(secs => ${2 ** Math.min(tries, 8)})
    where id = ${id} and state = 'waiting'`);
}

export async function giveUpResultFile(db: Queryable, { id, sha256 }: TakenFile, why: string): Promise<void> {
  await db.query(sql`
    update result_file set state = 'unreadable', why = ${why}
    where id = ${id} and sha256 = ${sha256} and state = 'waiting'`);
}
