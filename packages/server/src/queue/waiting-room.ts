// Where workers wait for a run: the claims that wait in this process are gathered, and each pool is asked once for all of them.
// Nothing here matters after a crash: a worker asks again with the same claim id and gets what it got.
import { Refused } from '@signalbox/protocol';
import { type Db, type Live, sql } from '../base/index.ts';
import { type Arrival, type Claim, claim, recognise } from './claim.ts';
import type { QueueLimits } from './limits.ts';

export type WaitingRoom = {
  /** @throws Refused when the worker is not known, or is another token's. */
  ask(request: ClaimAsked): Promise<Claim | null>;
  stop(): void;
};
export type ClaimAsked = {
  readonly claimId: string;
  readonly workerId: number;
  readonly tokenId: number | null;
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
};

type Waiter = ClaimAsked & {
  pools: readonly string[];
  settled: boolean;
  /** A statement that may give it a run is under way: until that is back nobody may answer it empty-handed. */
  inFlight: boolean;
  /** Its time is over, or its caller has gone: no more looks. */
  over: boolean;
  followers: number;
  /** Nobody has looked yet whether this claim id has got a run before: that is done only if it gets none at once. */
  isUnseen: boolean;
  timer: NodeJS.Timeout | undefined;
  readonly outcome: Promise<Claim | null>;
  answer(claim: Claim | null): void;
  fail(error: unknown): void;
};

/** Nobody relies on hints alone: pools with waiters are looked at this often anyhow. */
const lookAnywayMs = 1000;
const uniqueViolation = '23505';
/** How long a worker's pools and token are taken as they were. */
const knownMs = 10_000;
/** Whoever would not wait at all still gets this long for one look. */
const lookMs = 20;
/** Claims in one statement. */
const batch = 100;

