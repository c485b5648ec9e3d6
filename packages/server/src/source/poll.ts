// Repositories whose time has come to be looked at: taken by moving that time, so that several servers share the work.
import { type Queryable, sql } from '../base/index.ts';

const mostAtOnce = 100;

/** Asks for a look at each that is due. One whose asking fails is due again after its interval. Returns how many were. */
export async function lookAtDue(db: Queryable, askLook: (repoId: number) => Promise<void>): Promise<number> {
  const due = await db.query<{ id: number }>(sql`
    update repo set next_look_at = now() + poll_seconds * interval '1 second'
    where id in (
      select id from repo
      where poll_seconds > 0 and next_look_at <= now()
      order by next_look_at
      limit ${mostAtOnce}
      for update skip locked)
    returning id`);
  for (const { id } of due) await askLook(id);
  return due.length;
}
