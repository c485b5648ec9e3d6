// Removes from this server's disk the mirrors of repositories that are no longer registered.
import { type Queryable, sql } from '../base/index.ts';
import type { Mirrors } from '../forges/index.ts';

export async function sweepMirrors(db: Queryable, mirrors: Mirrors): Promise<void> {
  await mirrors.keepOnly(async () => {
    const repos = await db.query<{ name: string }>(sql`select name from repo`);
    return repos.map(({ name }) => name);
  });
}
