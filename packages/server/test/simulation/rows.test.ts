// The simulation and the rows agree: what the model writes down as objects the server writes down as rows. Small random cases, act
// by act on a real database; after each act every job stands the same in both.
import type { Cause } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { finishAlone, pause, queueDefaults, raiseJob, resume, setGroup } from '../../src/queue/index.ts';
import { claimFirst, type Held, jobNamed, makeWorker, passed, type QueueKit, queueKit } from '../queue/kit.ts';
import type { JobSpec, PauseTarget } from './load.ts';
import { isFree, type Worker } from './parts.ts';
import { Random } from './random.ts';
import { Rules } from './rules.ts';
import { decisions, World } from './world.ts';

let kit: QueueKit;
let repoId: number;
beforeAll(async () => {
  kit = await queueKit();
  repoId = (await kit.db.query<{ id: number }>(sql`select id from repo`))[0]!.id;
});
afterAll(() => kit.drop());

const acts = 30;
const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

test.each(seeds)('seed %i: the rows stand as the model says, after every act', { timeout: 120_000 }, async (seed) => {
  const both = await Both.begin(seed);
  for (let act = 0; act < acts; act += 1) {
    const did = await both.act();
    expect(await both.rows(), `act ${act}: ${did}`).toEqual(both.model());
  }
  await both.playOut();
  expect(await both.rows()).toEqual(both.model());
  expect(new Set(both.model().map(({ state }) => state))).not.toContain('ready');
});

const causes: readonly Cause[] = ['push', 'push', 'push', 'push', 'manual', 'release', 'try'];

class Both {
  readonly #random: Random;
  readonly #name: string;
  readonly #world: World;
  /** Of the model's jobs and workers, in the rows. */
  readonly #jobIds = new Map<number, number>();
  readonly #workerIds = new Map<number, number>();
  readonly #held = new Map<Worker, Held>();
  readonly #pauses = new Map<PauseTarget, number>();
  #pushes = 0;
  #jobs = 0;

  static async begin(seed: number): Promise<Both> {
    const both = new Both(seed);
    await both.#begin();
    return both;
  }

  private constructor(seed: number) {
    this.#random = new Random(seed);
    this.#name = `seed${seed}`;
    const rules = new Rules();
    this.#world = new World(rules, decisions, { ...queueDefaults, retrySeconds: 0 });
    rules.world = this.#world;
    this.#world.addPool(this.#name, 0);
    this.#world.groups.set(this.#name, { slots: 1, taken: 0, waiting: new Set() });
  }

