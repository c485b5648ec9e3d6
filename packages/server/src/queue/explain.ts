// Why does this job not run? Computed from the same rows that decide it, at the moment of asking, never stored.
import { type Blocker, type Explanation, type JobState, Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

/** Empty for a job that runs, has ended, or would be claimed by the next worker that asks. */
export async function explain(
  db: Queryable,
  job: { id: number; state: JobState; pool: string },
  leaseSeconds: number,
): Promise<Blocker[]> {
  if (job.state === 'waiting') return needs(db, job.id);
  if (job.state === 'ready') return line(db, job, leaseSeconds);
  return [];
}

async function needs(db: Queryable, jobId: number): Promise<Blocker[]> {
  const unmet = await db.query<{ id: number; name: string; state: JobState; createdAt: string }>(sql`
    select need.id, need.name, need.state, need.created_at as "createdAt"
    from edge join job as need on need.id = edge.from_job
    where edge.to_job = ${jobId} and need.verdict is distinct from 'passed'
    order by need.id`);
  return unmet.map((need) => ({
    kind: 'need',
    outlook: 'be-patient',
    what: `It needs ${need.name}, which is ${need.state}.`,
    since: need.createdAt,
    who: null,
    cure: null,
    jobId: need.id,
  }));
}

type Line = {
  notBefore: string | null;
  since: string;
  delayed: boolean;
  ahead: number;
  ever: number;
  here: number;
  capacity: number;
  busy: number;
  lastSeenAt: string | null;
  pools: string[];
};

async function line(db: Queryable, job: { id: number; pool: string }, leaseSeconds: number): Promise<Blocker[]> {
  const [facts] = await db.query<Line>(sql`
    select ready.not_before as "notBefore", ready.since, ready.not_before > now() as delayed,
      (select count(*) from ready as other
       where other.pool = ready.pool and other.not_before <= now()
         and (other.rank, other.job_id) < (ready.rank, ready.job_id))::int as ahead,
      count(worker.id)::int as ever,
      (count(worker.id) filter (where here.yes))::int as here,
      coalesce(sum(worker.capacity) filter (where here.yes), 0)::int as capacity,
      (select count(*) from run where run.ended_at is null and run.worker_id in
        (select id from worker where ready.pool = any (pools)))::int as busy,
      max(worker.last_seen_at) as "lastSeenAt",
      (select coalesce(array_agg(distinct served), '{}') from worker, unnest(worker.pools) as served) as pools
    from ready
    left join worker on ready.pool = any (worker.pools)
    left join lateral (
      select worker.state = 'active' and worker.last_seen_at > now() - make_interval(secs => ${leaseSeconds}) as yes
    ) as here on true
    where ready.job_id = ${job.id}
    group by ready.job_id`);
  if (!facts) return [];
  const found: Blocker[] = [];
  const add = (
    kind: Blocker['kind'],
    outlook: Blocker['outlook'],
    what: string,
    since: string | null,
    cure: string | null,
  ) => found.push({ kind, outlook, what, since, who: null, cure, jobId: null });
  if (facts.delayed) {
    add(
      'retry-backoff',
      'be-patient',
      `Its last run errored; it is tried again at ${facts.notBefore}.`,
      facts.since,
      null,
    );
  }
  if (facts.ever === 0) {
    const others =
      facts.pools.length > 0 ? `Pools that are served: ${facts.pools.join(', ')}.` : 'No worker was ever seen at all.';
    add(
      'no-worker-ever',
      'will-never-run',
      `No worker has ever served pool "${job.pool}".`,
      facts.since,
      `Start one: signalbox worker --pools ${job.pool} --server ADDRESS, with a worker token. ${others}`,
    );
  } else if (facts.here === 0) {
    add(
      'worker-offline',
      'someone-must-act',
      `No worker of pool "${job.pool}" is there now; ${facts.ever} have served it.`,
      facts.lastSeenAt,
      `Start a worker of pool "${job.pool}" again.`,
    );
  } else if (facts.ahead > 0 || facts.busy >= facts.capacity) {
    add(
      'capacity',
      'be-patient',
      `${facts.ahead} jobs are before it in pool "${job.pool}"; ${facts.busy} of ${facts.capacity} places are taken.`,
      facts.since,
      null,
    );
  }
  return found;
}

/** @throws Refused job-not-found */
export async function explainJob(db: Queryable, jobId: number, leaseSeconds: number): Promise<Explanation> {
  const [job] = await db.query<{ id: number; state: JobState; pool: string; at: string }>(sql`
    select id, state, pool, now() as at from job where id = ${jobId}`);
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  const blockers = await explain(db, job, leaseSeconds);
  return { jobId, state: job.state, at: job.at, outlook: blockers[0]?.outlook ?? null, blockers, place: null };
}
