// What keeps a job from running, seen with all that lies behind it. Pure. A job whose need will never run will never run either,
// and only who can help that one can help it: so its outlook, and its cure, are taken over.
import type { Blocker } from '@signalbox/protocol';
import { clock, counted } from './in-words.ts';
import type { JobFacts } from './job-facts.ts';
import { blocker, ownBlockers, type Surroundings, whoever } from './own-blockers.ts';
import { slotBlocker } from './slot-blocker.ts';
import { named, type Stuck, stuckBy, worstFirst, worstOf } from './stuck.ts';
import { needsSlot, type Upstream } from './upstream.ts';

/** Needs that are told one by one. */
const mostTold = 20;

/** Of a job that waits, is held, or is ready; the worst first. */
export function blockersOf(job: JobFacts, upstream: Upstream, around: Surroundings): Blocker[] {
  const known = new Map<number, Stuck | null>();
  return worstFirst([...needs(job), ...selfOf(job)]);

  function needs(of: JobFacts): Blocker[] {
    if (of.state !== 'waiting') return [];
    const unmet = needsOf(of);
    if (unmet.length === 0) return [contradiction(of, 'waits though nothing is missing')];
    const told = worstFirst(unmet.map(tellNeed));
    const more = told.slice(mostTold);
    if (more.length === 0) return told;
    const rest = `It needs ${counted(more.length, 'more job')} that ${more.length === 1 ? 'has' : 'have'} not passed`;
    return [...told.slice(0, mostTold), blocker('need', more[0]!.outlook, rest)];
  }

  function tellNeed(need: JobFacts): Blocker {
    const stuck = stuckAt(need);
    if (!stuck) {
      const since = need.startedAt ?? need.createdAt;
      const what = `It needs ${named(need)}, which ${standing(need, around.at)}`;
      return blocker('need', 'be-patient', what, { since, jobId: need.id });
    }
    const { root } = stuck;
    const { outlook, what, since, who, cure } = stuck.blocker;
    const via = root === need ? named(need) : `${named(need)}, which in the end waits for ${named(root)}`;
    return blocker('need', outlook, `It needs ${via}. ${what}`, { since, who, cure, jobId: root.id });
  }

  /** null: it comes by itself, as far as can be seen. */
  function stuckAt(of: JobFacts): Stuck | null {
    const before = known.get(of.id);
    if (before !== undefined) return before;
    // Nobody needs himself in a circle; should the rows say so, it ends here.
    known.set(of.id, null);
    const stuck = look(of);
    known.set(of.id, stuck);
    return stuck;
  }

  function look(of: JobFacts): Stuck | null {
    if (of.state === 'running') return null;
    if (of.state === 'done') return of.verdict === 'passed' ? null : { root: of, blocker: notPassed(of) };
    // What lies farthest behind comes first: it must be lifted before all else.
    return worstOf([...needsOf(of).map(stuckAt), stuckBy(of, selfOf(of))]);
  }

  function needsOf(of: JobFacts): JobFacts[] {
    return (upstream.needs.get(of.id) ?? []).map((id) => upstream.jobs.get(id)!).sort((a, b) => a.id - b.id);
  }

  function selfOf(of: JobFacts): Blocker[] {
    const own = ownBlockers(of, around);
    // Before its time it stands beside the line of its group: that is said, and no more.
    if (of.slotNotBefore !== null) return own;
    if (needsSlot(of)) {
      const found = slot(of);
      // Before its turn has come only what will not change by itself is worth a word.
      return of.state === 'held' || found.outlook !== 'be-patient' ? [found, ...own] : own;
    }
    const isLost = (of.state === 'held' && of.gate === null) || (of.state === 'ready' && of.line === null);
    return isLost ? [contradiction(of, `is ${of.state}, but stands in no line`), ...own] : own;
  }

  function slot(of: JobFacts): Blocker {
    const group = of.group!;
    const { holders = [], waiters = [] } = upstream.groups.get(group.id) ?? {};
    // Until it waits for a slot itself, nobody knows before whom it will come.
    const place = of.state === 'waiting' ? 0 : waiters.indexOf(of.id);
    const factsOf = (ids: readonly number[]) => ids.flatMap((id) => upstream.jobs.get(id) ?? []);
    const before = factsOf(place < 0 ? waiters : waiters.slice(0, place));
    return slotBlocker(of, group, { holders: factsOf(holders), before }, around);
  }
}

function standing(need: JobFacts, at: string): string {
  if (need.isBeingCancelled) return 'is being cancelled: this one will be skipped';
  if (need.state === 'running') return `runs${need.startedAt ? ` since ${clock(need.startedAt, at)}` : ''}`;
  if (need.state === 'waiting') return 'itself waits for others';
  return need.state === 'held' ? 'waits for a slot of its group' : 'waits for a worker';
}

/** Whoever needs it is skipped in the same transaction, so this is seen only where something else went wrong. */
const notPassed = ({ id, verdict }: JobFacts): Blocker =>
  blocker('need', 'someone-must-act', `It has ended: ${verdict}`, {
    who: whoever('act'),
    cure: `signalbox rerun ${id}`,
  });

/** Rather than say that nothing blocks it. */
const contradiction = ({ id, createdAt }: JobFacts, what: string): Blocker =>
  blocker('need', 'someone-must-act', `Its rows contradict each other: it ${what}. That is a fault of Signalbox`, {
    since: createdAt,
    who: 'whoever runs the server',
    cure: `signalbox doctor --invariants says more; signalbox cancel ${id} and signalbox rerun ${id} put it in line again`,
  });
