// Jobs of concurrency groups on their way into `ready`: each takes a slot, or waits for one in the order of its rank, beside the
// line while its time has not come. Newer pushes stand for older ones also while they wait for a slot. A slot is
// given up when its job is done, not between attempts: what a group protects is not free while its job may go on.
import { sql, type Tx } from '../base/index.ts';
import { absorbOlder } from './absorb-older.ts';

/** Jobs that are held and miss nothing but a slot. Returns the topics to hint. */
export async function enterGroups(tx: Tx, jobIds: readonly number[]): Promise<string[]> {
  const entered = await tx.query<{ groupId: number; jobId: number; coalesces: boolean }>(sql`
    insert into concurrency_slot (job_id, group_id, taken, rank, not_before)
    select id, concurrency_group_id, false, coalesce(ready_at, now()) + make_interval(secs => handicap_seconds),
           case when coalesce(ready_at, greatest(now() + make_interval(secs => delay_seconds), not_before)) > now()
                then coalesce(ready_at, greatest(now() + make_interval(secs => delay_seconds), not_before))
                else '-infinity' end
    from job
    where id = any (${jobIds}::bigint[]) and state = 'held' and gate is null and concurrency_group_id is not null
    order by id
    on conflict (job_id) do update set rank = excluded.rank, not_before = excluded.not_before
    returning group_id as "groupId", job_id as "jobId",
      (select coalesce_most > 0 from job where job.id = concurrency_slot.job_id) as coalesces`);
  const coalescing = entered.filter((slot) => slot.coalesces).map((slot) => slot.jobId);
  return [
    ...(coalescing.length > 0 ? await absorbOlder(tx, coalescing) : []),
    ...(await giveSlots(
      tx,
      entered.map((slot) => slot.groupId),
    )),
  ];
}

/**
 * Gives the free slots of these groups to the first in line. The group's row is locked, so two ends do not give the same slot; not
 * `for update`, for whoever brings a job of the group names its row already, and two such would wait for each other.
 */
export async function giveSlots(tx: Tx, groupIds: readonly number[]): Promise<string[]> {
  const topics: string[] = [];
  for (const groupId of [...new Set(groupIds)].sort((a, b) => a - b)) {
    const [group] = await tx.query<{ slots: number }>(sql`
      select slots from concurrency_group where id = ${groupId} for no key update`);
    if (!group) continue;
    const [used] = await tx.query<{ taken: number }>(sql`
      select count(*) as taken from concurrency_slot where group_id = ${groupId} and taken`);
    const free = group.slots - used!.taken;
    if (free <= 0) continue;
    const given = await tx.query<{ id: number; pool: string }>(sql`
      with first_in_line as materialized (
        select job_id from concurrency_slot where group_id = ${groupId} and not taken and not_before <= now()
        order by rank, job_id limit ${free}
      ), locked as materialized (
        select id from job where id = any (array(select job_id from first_in_line)) and state = 'held'
        order by id
        -- One that is being cancelled at this moment is passed over: who cancels it asks for its slot again.
        for update skip locked
      ), taken as (
        update concurrency_slot set taken = true where job_id = any (array(select id from locked))
      ), moved as (
        update job
        set state = 'ready', held_since = null,
            ready_at = coalesce(ready_at, greatest(now(), not_before))
        where id = any (array(select id from locked))
        returning id, pool, ready_at, handicap_seconds, share, lane_id, coalesce_most, avoid
      ), entered as (
        insert into ready (job_id, pool, since, rank, share, lane_id, coalesce_most, not_before, avoid)
        select id, pool, ready_at, ready_at + make_interval(secs => handicap_seconds), share, lane_id, coalesce_most, ready_at, avoid
        from moved
      )
      select id, pool from moved`);
    topics.push(...given.flatMap(({ id, pool }) => [`ready:${pool}`, `job:${id}`]));
  }
  return topics;
}

/** Those whose time has come since the last turns. Returns the topics to hint. */
export async function giveDueSlots(tx: Tx): Promise<string[]> {
  const due = await tx.query<{ groupId: number }>(sql`
    select distinct group_id as "groupId" from concurrency_slot
    where not taken and not_before > now() - interval '1 minute' and not_before <= now()`);
  return giveSlots(
    tx,
    due.map((slot) => slot.groupId),
  );
}

/** These jobs are done: what they held goes to the next. */
export async function leaveGroups(tx: Tx, jobIds: readonly number[]): Promise<string[]> {
  if (jobIds.length === 0) return [];
  const left = await tx.query<{ groupId: number }>(sql`
    delete from concurrency_slot where job_id = any (${jobIds}::bigint[]) returning group_id as "groupId"`);
  return left.length === 0
    ? []
    : giveSlots(
        tx,
        left.map((slot) => slot.groupId),
      );
}

/** Makes up for what a server of the version before, or a crash, has left behind: slots of jobs that are done, or of none. */
export async function tidyGroups(tx: Tx): Promise<string[]> {
  const stale = await tx.query<{ jobId: number }>(sql`
    select job_id as "jobId"
    from concurrency_slot cross join lateral (select state from job where id = job_id offset 0) as job
    where job.state in ('done', 'waiting')`);
  const topics = await leaveGroups(
    tx,
    stale.map((slot) => slot.jobId),
  );
  const waiting = await tx.query<{ groupId: number }>(sql`
    select distinct group_id as "groupId" from concurrency_slot where not taken`);
  return [
    ...topics,
    ...(await giveSlots(
      tx,
      waiting.map((slot) => slot.groupId),
    )),
  ];
}
