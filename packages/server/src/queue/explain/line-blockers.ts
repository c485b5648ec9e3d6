// What keeps a job that may be claimed: nobody is free, others come first, or who is free should not have it. Pure.
import type { Blocker } from '@signalbox/protocol';
import { whyNot } from '../decide/pick.ts';
import type { InLine } from './in-line.ts';
import { mostCounted } from './in-line.ts';
import { clock, counted, listed } from './in-words.ts';
import type { InLineFacts, JobFacts } from './job-facts.ts';
import { blocker, whoever } from './own-blockers.ts';
import type { PoolWorkers } from './pool-workers.ts';

/** None: if those who are free asked now, one of them would get it. */
export function lineBlockers(
  job: JobFacts,
  line: InLineFacts,
  inLine: InLine,
  pool: PoolWorkers,
  at: string,
): Blocker[] {
  if (inLine.isNext) return [];
  const nowMs = Date.parse(at);
  const refused = inLine.free.map((asking) => ({ ...asking, why: whyNot(inLine.candidate, asking, pool, nowMs) }));
  if (refused.length === 0 || refused.some(({ why }) => why === null)) return [capacity(job, line, inLine, pool)];
  const workers = (why: string) => [...new Set(refused.filter((one) => one.why === why).map((one) => one.worker))];
  const [dear, errored] = [workers('cheaper-worker'), workers('errored-there')];
  return [
    ...(dear.length > 0 ? [cheaper(line, pool, dear, at)] : []),
    ...(errored.length > 0 ? [erroredThere(line, pool, errored)] : []),
  ];
}

function capacity(
  { id, pool }: JobFacts,
  { since }: InLineFacts,
  { ahead }: InLine,
  { taken, places }: PoolWorkers,
): Blocker {
  const before =
    ahead.length >= mostCounted
      ? `More than ${counted(mostCounted, 'job')} are before it`
      : ahead.length > 0
        ? `${counted(ahead.length, 'job is', 'jobs are')} before it`
        : 'It comes next';
  const what = `${before} in pool "${pool}"; ${taken} of ${counted(places, 'place is', 'places are')} taken`;
  const cure = `To have it sooner: signalbox raise ${id} --priority 10, or more workers`;
  return blocker('capacity', 'be-patient', what, { since, who: whoever('act'), cure });
}

function cheaper({ since, sinceMs }: InLineFacts, pool: PoolWorkers, free: readonly string[], at: string): Blocker {
  const until = clock(new Date(sinceMs + pool.waitBudgetSeconds * 1000).toISOString(), at);
  const what = `Only dearer workers are free (${listed(free)}): until ${until} it waits for one of cost ${pool.cheapest}`;
  const cure = `To use them at once: signalbox pool set ${pool.pool} --wait-budget 0`;
  return blocker('cheaper-worker', 'be-patient', what, { since, who: whoever('order'), cure });
}

function erroredThere({ avoid, since }: InLineFacts, pool: PoolWorkers, free: readonly string[]): Blocker {
  const others = pool.workers - pool.some.filter((id) => avoid.includes(id)).length;
  const what = `It errored on ${listed(free)}, free now; it waits for one of the other workers of pool "${pool.pool}": ${others} there`;
  return blocker('errored-there', 'be-patient', what, { since, cure: 'It comes when one of the others is free' });
}
