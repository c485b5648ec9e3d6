// Workers at the line, through the face of the queue: a waiting room on the test's database, as a server has it.
import { randomUUID } from 'node:crypto';
import { type Db, type Live, sql, startLive } from '../../src/base/index.ts';
import { type Claim, type ClaimAnswered, queueDefaults, startWaitingRoom } from '../../src/queue/index.ts';
import { makeWorker } from './kit.ts';

export type AtTheLine = {
  readonly live: Live;
  /** A worker of these pools; without a name it gets one. */
  worker(pool: string, more?: { name?: string; cost?: number }): Promise<number>;
  /** What this worker gets, if it is to be had within the time. `signal`: it goes away before. */
  ask(workerId: number, waitSeconds?: number): Promise<ClaimAnswered>;
  /** What this worker gets now, after a fresh look at the line; null: nothing. */
  take(workerId: number): Promise<Claim | null>;
  /** The names of the jobs in the order in which one worker gets them, one after another; each passes at once. */
  order(workerId: number, end: (claim: Claim) => Promise<unknown>): Promise<string[]>;
  stop(): Promise<void>;
};

export function atTheLine(db: Db, limits: Partial<typeof queueDefaults> = {}): AtTheLine {
  const live = startLive((db.pool.options as { connectionString: string }).connectionString);
  const room = startWaitingRoom({ db, live, limits: { ...queueDefaults, ...limits } });
  const here: AtTheLine = {
    live,
    async worker(pool, { name = `w-${randomUUID()}`, cost = 0 } = {}) {
      const id = await makeWorker(db, name, [pool], cost);
      // The second, for what is known of a pool may be a moment old while reading it is slow: tests run on busy machines.
      live.hint('worker-changed:*', 'order-changed');
      return id;
    },
    ask: (workerId, waitSeconds = 20) =>
      room.ask({
        claimId: randomUUID(),
        workerId,
        tokenId: null,
        waitSeconds,
        signal: new AbortController().signal,
      }),
    async take(workerId) {
      live.hint('order-changed');
      return (await here.ask(workerId, 0)).claim;
    },
    async order(workerId, end) {
      const names: string[] = [];
      for (let got = await here.take(workerId); got; got = await here.take(workerId)) {
        names.push(got.job.name);
        await end(got);
      }
      return names;
    },
    async stop() {
      room.stop();
      await live.stop();
    },
  };
  return here;
}

/** As if these jobs had waited so much longer. */
export async function older(db: Db, jobIds: readonly number[], seconds: number): Promise<void> {
  await db.query(sql`
    update job set ready_at = ready_at - make_interval(secs => ${seconds}) where id = any (${jobIds}::bigint[])`);
  await db.query(sql`
    update ready set since = since - make_interval(secs => ${seconds}), rank = rank - make_interval(secs => ${seconds})
    where job_id = any (${jobIds}::bigint[])`);
}
