// What keeps a job from running by itself, whatever it waits for and whoever is before it: pure, from the rows. The conditions are
// those of the view `claimable`, of the statement that claims, and of the waiting room; here each says its name.
import type { Blocker } from '@signalbox/protocol';
import { clock, counted, listed, span } from './in-words.ts';
import type { JobFacts, PauseFacts } from './job-facts.ts';
import type { PoolWorkers } from './pool-workers.ts';

export type Surroundings = {
  readonly at: string;
  readonly pools: ReadonlyMap<string, PoolWorkers>;
  /** What holds everything at this server, whatever the job. */
  readonly serverHolds: readonly Blocker[];
};

export const whoever = (scope: string): string => `whoever has the scope ${scope}`;

export function blocker(
  kind: Blocker['kind'],
  outlook: Blocker['outlook'],
  what: string,
  more: Partial<Pick<Blocker, 'since' | 'who' | 'cure' | 'jobId'>> = {},
): Blocker {
  return { kind, outlook, what, since: null, who: null, cure: null, jobId: null, ...more };
}

/** None of a job that runs: it goes on, whatever was paused or held since. */
export function ownBlockers(job: JobFacts, around: Surroundings): Blocker[] {
  if (job.state === 'running' || job.state === 'done') return [];
  if (job.gate !== null) return job.state === 'held' ? [openGate(job, job.gate)] : [];
  return [
    ...job.pauses.map(paused),
    ...noWorker(job, around),
    ...notYet(job, around.at),
    ...(job.state === 'ready' ? around.serverHolds : []),
  ];
}

const openGate = ({ id, name, heldSince }: JobFacts, question: string): Blocker =>
  blocker('gate', 'someone-must-act', `Gate ${name} asks: ${question}`, {
    since: heldSince,
    who: whoever('approve'),
    cure: `signalbox approve ${id}, or signalbox reject ${id}`,
  });

function paused({ id, kind, pool, repo, branch, lane, reason, by, at }: PauseFacts): Blocker {
  const what = {
    pool: `Pool "${pool}" is paused`,
    branch: `The tree ${repo} ${branch} is closed`,
    lane: `Lane ${lane} of ${repo} ${branch} is paused`,
  }[kind];
  const kinds = { pool: 'pool-paused', branch: 'tree-closed', lane: 'lane-paused' } as const;
  return blocker(kinds[kind], 'someone-must-act', `${what}: ${reason}`, {
    since: at,
    who: by,
    cure: `signalbox resume ${id}`,
  });
}

function noWorker(job: JobFacts, { at, pools }: Surroundings): Blocker[] {
  const { pool } = job;
  const found = pools.get(pool);
  if (!found || found.workers > 0) return [];
  const since = job.line?.since ?? job.createdAt;
  const start = `signalbox worker --pools ${pool} --server ADDRESS, with a worker token`;
  if (found.ever === 0) {
    const meant = found.meant === null ? '' : ` Did you mean "${found.meant}"?`;
    const known =
      found.served.length > 0 ? ` Pools with workers: ${listed(found.served)}.` : ' No worker was ever seen.';
    return [
      blocker('no-worker-ever', 'will-never-run', `No worker has ever served pool "${pool}".${meant}`, {
        since,
        who: 'whoever wrote its `pool`, or runs the workers',
        cure: `${found.meant === null ? '' : `Correct \`pool\` in the configuration; or start a worker: `}${start}.${known}`,
      }),
    ];
  }
  if (found.there > 0) return [allHeld(pool, found)];
  const last = found.lastSeenAt ? `, the last, ${found.lastSeen}, until ${clock(found.lastSeenAt, at)}` : '';
  return [
    blocker(
      'worker-offline',
      'someone-must-act',
      `No worker of pool "${pool}" is there: ${counted(found.ever, 'worker has', 'workers have')} served it${last}`,
      {
        since: found.lastSeenAt,
        who: 'whoever runs the workers',
        cure: `Start one of them again, or another: ${start}`,
      },
    ),
  ];
}

function allHeld(pool: string, { there, held }: PoolWorkers): Blocker {
  const told = held.map(({ name, hold, by, reason }) => {
    const who = by ?? (hold === 'quarantined' ? 'the rule about errored runs' : 'somebody');
    return `${name} (${hold} by ${who}${reason ? `: ${reason}` : ''})`;
  });
  const people = [...new Set(held.map((worker) => worker.by).filter((by) => by !== null))];
  const [first] = held;
  return blocker(
    'workers-held',
    'someone-must-act',
    there === 1
      ? `The only worker of pool "${pool}" that is there takes no runs: ${told.join()}`
      : `None of the ${there} workers of pool "${pool}" that are there takes runs: ${listed(told, there)}`,
    {
      since: held.reduce<string | null>((last, { at }) => (last === null || at > last ? at : last), null),
      who: people.length > 0 ? listed(people) : whoever('order'),
      cure: first ? `signalbox workers resume ${first.name}` : null,
    },
  );
}

function notYet(job: JobFacts, at: string): Blocker[] {
  const { line, lastError, askedNotBefore, delaySeconds } = job;
  const notBefore = line ? line.notBefore : (job.slotNotBefore ?? askedNotBefore);
  if (notBefore === null) return [];
  const until = clock(notBefore, at);
  if (lastError) {
    const what = `Its last run errored on ${lastError.worker} (${lastError.text}); it is tried again at ${until}, rather on another worker`;
    return [blocker('retry-backoff', 'be-patient', what, { since: lastError.at })];
  }
  const why =
    notBefore === askedNotBefore
      ? `It was asked for not before ${until}`
      : `It was asked to wait ${span(delaySeconds)} once nothing is missing: until ${until}`;
  return [blocker('scheduled-for', 'be-patient', why, { since: job.createdAt })];
}
