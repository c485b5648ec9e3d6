// A worker that comes back from a long silence says first what it still holds, and only then gets something new: else it could be
// given the very job that it still runs, and be refused as the holder of the first run by its own second one.
import { type Db, sql } from '../base/index.ts';

export type Returning = {
  /** It has said what it holds; what could be taken up is taken up. */
  heard(workerId: number): void;
  /** Resolves when it may get something new: at once, unless runs of its own were lost and it has not spoken of them yet. */
  settled(workerId: number, signal: AbortSignal): Promise<void>;
  /** Nobody waits any more. */
  stop(): void;
};

export type ReturningParts = {
  readonly db: Db;
  /** How long it is waited for. One that was started anew holds nothing, and never says so. */
  readonly graceSeconds: number;
  /** Runs that were lost before are nobody's any more. */
  readonly lostLogSeconds: number;
};

/** So long it is taken as known who has lost runs. */
const knownMs = 1000;
const mostKnown = 50_000;

export function createReturning({ db, graceSeconds, lostLogSeconds }: ReturningParts): Returning {
  /** By worker, in the time of this process: when a run of it was last lost, when it last spoke, when it first asked since. */
  let lost = new Map<number, number>();
  const heardAt = new Map<number, number>();
  const askedAt = new Map<number, number>();
  const waiting = new Map<number, Set<() => void>>();
  let knownUntil = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let isStopped = false;

  const look = async () => {
    const rows = await db.query<{ workerId: number; secondsAgo: number }>(sql`
      select worker_id as "workerId", extract(epoch from now() - max(ended_at))::float8 as "secondsAgo"
      from lost_run
      where ended_at > now() - make_interval(secs => ${lostLogSeconds})
      group by worker_id`);
    const now = performance.now();
    lost = new Map(rows.map(({ workerId, secondsAgo }) => [workerId, now - secondsAgo * 1000]));
    for (const workerId of askedAt.keys()) if (!lost.has(workerId)) askedAt.delete(workerId);
    knownUntil = now + knownMs;
  };
  const isSince = (times: ReadonlyMap<number, number>, workerId: number, lostAt: number) =>
    (times.get(workerId) ?? Number.NEGATIVE_INFINITY) > lostAt;

  return {
    heard(workerId) {
      if (heardAt.size >= mostKnown) heardAt.clear();
      heardAt.set(workerId, performance.now());
      for (const go of [...(waiting.get(workerId) ?? [])]) go();
    },
    async settled(workerId, signal) {
      if (performance.now() >= knownUntil) {
        looking ??= look().finally(() => {
          looking = undefined;
        });
        await looking;
      }
      const lostAt = lost.get(workerId);
      if (lostAt === undefined || isSince(heardAt, workerId, lostAt)) return;
      if (!isSince(askedAt, workerId, lostAt)) askedAt.set(workerId, performance.now());
      const millis = askedAt.get(workerId)! + graceSeconds * 1000 - performance.now();
      if (millis > 0 && !signal.aborted && !isStopped) await wait(workerId, millis, signal);
    },
    stop() {
      isStopped = true;
      for (const those of [...waiting.values()]) for (const go of [...those]) go();
    },
  };

  function wait(workerId: number, millis: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const those = waiting.get(workerId) ?? new Set();
      waiting.set(workerId, those);
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        those.delete(go);
        if (those.size === 0 && waiting.get(workerId) === those) waiting.delete(workerId);
        resolve();
      };
      const timer = setTimeout(go, millis);
      signal.addEventListener('abort', go);
      those.add(go);
    });
  }
}
