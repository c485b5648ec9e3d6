// A worker that comes back from a long silence says first what it still holds, and only then gets something new: else it could be
// given the very job that it still runs, and be refused as the holder of the first run by its own second one.
import { type Db, type Live, sql } from '../base/index.ts';

export type Returning = {
  /** It has said what it holds; what could be taken up is taken up. */
  heard(workerId: number): void;
  /** False for a worker whose runs were lost, until it has spoken of them or has had the time to. */
  mayTake(workerId: number): boolean;
  stop(): void;
};

export type ReturningParts = {
  readonly db: Db;
  readonly live: Live;
  /** How long it is waited for. One that was started anew holds nothing, and never says so. */
  readonly graceSeconds: number;
  /** Runs that were lost before are nobody's any more. */
  readonly lostLogSeconds: number;
};

/** Hinted when runs were given up. */
export const runsLost = 'runs-lost';
/** Nobody relies on hints alone. The job of a lost run can be claimed again after some 2 s only, so this is soon enough. */
const lookAnywayMs = 1000;
const mostHeard = 50_000;

export function startReturning({ db, live, graceSeconds, lostLogSeconds }: ReturningParts): Returning {
  /** By worker, in the time of this process: when a run of it was last lost, when it last spoke, when it first asked since. */
  let lost = new Map<number, number>();
  const heardAt = new Map<number, number>();
  const askedAt = new Map<number, number>();
  const isSince = (times: ReadonlyMap<number, number>, workerId: number, lostAt: number) =>
    (times.get(workerId) ?? Number.NEGATIVE_INFINITY) > lostAt;

  const look = async () => {
    const rows = await db.query<{ workerId: number; secondsAgo: number }>(sql`
      select run.worker_id as "workerId", extract(epoch from now() - max(run.ended_at))::float8 as "secondsAgo"
      from lost_run join run on run.id = lost_run.run_id
      -- A claim that it never confirmed it does not hold: its answer was lost.
      where lost_run.ended_at > now() - make_interval(secs => ${lostLogSeconds}) and run.started_at is not null
      group by run.worker_id`);
    const now = performance.now();
    lost = new Map(rows.map(({ workerId, secondsAgo }) => [workerId, now - secondsAgo * 1000]));
    for (const workerId of askedAt.keys()) if (!lost.has(workerId)) askedAt.delete(workerId);
  };
  // What fails is made up at the next turn; without the database nothing is claimed either.
  const lookSoon = () => void look().catch(() => undefined);
  const unwatch = live.watch(runsLost, lookSoon);
  const timer = setInterval(lookSoon, lookAnywayMs);
  lookSoon();

  return {
    heard(workerId) {
      if (heardAt.size >= mostHeard) heardAt.clear();
      heardAt.set(workerId, performance.now());
    },
    mayTake(workerId) {
      const lostAt = lost.get(workerId);
      if (lostAt === undefined || isSince(heardAt, workerId, lostAt)) return true;
      const now = performance.now();
      if (!isSince(askedAt, workerId, lostAt)) askedAt.set(workerId, now);
      return now - askedAt.get(workerId)! >= graceSeconds * 1000;
    },
    stop() {
      clearInterval(timer);
      unwatch();
    },
  };
}