export function startWaitingRoom(db: Db, live: Live, limits: QueueLimits): WaitingRoom {
  let arrivals: Waiter[] = [];
  const byPool = new Map<string, Set<Waiter>>();
  const byClaim = new Map<string, Waiter>();
  const dirty = new Set<string>();
  const workers = new Map<number, { readonly arrival: Arrival; readonly until: number }>();
  let pumping = false;

  const leave = (waiter: Waiter) => {
    waiter.settled = true;
    if (byClaim.get(waiter.claimId) === waiter) byClaim.delete(waiter.claimId);
    for (const pool of waiter.pools) {
      const set = byPool.get(pool);
      set?.delete(waiter);
      if (set?.size === 0) byPool.delete(pool);
    }
  };

  const endWait = (waiter: Waiter) => {
    waiter.over = true;
    if (!waiter.inFlight) waiter.answer(null);
  };

  const newWaiter = (request: ClaimAsked): Waiter => {
    let resolve: (claim: Claim | null) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const outcome = new Promise<Claim | null>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const gone = () => {
      if (waiter.followers === 0) endWait(waiter);
    };
    const settle = () => {
      clearTimeout(waiter.timer);
      request.signal.removeEventListener('abort', gone);
      leave(waiter);
    };
    const waiter: Waiter = {
      ...request,
      pools: [],
      settled: false,
      inFlight: false,
      over: false,
      followers: 0,
      isUnseen: true,
      timer: undefined,
      outcome,
      answer(got) {
        if (waiter.settled) return;
        settle();
        resolve(got);
      },
      fail(error) {
        if (waiter.settled) return;
        settle();
        reject(error);
      },
    };
    request.signal.addEventListener('abort', gone);
    return waiter;
  };

  /** A busy worker is known and goes straight to its pools: one statement a claim. */
  const admit = async (come: readonly Waiter[]) => {
    const unknown: Waiter[] = [];
    for (const waiter of come) {
      const known = workers.get(waiter.workerId);
      if (known && known.until > Date.now()) place(waiter, known.arrival);
      else unknown.push(waiter);
    }
    if (unknown.length > 0) await look(unknown);
  };

  /** Reads what is known of these workers and of these very claims. */
  const look = async (come: readonly Waiter[]) => {
    const known = new Map((await recognise(db, come)).map((arrival) => [arrival.claimId, arrival]));
    const overdue = [...known.values()].filter((arrival) => arrival.overdue);
    if (overdue.length > 0) {
      await db.query(sql`
        update worker set last_seen_at = now()
        where id = any (${overdue.map((arrival) => arrival.workerId)}::bigint[])`);
    }
    for (const waiter of come) {
      const arrival = known.get(waiter.claimId);
      waiter.isUnseen = false;
      if (arrival?.state === 'active') workers.set(waiter.workerId, { arrival, until: Date.now() + knownMs });
      if (arrival && arrival.runId !== null && !waiter.settled) answerAgain(waiter, arrival);
      else place(waiter, arrival);
    }
  };

  const answerAgain = (waiter: Waiter, { claimId, runId, jobId, attempt, ended, isOwn, job, tokenId }: Arrival) => {
    if (tokenId !== waiter.tokenId || !isOwn) {
      return waiter.fail(new Refused('not-allowed', `Claim ${claimId} is another worker's.`));
    }
    waiter.answer(ended ? null : { claimId, runId: runId!, jobId: jobId!, attempt: attempt!, job });
  };

  const place = (waiter: Waiter, arrival: Arrival | undefined) => {
    if (waiter.settled) return;
    if (!arrival?.state || !arrival.pools) {
      return waiter.fail(new Refused('not-found', `No worker ${waiter.workerId} is registered. Register again.`));
    }
    if (arrival.tokenId !== waiter.tokenId) {
      return waiter.fail(new Refused('not-allowed', `Worker ${waiter.workerId} registered with another token.`));
    }
    // It has signed off: what it had got it may hear again, but it gets nothing new.
    if (arrival.state !== 'active') return waiter.answer(null);
    waiter.timer ??= setTimeout(() => endWait(waiter), waiter.waitSeconds * 1000 + lookMs);
    waiter.pools = arrival.pools;
    for (const pool of waiter.pools) {
      const set = byPool.get(pool) ?? new Set();
      byPool.set(pool, set.add(waiter));
      dirty.add(pool);
    }
  };

  const takeFrom = async (pool: string) => {
    const waiters = [...(byPool.get(pool) ?? [])].slice(0, batch);
    if (waiters.length === 0) return;
    for (const waiter of waiters) waiter.inFlight = true;
    try {
      const claims = await claim(db, pool, waiters, limits.firstLeaseSeconds);
      const byId = new Map(claims.map((one) => [one.claimId, one]));
      for (const waiter of waiters) {
        const got = byId.get(waiter.claimId);
        if (got) waiter.answer(got);
      }
      if (claims.length === waiters.length && byPool.has(pool)) dirty.add(pool);
    } catch (error) {
      // One of these claim ids has a run already: whose it is, the look tells; the others are asked for again.
      if ((error as { code?: string }).code !== uniqueViolation) throw error;
      for (const waiter of waiters) waiter.isUnseen = true;
      dirty.add(pool);
      await look(waiters);
    } finally {
      for (const waiter of waiters) {
        waiter.inFlight = false;
        if (waiter.over) waiter.answer(null);
      }
    }
  };

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    try {
      while (arrivals.length > 0 || dirty.size > 0) {
        const come = arrivals;
        arrivals = [];
        if (come.length > 0) {
          await admit(come).catch((error: unknown) => failAll(come, error));
        }
        for (const pool of [...dirty]) {
          dirty.delete(pool);
          // A claim that failed is asked again at the next look; whoever waits, waits on.
          await takeFrom(pool).catch(() => undefined);
        }
        const unseen = [...byClaim.values()].filter(
          (waiter) => waiter.isUnseen && !waiter.settled && waiter.pools.length > 0,
        );
        if (unseen.length > 0) await look(unseen).catch((error: unknown) => failAll(unseen, error));
      }
    } finally {
      pumping = false;
    }
  };
  const failAll = (waiters: readonly Waiter[], error: unknown) => {
    for (const waiter of waiters) waiter.fail(error);
  };
  const soon = () => void setImmediate(pump);

  const unwatchWorkers = live.watch('worker-changed', () => workers.clear());
  const unwatch = live.watch('ready:*', (topic) => {
    const pool = topic.slice('ready:'.length);
    if (pool === '*') for (const each of byPool.keys()) dirty.add(each);
    else if (byPool.has(pool)) dirty.add(pool);
    if (dirty.size > 0) soon();
  });
  const timer = setInterval(() => {
    for (const pool of byPool.keys()) dirty.add(pool);
    if (dirty.size > 0) soon();
  }, lookAnywayMs);

  return {
    ask(request) {
      // The same claim may ask again while its first question still waits on a dead connection: both hear one answer.
      const first = byClaim.get(request.claimId);
      if (first && first.workerId === request.workerId && first.tokenId === request.tokenId) {
        first.followers += 1;
        return first.outcome;
      }
      if (first) {
        return Promise.reject(new Refused('not-allowed', `Claim ${request.claimId} is another worker's.`));
      }
      const waiter = newWaiter(request);
      byClaim.set(request.claimId, waiter);
      arrivals.push(waiter);
      soon();
      return waiter.outcome;
    },
    stop() {
      clearInterval(timer);
      unwatch();
      unwatchWorkers();
      for (const waiter of [...byClaim.values()]) endWait(waiter);
    },
  };
}
