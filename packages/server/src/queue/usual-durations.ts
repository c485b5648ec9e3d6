// How long the lanes of a branch usually take, as learn-lanes.ts has learned it.
import { type Queryable, sql } from '../base/index.ts';

export type UsualDuration = { readonly name: string; readonly usualSeconds: number };

/** As many as one configuration may have. */
const most = 20_000;

export function listUsualDurations(db: Queryable, repoId: number, branch: string): Promise<UsualDuration[]> {
  return db.query<UsualDuration>(sql`
    select name, usual_seconds as "usualSeconds"
    from lane
    where repo_id = ${repoId} and branch = ${branch} and usual_seconds is not null
    order by name
    limit ${most}`);
}
