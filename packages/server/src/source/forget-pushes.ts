// Forgets pushes that came long ago and have no pipeline any more. The last one of each branch stays: it says where the branch is.
import { type Db, sql } from '../base/index.ts';

/** In one transaction. */
const most = 500;

/** One batch; none forgotten: there are no more. Locked first and looked at after: whoever starts a pipeline for one keeps it. */
export async function forgetPushes(db: Db, seconds: number): Promise<number> {
  return db.transaction(async (tx) => {
    const old = await tx.query<{ id: number }>(sql`
      select push.id from push
      where push.received_at < now() - make_interval(secs => ${seconds})
        and not exists (select from pipeline where pipeline.push_id = push.id offset 0)
        and exists (
          select from push as newer where newer.repo_id = push.repo_id and newer.branch = push.branch and newer.id > push.id offset 0)
      order by push.received_at
      limit ${most}
      for update of push skip locked`);
    if (old.length === 0) return 0;
    const gone = await tx.query(sql`
      delete from push
      where id = any (${old.map((push) => push.id)}::bigint[])
        and not exists (select from pipeline where pipeline.push_id = push.id)
      returning id`);
    return gone.length;
  });
}
