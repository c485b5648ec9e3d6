// Where workers wait for a run: the claims that wait in this process are gathered, and the jobs of each pool go to them in one
// statement. Nothing here matters after a crash: a worker asks again with the same claim id and gets what it got.
import { Refused } from '@signalbox/protocol';
import { type Db, type Live, spreadWaitMs } from '../base/index.ts';
import { claim } from './claim.ts';
import { pick } from './decide/pick.ts';
import type { Shares } from './decide/turns.ts';
import type { QueueLimits } from './limits.ts';
import { Lineup, poolsInLineStatement } from './lineup.ts';
import { AllPoolFacts } from './pool-facts.ts';
import { type Arrival, recognise } from './recognise.ts';
import { type ClaimAnswered, type ClaimAsked, newWaiter, type Waiter } from './waiter.ts';
import { Warm } from './warm.ts';

export type WaitingRoom = {
  /** @throws Refused when the worker is not known, or is another token's. */
  ask(request: ClaimAsked): Promise<ClaimAnswered>;
  stop(): void;
};
export type WaitingRoomParts = {
  readonly db: Db;
  readonly live: Live;
  readonly limits: QueueLimits;
  /** false: nobody gets anything new, as when its log could not be stored. Asked before each round. */
  readonly mayGive?: () => boolean;
  /** Told of a look or a claim that failed: whoever waits, waits on, and the next look asks again. */
  readonly onFailure?: (pool: string, error: unknown) => void;
  /** false: this worker gets nothing new at this moment, as while it may still run what it lost. Whoever waits, waits on. */
  readonly mayTake?: (workerId: number) => boolean;
};

/** Nobody relies on hints alone: pools with waiters are looked at this often anyhow. */
const lookAnywayMs = 1000;
const uniqueViolation = '23505';
/** How long a worker's pools and token are taken as they were. */
const knownMs = 10_000;
/** Whoever would not wait at all still gets this long for one look. */
const lookMs = 20;
/** Pools that are looked at at once. */
const sideBySide = 4;
/** Claims in one statement. */
const batch = 100;
/** Where there is only one share, nobody needs to know what it has. */
const onlyOne: Shares = { running: new Map(), served: new Map() };

