// Learns how long the jobs of a lane usually take: the median of its last passed runs, for the estimates that people are told.
// Bounded in every direction; what one turn leaves out, the next run of that lane brings up again.
import { type Db, type Statement, sql } from '../base/index.ts';

/** Runs that ended lately and are looked at for their lanes, newest first; a minute of a busy server has more. */
const mostRuns = 5000;
/** Lanes learned in one turn. */
const mostLanes = 200;
/** Of a lane: jobs looked at, newest first, and passed ones of which the median is taken. */
const jobsLookedAt = 50;
const passedRuns = 20;

/** Lanes that had a run end in the last so many seconds. Whoever else learns at this moment is left in peace. */
export async function learnLanes(db: Db, seconds: number): Promise<void> {
  await db.query(learnStatement(seconds));
}

/** What has changed by less than a twentieth is left as it is: it is an estimate, and a row that is not written costs nothing. */
export const learnStatement = (seconds: number): Statement => sql`
  with touched as materialized (
    select lane.id
    from lane
    where lane.id in (
      select job.lane_id
      from (
        select job_id from run
        where ended_at > now() - make_interval(secs => ${seconds})
        order by ended_at desc limit ${mostRuns}
      ) as ended
      cross join lateral (select lane_id from job where job.id = ended.job_id and verdict = 'passed' offset 0) as job
    )
    -- Those of which nothing is known yet; of the others not always the same.
    order by lane.usual_seconds is not null, random()
    limit ${mostLanes}
  ), learned as materialized (
    select touched.id, usual.seconds
    from touched
    cross join lateral (
      select percentile_cont(0.5) within group (order by took.seconds) as seconds
      from (
        select extract(epoch from last.finished_at - last.started_at) as seconds
        from (
          select verdict, started_at, finished_at from job
          where job.lane_id = touched.id
          order by job.id desc limit ${jobsLookedAt}
        ) as last
        where last.verdict = 'passed' and last.started_at is not null
        limit ${passedRuns}
      ) as took
    ) as usual
  ), locked as materialized (
    select lane.id, learned.seconds
    from lane join learned on learned.id = lane.id
    where learned.seconds is not null
      and (lane.usual_seconds is null or abs(lane.usual_seconds - learned.seconds) > lane.usual_seconds / 20)
    order by lane.id
    for update of lane skip locked
  )
  update lane set usual_seconds = locked.seconds from locked where lane.id = locked.id`;
