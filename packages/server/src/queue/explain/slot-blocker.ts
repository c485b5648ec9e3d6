// What keeps a job that needs a slot of its concurrency group. Pure. Slots stay with their jobs until these are done: when as
// many of those that have one or come first do not go on by themselves as there are slots, the job does not come by itself either.
import type { Blocker } from '@signalbox/protocol';
import { clock, counted, listed } from './in-words.ts';
import type { GroupFacts, JobFacts } from './job-facts.ts';
import { blocker, ownBlockers, type Surroundings, whoever } from './own-blockers.ts';
import { named, severity, stuckBy } from './stuck.ts';

export type Members = {
  readonly holders: readonly JobFacts[];
  /** Those that get a slot before it. */
  readonly before: readonly JobFacts[];
};

export function slotBlocker(job: JobFacts, group: GroupFacts, members: Members, around: Surroundings): Blocker {
  const { holders, before } = members;
  const since = group.waitsSince ?? job.heldSince ?? job.createdAt;
  const [first] = holders;
  const more = `signalbox group set ${group.repo} ${group.name} --slots ${Math.max(group.slots, holders.length) + 1}`;
  if (group.slots === 0) {
    const what = `Concurrency group "${group.name}" has no slots since ${clock(group.changedAt, around.at)}`;
    const who = group.changedBy ?? whoever('order');
    return blocker('concurrency-group', 'someone-must-act', what, { since, who, cure: more });
  }
  const stuck = [...holders, ...before]
    .flatMap((member) => stuckBy(member, ownBlockers(member, around)) ?? [])
    .sort((a, b) => severity(a.blocker.outlook) - severity(b.blocker.outlook));
  // Those that are easiest to help must be helped, until a slot is left.
  const last = stuck[stuck.length - group.slots];
  const what = howItStands(group, members);
  if (!last) {
    const who = whoever('order');
    const cure = `It comes when one of them has ended. For more at once: ${more}`;
    return blocker('concurrency-group', 'be-patient', what, { since, who, cure, jobId: first?.id ?? null });
  }
  const { outlook, who, cure } = last.blocker;
  const why = `${what}. ${named(last.root)} does not go on: ${last.blocker.what}`;
  return blocker('concurrency-group', outlook, why, { since, who, cure, jobId: last.root.id });
}

function howItStands({ name, slots }: GroupFacts, { holders, before }: Members): string {
  const has = `Concurrency group "${name}" has ${counted(slots, 'slot')}`;
  const line = before.length > 0 ? `; ${counted(before.length, 'job waits', 'jobs wait')} before it` : '';
  if (holders.length < slots && before.length === 0) return `${has}, and one is free: it is given within seconds`;
  return `${has}, taken by ${listed(holders.map(named)) || 'none'}${line}`;
}