export function startWaitingRoom(parts: WaitingRoomParts): WaitingRoom {
  const { db, live, limits, mayGive = () => true, mayTake = () => true, onFailure = () => undefined } = parts;
  let arrivals: Waiter[] = [];
  const byPool = new Map<string, Set<Waiter>>();
  const byClaim = new Map<string, Waiter>();
  const dirty = new Set<string>();
  /** Nobody has looked yet whether their claim ids have got a run before: that is done only if they get none at once. */
  const unseen = new Set<Waiter>();
  let strangers: Waiter[] = [];
  let isLooking = false;
  const known = new Map<number, { readonly arrival: Arrival; readonly until: number }>();
  const lineups = new Map<string, Lineup>();
  const facts = new AllPoolFacts(db, limits.leaseSeconds);
  const warm = new Warm();
  let pumping = false;

  const leave = (waiter: Waiter) => {
    if (waiter.settled) unseen.delete(waiter);
    if (byClaim.get(waiter.claimId) === waiter) byClaim.delete(waiter.claimId);
    for (const pool of waiter.pools) {
      const set = byPool.get(pool);
      set?.delete(waiter);
      if (set?.size === 0) byPool.delete(pool);
    }
  };

  /** A busy worker is known and goes straight to its pools. */
  const admit = (come: readonly Waiter[]) => {
    for (const waiter of come) {
      const before = known.get(waiter.workerId);
      if (before && before.until > Date.now()) place(waiter, before.arrival);
      else strangers.push(waiter);
    }
    void lookAtStrangers();
  };

  /** Beside the lines: who is known, or waits already, need not wait for that. All who come meanwhile are looked at together. */
  const lookAtStrangers = async () => {
    if (isLooking) return;
    isLooking = true;
    while (strangers.length > 0) {
      const come = strangers;
      strangers = [];
      await look(come).catch((error: unknown) => failAll(come, error));
      soon();
    }
    isLooking = false;
  };

  /** Reads what is known of these workers and of these very claims. */
  const look = async (come: readonly Waiter[]) => {
    const found = new Map((await recognise(db, come)).map((arrival) => [arrival.claimId, arrival]));
    for (const waiter of come) {
      const arrival = found.get(waiter.claimId);
      unseen.delete(waiter);
      if (arrival?.state === 'active') known.set(waiter.workerId, { arrival, until: Date.now() + knownMs });
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
    waiter.isArriving = false;
    if (waiter.settled) return;
    if (!arrival?.state || !arrival.pools) {
      return waiter.fail(new Refused('not-found', `No worker ${waiter.workerId} is registered. Register again.`));
    }
    if (arrival.tokenId !== waiter.tokenId) {
      return waiter.fail(new Refused('not-allowed', `Worker ${waiter.workerId} registered with another token.`));
    }
    // It has signed off: what it had got it may hear again, but it gets nothing new.
    if (arrival.state !== 'active') return waiter.answer(null);
    waiter.timer ??= setTimeout(() => waiter.end(), spreadWaitMs(waiter.waitSeconds) + lookMs);
    waiter.hold = arrival.hold;
    waiter.cost = arrival.cost;
    // On hold it waits beside the line, until its time is over or somebody lets it go.
    waiter.pools = waiter.hold ? [] : arrival.pools;
    for (const pool of waiter.pools) {
      const set = byPool.get(pool) ?? new Set();
      byPool.set(pool, set.add(waiter));
      dirty.add(pool);
      // Who does not wait has no other look; for the others a hint comes with the next job.
      if (waiter.waitSeconds === 0) lineups.get(pool)?.touch();
    }
  };

  const takeFrom = async (pool: string) => {
    if (lineups.get(pool)?.isKnownEmpty(Date.now())) return;
    const all = [...(byPool.get(pool) ?? [])].filter(({ workerId }) => mayTake(workerId));
    // Who serves several pools is looked at for one of them at a time.
    const waiters = foremost(all.filter((waiter) => !waiter.inFlight));
    if (waiters.length < Math.min(all.length, batch)) dirty.add(pool);
    if (waiters.length === 0) return;
    for (const waiter of waiters) waiter.inFlight = true;
    try {
      const given = await give(pool, waiters);
      if (given > 0 && byPool.has(pool)) dirty.add(pool);
    } catch (error) {
      // One of these claim ids has a run already: whose it is, the look tells; the others are asked for again.
      if ((error as { code?: string }).code !== uniqueViolation) throw error;
      for (const waiter of waiters) unseen.add(waiter);
      dirty.add(pool);
      await look(waiters);
    } finally {
      for (const waiter of waiters) {
        waiter.inFlight = false;
        if (waiter.over) waiter.answer(null);
      }
    }
  };

  /** How many jobs left the line. */
  const give = async (pool: string, waiters: readonly Waiter[]): Promise<number> => {
    const now = Date.now();
    const lineup = lineups.get(pool) ?? new Lineup(pool);
    lineups.set(pool, lineup);
    await lineup.refresh(db, now);
    if (lineup.isEmpty) return 0;
    const picks = pick({
      ...(lineup.lines.size > 1 ? await facts.shares(pool, now) : onlyOne),
      lines: lineup.lines,
      asking: waiters,
      pool: await facts.of(pool, now),
      isWarm: (workerId, laneId) => warm.has(workerId, laneId),
      now,
    });
    if (picks.length === 0) {
      const afterMs = lineup.wasFruitless(Date.now());
      if (afterMs !== null) lookAgain(pool, afterMs);
      return 0;
    }
    const asked = picks.map(({ candidate, asking }) => ({ ...asking, jobId: candidate.jobId }));
    // Taken or not, they are no longer first: what could not be taken is found again if it stays in line.
    lineup.drop(picks.map(({ candidate }) => candidate));
    const claims = new Map((await claim(db, asked, limits.firstLeaseSeconds)).map((one) => [one.claimId, one]));
    for (const { candidate, asking } of picks) {
      const got = claims.get(asking.claimId);
      if (!got) continue;
      facts.began(pool, candidate.share);
      warm.did(asking.workerId, candidate.laneId);
      byClaim.get(asking.claimId)?.answer(got);
    }
    if (claims.size < picks.length) lineup.touch();
    return picks.length;
  };

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    try {
      while (arrivals.length > 0 || dirty.size > 0) {
        const come = arrivals;
        arrivals = [];
        if (come.length > 0) admit(come);
        // Some side by side: many pools do not wait for one another, and few connections are taken.
        const pools = [...dirty].slice(0, sideBySide);
        for (const pool of pools) dirty.delete(pool);
        // A claim that failed is asked again at the next look; whoever waits, waits on.
        if (mayGive())
          await Promise.all(pools.map((pool) => takeFrom(pool).catch((error: unknown) => onFailure(pool, error))));
        const empty = [...unseen].filter((waiter) => waiter.pools.length > 0);
        for (const waiter of empty) unseen.delete(waiter);
        strangers.push(...empty);
        void lookAtStrangers();
      }
    } finally {
      pumping = false;
    }
  };
  const failAll = (waiters: readonly Waiter[], error: unknown) => {
    for (const waiter of waiters) waiter.fail(error);
  };
  const soon = () => void setImmediate(pump);
  const lookAt = (pools: Iterable<string>) => {
    for (const pool of pools) {
      lineups.get(pool)?.touch();
      if (byPool.has(pool)) dirty.add(pool);
    }
    if (dirty.size > 0) soon();
  };

  const again = new Map<string, NodeJS.Timeout>();
  const lookAgain = (pool: string, afterMs: number) => {
    if (again.has(pool)) return;
    const look = () => {
      again.delete(pool);
      lookAt([pool]);
    };
    again.set(pool, setTimeout(look, afterMs));
  };

  let recheck: NodeJS.Timeout | undefined;
  const changed = new Set<number>();
  const everyone = () => [...known.keys(), ...[...byClaim.values()].map(({ workerId }) => workerId)];
  /** Who waits may have been held, or let go. */
  const lookAtChanged = () => {
    recheck = undefined;
    const here = [...byClaim.values()].filter((waiter) => changed.has(waiter.workerId));
    changed.clear();
    const waiters = here.filter((waiter) => !waiter.inFlight && !waiter.isArriving);
    // What is being read of the others may have been so before the change: they are looked at again after that.
    for (const waiter of here) if (waiter.inFlight || waiter.isArriving) changed.add(waiter.workerId);
    if (changed.size > 0) recheck = setTimeout(lookAtChanged, lookAnywayMs / 5);
    for (const waiter of waiters) {
      leave(waiter);
      byClaim.set(waiter.claimId, waiter);
      waiter.isArriving = true;
    }
    arrivals.push(...waiters);
    if (waiters.length > 0) soon();
  };

  /** One statement for all pools: most of them have nothing in line. */
  const lookAnyway = async () => {
    const pools = await db.query<{ pool: string }>(poolsInLineStatement());
    lookAt(pools.map(({ pool }) => pool));
  };

  const unwatch = [
    live.watch('worker-changed:*', (topic) => {
      const id = topic.slice('worker-changed:'.length);
      for (const workerId of id === '*' ? everyone() : [Number(id)]) {
        known.delete(workerId);
        changed.add(workerId);
      }
      facts.touch();
      // Gathered: a whole fleet may register at once.
      recheck ??= setTimeout(lookAtChanged, lookAnywayMs / 5);
    }),
    live.watch('order-changed', () => {
      facts.forget();
      for (const lineup of lineups.values()) lineup.forget();
      lookAt([...byPool.keys()]);
    }),
    live.watch('ready:*', (topic) => {
      const pool = topic.slice('ready:'.length);
      lookAt(pool === '*' ? [...byPool.keys()] : [pool]);
    }),
  ];
  const timer = setInterval(() => {
    // Lines that nobody waits at are let go.
    for (const pool of lineups.keys()) if (!byPool.has(pool)) lineups.delete(pool);
    if (byPool.size > 0) lookAnyway().catch(() => undefined);
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
      const waiter = newWaiter(request, leave);
      byClaim.set(request.claimId, waiter);
      unseen.add(waiter);
      arrivals.push(waiter);
      soon();
      return waiter.outcome;
    },
    stop() {
      clearInterval(timer);
      clearTimeout(recheck);
      for (const timeout of again.values()) clearTimeout(timeout);
      for (const each of unwatch) each();
      for (const waiter of [...byClaim.values()]) waiter.end();
    },
  };
}

/** As many as one statement takes: the cheapest, for a dear one may have to leave its job to one of them; else who came first. */
function foremost(waiters: readonly Waiter[]): readonly Waiter[] {
  if (waiters.length <= batch) return waiters;
  return waiters.toSorted((a, b) => a.cost - b.cost).slice(0, batch);
}
