// How long files stay, as pages and the API show it: until when by the rule, for ever, held by a pin, or gone already.
import type { Keeping } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

/** Of a run, one answer for its log and one for its artifacts; none for what it does not have. */
export function keepingOf(db: Queryable, runId: number, historySeconds: number): Promise<Keeping[]> {
  return db
    .query<Keeping>(sql`
    select distinct on (kind) kind,
           case when finished_at is null then 'open'
                when is_pinned(job_id, pipeline_id, path) then 'pinned'
                when days is null then 'for-ever'
                else 'until' end as state,
           finished_at + make_interval(secs => least(days * 86400.0, nullif(${historySeconds}::double precision, 0))) as until
    from archive_file where run_id = ${runId}
    union all
    select 'logs', 'removed', removing_since from sealed_log where run_id = ${runId} and removing_since is not null
    order by kind desc`)
    .then((rows) => rows.map((row) => (row.state === 'for-ever' ? { ...row, until: null } : row)));
}

/** Of files of the archive, by place. */
export async function keepingOfPlaces(
  db: Queryable,
  places: readonly string[],
  historySeconds: number,
): Promise<Map<string, Pick<Keeping, 'state' | 'until'>>> {
  const rows = await db.query<{ place: string } & Pick<Keeping, 'state' | 'until'>>(sql`
    select path as place,
           case when finished_at is null then 'open'
                when is_pinned(job_id, pipeline_id, path) then 'pinned'
                when days is null then 'for-ever'
                else 'until' end as state,
           case when days is not null then
             finished_at + make_interval(secs => least(days * 86400.0, nullif(${historySeconds}::double precision, 0)))
           end as until
    from archive_file where path = any (${places}::text[])`);
  return new Map(rows.map(({ place, ...keeping }) => [place, keeping]));
}
