// Forgets workers that have not been seen for long, and of which no run is left: a fleet of machines that live a day has a new name
// for each. Those that a person holds stay, so that nobody takes a retired one's name.
import { type Db, sql } from '../base/index.ts';

/** Between a worker's last word and its last claim, at most; and between the order of runs and that of their claims. */
const marginSeconds = 3600;

/**
 * Not seen for so many seconds, and before the oldest run that is still there was claimed: so it has none. The database does not
 * look for runs of each (`run.worker_id` refers to nothing): that would be an index, written with every claim and every end.
 */
export async function forgetWorkers(db: Db, seconds: number): Promise<number> {
  const gone = await db.query(sql`
    delete from worker
    where hold is null and last_seen_at < least(
      now() - make_interval(secs => ${seconds}),
      (select claimed_at from run order by id limit 1) - make_interval(secs => ${marginSeconds}))
    returning id`);
  return gone.length;
}
