// Where `latest-<branch>` leads: to the newest nightly of a branch that passed. Asked of the rows each time, so that it is never a link
// to what is not there, and no crash leaves an old one.
import { type Queryable, sql } from '../base/index.ts';
import { nightliesOf } from './layout.ts';

/**
 * The place that is meant by `<repo>/nightly/latest-<branch>` and all below it. undefined for every other place, and for a
 * branch none of whose nightlies has passed yet.
 */
export async function latestNightly(db: Queryable, place: string): Promise<string | undefined> {
  const [, repo, branch, rest = ''] = /^([^/]+)\/nightly\/latest-([^/]+)(\/.*)?$/.exec(place) ?? [];
  if (!repo || !branch || place.includes('\0')) return undefined;
  const { from, to } = nightliesOf(repo);
  // Names of directories begin with the time: the last one by name is the newest, and only as many logs are read as are newer.
  const [newest] = await db.query<{ directory: string }>(sql`
    select substring(sealed_log.path from '^(?:[^/]+/){4}[^/]+') as directory
    from sealed_log
    join run on run.id = sealed_log.run_id
    join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id
    where sealed_log.path > ${from} and sealed_log.path < ${to}
      and substring(sealed_log.path from '^(?:[^/]+/){4}[0-9-]{20}([^/]+)') = ${branch}
      and pipeline.verdict = 'passed' and sealed_log.removing_since is null
    order by sealed_log.path desc
    limit 1`);
  return newest && newest.directory + rest;
}