  async #begin(): Promise<void> {
    for (const id of [1, 2, 3]) {
      this.#world.fleet.come({ id, pools: [this.#name], cost: 0, errs: 0, comesAt: 0, goesAt: null });
      this.#workerIds.set(id, await makeWorker(kit.db, `${this.#name}-${id}`, [this.#name]));
    }
  }

  /** Says what it did. */
  async act(): Promise<string> {
    this.#world.now += 1000;
    const random = this.#random;
    const what = random.next();
    if (what < 0.25) return this.#submit();
    if (what < 0.55) return this.#claim();
    if (what < 0.8) return this.#end(random.one(['passed', 'passed', 'failed', 'errored']));
    if (what < 0.87) return this.#raise();
    if (what < 0.94) return this.#pauseOrResume();
    return this.#setSlots(random.whole(0, 3));
  }

  async #submit(): Promise<string> {
    const random = this.#random;
    const cause = random.one(causes);
    const branch = `${this.#name}-${cause === 'try' ? 'try' : random.one(['a', 'b'])}`;
    const [person, level] = [cause === 'try' ? random.one(['ada', 'grace']) : null, branch.endsWith('a') ? 2 : 1];
    const first = this.#jobs + 1;
    this.#pushes += 1;
    const specs = Array.from({ length: random.whole(1, 4) }, (_, lane): JobSpec => {
      this.#jobs += 1;
      return {
        id: this.#jobs,
        at: 0,
        push: this.#pushes,
        branch,
        lane: `lane${lane}`,
        pool: this.#name,
        cause,
        level,
        person,
        priority: random.chance(0.2) ? random.whole(-3, 3) : 0,
        coalesce: random.chance(0.7) ? random.whole(1, 3) : 0,
        group: lane === 1 && random.chance(0.7) ? this.#name : null,
        delaySeconds: 0,
        needs: this.#jobs > first && random.chance(0.3) ? [random.whole(first, this.#jobs - 1)] : [],
        attempts: random.whole(1, 3),
        seconds: 0,
        fails: false,
      };
    });
    const laneOf = (id: number) => specs.find((spec) => spec.id === id)!.lane;
    const { ids } = await kit.submitJobs(
      {},
      {},
      {
        pushId: await kit.push(branch),
        cause,
        level,
        person,
        jobs: specs.map(({ lane, needs, attempts, priority, coalesce, group }) => ({
          ...jobNamed(lane, needs.map(laneOf)),
          pool: this.#name,
          attempts,
          order: { priority, coalesce, concurrencyGroup: group },
        })),
      },
    );
    this.#world.submit(specs);
    for (const { id, lane } of specs) this.#jobIds.set(id, ids[lane]!);
    return `submit ${specs.map((spec) => `${spec.id} ${branch} ${spec.lane}`).join(', ')} for ${cause}`;
  }

  #free(): Worker[] {
    return [...this.#world.fleet.workers.values()].filter(isFree);
  }

  async #claim(worker = this.#free()[0]): Promise<string> {
    if (!worker) return 'nobody is free';
    const pool = this.#world.pools.get(this.#name)!;
    // What the kit claims with does not remember whose turn it was.
    pool.served.clear();
    const [start] = this.#world.round(pool, [worker]);
    const [got] = await claimFirst(kit.db, this.#name, [this.#workerIds.get(worker.workerId)!]);
    expect(got?.jobId, `claim by ${worker.workerId}`).toBe(start && this.#jobIds.get(start.job.jobId));
    if (got) this.#held.set(worker, got);
    return `claim by ${worker.workerId}: ${start?.job.jobId}`;
  }

  async #end(verdict: 'passed' | 'failed' | 'errored'): Promise<string> {
    const [worker] = this.#held.keys();
    if (!worker) return 'nobody runs';
    const [held, job] = [this.#held.get(worker)!, worker.job!];
    this.#held.delete(worker);
    const end = { verdict, reason: passed, steps: null, logBytes: [] };
    const [ended] = await finishAlone(kit.db, [{ hold: held, end }]);
    if (!ended) await kit.end(held, verdict);
    this.#world.end(worker, verdict);
    return `${verdict}: ${job.jobId}`;
  }

  async #raise(): Promise<string> {
    const open = [...this.#world.jobs.values()].filter((job) => job.state !== 'done');
    if (open.length === 0) return 'nothing to raise';
    const [{ jobId }, priority] = [this.#random.one(open), this.#random.whole(-5, 5)];
    await kit.db.transaction((tx) => raiseJob(tx, this.#jobIds.get(jobId)!, priority, queueDefaults));
    this.#world.raise(jobId, priority);
    return `raise ${jobId} to ${priority}`;
  }

  async #pauseOrResume(): Promise<string> {
    const [paused] = this.#pauses;
    if (paused && this.#random.chance(0.7)) return this.#resume(paused);
    const branch = `${this.#name}-a`;
    const target = this.#random.one<PauseTarget>([{ pool: this.#name }, { branch }, { branch, lane: 'lane0' }]);
    const kind = target.pool ? 'pool' : target.lane ? 'lane' : 'branch';
    if ([...this.#pauses.keys()].some((one) => JSON.stringify(one) === JSON.stringify(target))) return 'paused before';
    const { id } = await kit.db.transaction((tx) =>
      pause(tx, { kind, reason: 'r', ...target, ...(kind === 'pool' ? {} : { repo: 'r' }) }, 'ada'),
    );
    this.#pauses.set(target, id);
    this.#world.pause(target);
    return `pause ${JSON.stringify(target)}`;
  }

  async #resume([target, id]: readonly [PauseTarget, number]): Promise<string> {
    await kit.db.transaction((tx) => resume(tx, id));
    this.#pauses.delete(target);
    this.#world.resume(target);
    return `resume ${JSON.stringify(target)}`;
  }

  async #setSlots(slots: number): Promise<string> {
    await kit.db.transaction((tx) => setGroup(tx, { repoId, name: this.#name, slots, by: 'ada' }));
    this.#world.setSlots(this.#name, slots);
    return `${slots} slots`;
  }

  /** Until nothing waits any more. */
  async playOut(): Promise<void> {
    for (const paused of [...this.#pauses]) {
      this.#world.now += 1000;
      await this.#resume(paused);
    }
    this.#world.now += 1000;
    await this.#setSlots(2);
    for (let left = true; left; ) {
      for (const worker of this.#free()) {
        this.#world.now += 1000;
        await this.#claim(worker);
      }
      left = this.#held.size > 0;
      this.#world.now += 1000;
      await this.#end('passed');
    }
  }

  model(): Stand[] {
    return [...this.#world.jobs.values()].map((job) => ({
      id: this.#jobIds.get(job.jobId)!,
      state: job.verdict ?? job.state,
      into: job.coalescedInto ? this.#jobIds.get(job.coalescedInto.jobId)! : null,
      priority: job.priority,
      errored: job.erroredCount,
    }));
  }

  rows(): Promise<Stand[]> {
    return kit.db.query<Stand>(sql`
      select id, coalesce(verdict, state) as state, coalesced_into as into, priority, errored_count as errored from job
      where id = any (${[...this.#jobIds.values()]}::bigint[]) order by id`);
  }
}

type Stand = {
  readonly id: number;
  readonly state: string;
  readonly into: number | null;
  readonly priority: number;
  readonly errored: number;
};
