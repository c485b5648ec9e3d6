// What a job waits for, directly and behind that: the jobs it needs and those that these need, and who is in the concurrency groups
// that hold any of them. Bounded, so that no plan is too large to be explained.
import { type Queryable, sql } from '../../base/index.ts';
import { type JobFacts, readJobs } from './job-facts.ts';

export type Upstream = {
  readonly jobs: ReadonlyMap<number, JobFacts>;
  /** Needs that have not passed, by the job that waits for them. */
  readonly needs: ReadonlyMap<number, readonly number[]>;
  /** By the id of the group. */
  readonly groups: ReadonlyMap<number, GroupMembers>;
};
export type GroupMembers = {
  readonly holders: readonly number[];
  /** In the order in which they get a slot. */
  readonly waiters: readonly number[];
};

/** Needs looked at, nearest first. What lies behind more of them is taken to be on its way. */
const mostNeeds = 500;
/** Groups, and of each group those that have a slot and those that wait for one. */
const mostGroups = 20;
const mostMembers = 50;

export async function readUpstream(db: Queryable, job: JobFacts): Promise<Upstream> {
  const edges = job.state === 'waiting' ? await unmetNeeds(db, job.id) : [];
  const needs = new Map<number, number[]>();
  for (const { from, to } of edges) needs.set(to, [...(needs.get(to) ?? []), from]);
  const jobs = new Map([[job.id, job]]);
  const add = async (ids: readonly number[]) => {
    const unknown = [...new Set(ids)].filter((id) => !jobs.has(id));
    for (const found of await readJobs(db, unknown)) jobs.set(found.id, found);
  };
  await add(edges.map((edge) => edge.from));
  const groups = await readMembers(db, [...jobs.values()].filter(needsSlot));
  await add([...groups.values()].flatMap(({ holders, waiters }) => [...holders, ...waiters]));
  return { jobs, needs, groups };
}

/** It has none yet: it waits for one, or will when it misses nothing else. */
export const needsSlot = (job: JobFacts): boolean =>
  (job.state === 'held' || job.state === 'waiting') && job.gate === null && job.group !== null;

/** From need to need, those of the job itself first. */
function unmetNeeds(db: Queryable, jobId: number): Promise<{ from: number; to: number }[]> {
  return db.query(sql`
    with recursive behind (from_job, to_job) as (
      select edge.from_job, edge.to_job
      from edge join job as need on need.id = edge.from_job
      where edge.to_job = ${jobId} and need.verdict is distinct from 'passed'
      union
      select edge.from_job, edge.to_job
      from behind
      join edge on edge.to_job = behind.from_job
      join job as via on via.id = behind.from_job and via.state = 'waiting'
      join job as need on need.id = edge.from_job
      where need.verdict is distinct from 'passed'
    )
    select from_job as "from", to_job as "to" from behind limit ${mostNeeds}`);
}

async function readMembers(db: Queryable, waiting: readonly JobFacts[]): Promise<Map<number, GroupMembers>> {
  const ids = [...new Set(waiting.map((job) => job.group!.id))].slice(0, mostGroups);
  const groups = new Map(ids.map((id) => [id, { holders: [] as number[], waiters: [] as number[] }]));
  if (ids.length === 0) return groups;
  const rows = await db.query<{ groupId: number; jobId: number; taken: boolean }>(sql`
    select g.id as "groupId", member.job_id as "jobId", member.taken
    from unnest(${ids}::bigint[]) as g (id)
    cross join (values (true), (false)) as kind (taken)
    cross join lateral (
      select job_id, taken from concurrency_slot as slot
      where slot.group_id = g.id and slot.taken = kind.taken and (slot.taken or slot.not_before <= now())
      order by rank, job_id
      limit ${mostMembers}
    ) as member`);
  for (const { groupId, jobId, taken } of rows) groups.get(groupId)![taken ? 'holders' : 'waiters'].push(jobId);
  return groups;
}
