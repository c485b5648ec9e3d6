// The workers of the simulation's world: who is there, what a pool knows of them, and whom the rule about errored runs takes out.
import type { Verdict } from '@signalbox/protocol';
import type { PoolFacts } from '../../src/queue/decide/pick.ts';
import type { shouldQuarantine } from '../../src/queue/decide/quarantine.ts';
import type { WorkerSpec } from './load.ts';
import type { Pool, Worker } from './parts.ts';

export class Fleet {
  readonly workers = new Map<number, Worker>();
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #onChanged: (pool: Pool) => void;

  constructor(pools: ReadonlyMap<string, Pool>, onChanged: (pool: Pool) => void) {
    this.#pools = pools;
    this.#onChanged = onChanged;
  }

  come(spec: WorkerSpec): Worker {
    const worker: Worker = {
      spec,
      claimId: `claim of ${spec.id}`,
      workerId: spec.id,
      cost: spec.cost,
      isThere: true,
      hold: null,
      erroredInARow: 0,
      job: null,
    };
    this.workers.set(spec.id, worker);
    for (const name of spec.pools) this.#pools.get(name)!.workers.push(worker);
    this.changed(worker);
    return worker;
  }

  /** Whether it is there, or held, has changed. */
  changed(worker: Worker): void {
    for (const name of worker.spec.pools) {
      const pool = this.#pools.get(name)!;
      pool.facts = null;
      this.#onChanged(pool);
    }
  }

  factsOf(pool: Pool): PoolFacts {
    if (pool.facts) return pool.facts;
    const some = pool.workers.filter((worker) => worker.isThere && !worker.hold);
    const cheapest = some.reduce((least, worker) => Math.min(least, worker.cost), Number.POSITIVE_INFINITY);
    pool.facts = {
      workers: some.length,
      some: some.map((worker) => worker.workerId),
      cheapest: some.length > 0 ? cheapest : 0,
      waitBudgetSeconds: pool.waitBudgetSeconds,
    };
    return pool.facts;
  }

  /** How its run ended. true: it is taken out now. */
  count(worker: Worker, verdict: Verdict, after: number, decide: typeof shouldQuarantine): boolean {
    if (verdict !== 'errored') {
      worker.erroredInARow = 0;
      return false;
    }
    worker.erroredInARow += 1;
    if (worker.hold || worker.erroredInARow < after) return false;
    const others = [...this.workers.values()].filter(
      (one) =>
        (one === worker || one.isThere) &&
        one.hold !== 'by person' &&
        one.spec.pools.some((name) => worker.spec.pools.includes(name)),
    );
    const facts = {
      erroredInARow: worker.erroredInARow,
      after,
      workers: others.length,
      quarantined: others.filter((one) => one.hold === 'by rule').length,
    };
    if (!decide(facts)) return false;
    worker.hold = 'by rule';
    this.changed(worker);
    return true;
  }
}
