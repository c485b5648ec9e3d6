// Which runs' logs somebody reads now, on any server: workers of those send what they have within 250 ms.
import { type Db, type Live, sql } from '../../base/index.ts';

export type Watched = {
  /** Somebody reads this run; say it again every few seconds. */
  say(runId: number, workerId: number | null): void;
  has(runId: number): boolean;
  among(runIds: readonly number[]): number[];
  stop(): void;
};

/** A watch that nobody renews ends after this. */
const watchMs = 25_000;

export function startWatched(live: Live): Watched {
  const until = new Map<number, number>();
  const unwatch = live.watch('watched:*', (topic) => {
    const runId = Number(topic.slice('watched:'.length));
    if (Number.isSafeInteger(runId)) until.set(runId, Date.now() + watchMs);
  });
  const sweep = setInterval(() => {
    const now = Date.now();
    for (const [runId, end] of until) if (end < now) until.delete(runId);
  }, watchMs);
  sweep.unref();
  const has = (runId: number) => (until.get(runId) ?? 0) > Date.now();
  return {
    say(runId, workerId) {
      const isNew = !has(runId);
      live.hint(`watched:${runId}`, ...(isNew && workerId !== null ? [`worker:${workerId}`] : []));
    },
    has,
    among: (runIds) => runIds.filter(has),
    stop() {
      clearInterval(sweep);
      unwatch();
    },
  };
}

/** Those of the runs that have not ended. */
export async function sayWatched(db: Db, watched: Watched, runIds: readonly number[]): Promise<void> {
  const open = await db.query<{ id: number; workerId: number }>(sql`
    select id, worker_id as "workerId" from run where id = any (${runIds}::bigint[]) and ended_at is null`);
  for (const run of open) watched.say(run.id, run.workerId);
}
