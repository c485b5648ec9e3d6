// A worker that lives: registers, takes up what an earlier one has left, takes runs while it has room, keeps their claims,
// and ends: drained, stopped, or handed over to the next one.
import { join } from 'node:path';
import { writeGitConfig } from './checkout/git.ts';
import { claimWork } from './claims.ts';
import { FreeDisk } from './free-disk.ts';
import { clearLeftovers } from './leftovers.ts';
import { SpoolBudget } from './log/spool-budget.ts';
import { type OwnLog, tell } from './own-log.ts';
import { thisProcess } from './owner.ts';
import { PipeShelf } from './process/output-pipe.ts';
import { makeOwnPlace } from './process/own-place.ts';
import { Registration } from './registration.ts';
import { Renewals } from './renewals.ts';
import { HandedOver } from './run/outcome.ts';
import { removeTree } from './run/remove-tree.ts';
import { ActiveRun, type House } from './run/run.ts';
import { isInUse, RunDirectories } from './run/run-directories.ts';
import { pause, ServerLink } from './server-link.ts';
import type { Settings } from './settings.ts';
import { startSupervisor, usualCommand } from './supervision/start-supervisor.ts';
import { Supervision } from './supervision/supervision.ts';
import type { SupervisorLink } from './supervision/supervisor-link.ts';
import { type Found, takeUp } from './supervision/take-up.ts';

export type WorkerOptions = {
  readonly servers: readonly string[];
  readonly token?: string | undefined;
  readonly pools: readonly string[];
  readonly name: string;
  /** Runs at once. */
  readonly capacity: number;
  /** Dearer workers get what no cheaper one takes in time. */
  readonly cost?: number | undefined;
  readonly dataDir: string;
  readonly settings: Settings;
  readonly log: OwnLog;
  /** The worker's own environment; steps see next to nothing of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Program and arguments of the supervisor of its steps; null: it lives in this process. Usually the one beside this. */
  readonly supervisor?: readonly string[] | null;
};

export type Worker = {
  /** Resolves when a server knows the worker. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended, by `stop`, `stopNow` or `handOver`. */
  readonly done: Promise<void>;
  /** Takes no more runs, finishes those in hand, signs off. */
  stop(): Promise<void>;
  /** Ends the runs in hand too: they are tried again elsewhere. */
  stopNow(): Promise<void>;
  /** Ends at once and leaves the runs in hand running: the next start takes them up. */
  handOver(): Promise<void>;
};

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const life = new Life(options);
  const { ready, done } = life.begin();
  return {
    ready,
    done,
    stop: () => life.stop(),
    stopNow: () => life.stopNow(),
    handOver: () => life.handOver(),
  };
}

class Life {
  readonly #options: WorkerOptions;
  readonly #house: House;
  readonly #place: string;
  readonly #supervision: Supervision;
  readonly #runs = new Set<ActiveRun>();
  /** Runs whose verdict is not with the server yet: each takes a slot. */
  readonly #taken = new Set<ActiveRun>();
  /** Ends the taking of work. */
  readonly #draining = new AbortController();
  /** Ends everything else. */
  readonly #ending = new AbortController();
  readonly #renewals: Renewals;
  readonly #registration: Registration;
  readonly #disk: FreeDisk;
  #done: Promise<void> = Promise.resolve();
  #onFreed: () => void = () => undefined;

  constructor(options: WorkerOptions) {
    const { servers, token, settings, log, env, capacity, name } = options;
    const dataDir = options.dataDir;
    const runsDir = join(dataDir, 'runs');
    this.#place = makeOwnPlace(dataDir);
    writeGitConfig(dataDir);
    this.#options = options;
    // Before everything else: it takes longest to be there.
    this.#supervision = new Supervision(() => this.#startSupervisor());
    const link = new ServerLink({ servers, token, settings, log });
    this.#house = {
      link,
      settings,
      name,
      dataDir,
      runsDir,
      directories: new RunDirectories(runsDir, join(this.#place, 'spare')),
      budget: new SpoolBudget(settings.spoolBytes),
      pipes: new PipeShelf(join(this.#place, 'pipes')),
      log,
      env,
    };
    this.#registration = new Registration({ ...options, link });
    this.#disk = new FreeDisk(dataDir, settings.minFreeBytes, log);
    this.#renewals = new Renewals({
      link,
      settings,
      log,
      signal: this.#ending.signal,
      workerId: () => this.#registration.workerId,
      leaseSeconds: () => this.#registration.leaseSeconds,
      register: () => this.#registerAgain(),
    });
    log.info(`Worker ${name}: ${capacity} at once, pools ${options.pools.join(', ')}, data in ${dataDir}`);
  }

  begin(): { ready: Promise<void>; done: Promise<void> } {
    // What goes on is taken up before any server has answered: it goes on without one.
    const takenUp = this.#takeUp();
    const ready = this.#register();
    // Whoever waits for it hears of it; who does not, sees the worker end.
    ready.catch(() => undefined);
    this.#done = this.#live(ready, takenUp);
    return { ready, done: this.#done };
  }

  stop(): Promise<void> {
    if (!this.#draining.signal.aborted) {
      const { size } = this.#taken;
      this.#house.log.info(size > 0 ? `Draining: ${size} to finish; a second signal ends them` : 'Ending');
      this.#draining.abort();
      this.#onFreed();
    }
    return this.#done;
  }

  async stopNow(): Promise<void> {
    const stopped = this.stop();
    for (const run of this.#runs) run.stop();
    const late = setTimeout(() => {
      for (const run of this.#runs) run.leave();
      this.#ending.abort();
    }, this.#house.settings.stopSeconds * 1_000);
    await stopped.finally(() => clearTimeout(late));
  }

  handOver(): Promise<void> {
    const { log } = this.#house;
    if (this.#supervision.own.name === null) {
      log.warn('Runs cannot be handed over on this system: they are finished');
      return this.stop();
    }
    log.info(`Handing over: ${this.#taken.size} go on, and the next start takes them up`);
    // While it drains: what is not finished yet is handed over.
    if (this.#draining.signal.aborted) void this.#leaveRuns();
    this.#draining.abort(new HandedOver());
    this.#onFreed();
    return this.#done;
  }

  async #live(ready: Promise<void>, takenUp: Promise<Found>): Promise<void> {
    const { log } = this.#house;
    const { servers } = this.#options;
    const { signal } = this.#draining;
    const { claims: held, strange } = await takenUp;
    const leftovers = clearLeftovers({ house: this.#house, servers, held, strange, signal: this.#ending.signal });
    try {
      await ready;
      for (const run of this.#runs) this.#renewals.hold(run, true);
      await this.#claim();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.reason instanceof HandedOver) await this.#leaveRuns();
    while (this.#runs.size > 0) await Promise.all([...this.#runs].map(({ done }) => done));
    if (!(signal.reason instanceof HandedOver)) await this.#registration.signOff();
    this.#ending.abort(new Error('The worker ends'));
    await leftovers;
    await this.#supervision.close();
    await this.#house.pipes.close();
    await removeTree(this.#place);
    log.info('Ended');
  }

  /** Resolves when no more work is taken, and the server has heard of it. */
  async #claim(): Promise<void> {
    const { link, settings, log } = this.#house;
    const { signal } = this.#draining;
    const signedOff = aborted(signal).then(() => {
      return signal.reason instanceof HandedOver ? undefined : this.#registration.signOff();
    });
    const claiming = claimWork({
      link,
      settings,
      log,
      signal,
      workerId: () => this.#registration.workerId,
      register: () => this.#register(),
      slot: () => this.#slot(),
      begin: (order) => this.#add(ActiveRun.begin(order, this.#supervision.own, this.#house), false),
      signedOff,
    });
    await Promise.race([signedOff, claiming]);
    await claiming;
    await signedOff;
  }

  async #leaveRuns(): Promise<void> {
    const signal = AbortSignal.timeout(this.#house.settings.handOverSeconds * 1_000);
    await this.#renewals.renewLast(this.#taken, signal).catch((error: unknown) => {
      this.#house.log.warn(`The claims are not renewed once more: ${tell(error)}`);
    });
    for (const run of this.#runs) run.handOver();
  }

  /** Resolves when all that goes on is in hand. */
  async #takeUp(): Promise<Found> {
    const { dataDir, runsDir, log } = this.#house;
    const { servers, name } = this.#options;
    const found = await takeUp({
      dataDir,
      own: this.#supervision.own.name,
      greet: (link) => this.#greet(link),
      isOurs: (run) => run.worker === name && servers.includes(run.server),
      isInUse: (supervisor) => isInUse(runsDir, supervisor),
      log,
    });
    for (const { link, hold, run } of found.taken) {
      this.#supervision.keep(link);
      this.#add(ActiveRun.takeUp(run, hold, link, this.#house), true);
    }
    return found;
  }

  #startSupervisor(): SupervisorLink {
    const { supervisor: command = usualCommand(), dataDir, env, log, settings } = this.#options;
    const link = startSupervisor({
      dataDir,
      ownPlace: this.#place,
      command,
      env,
      log,
      niceness: settings.stepNiceness,
    });
    this.#greet(link);
    return link;
  }

  #greet(link: SupervisorLink): void {
    const { settings, token } = this.#options;
    link.send({ kind: 'hello', owner: thisProcess(), settings, secrets: token ? [token] : [] });
  }

  #register(): Promise<void> {
    return this.#registration.register(this.#draining.signal);
  }

  /** For the runs in hand, also while draining; no more are taken for it. */
  async #registerAgain(): Promise<void> {
    await this.#registration.register(this.#ending.signal);
    if (this.#draining.signal.aborted) await this.#registration.signOff();
  }

  /** Resolves when another run may begin: there is a slot, disk, and somebody to run its steps. */
  async #slot(): Promise<void> {
    const { signal } = this.#draining;
    while (!signal.aborted) {
      if (this.#taken.size >= this.#options.capacity) {
        await this.#freed();
      } else if (await this.#disk.isEnough()) return await this.#supervision.ready();
      else await pause(this.#house.settings.retryMostMillis, signal).catch(() => undefined);
    }
  }

  /** Resolves when a run has ended, or no more are to be taken. */
  #freed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFreed = resolve;
    });
  }

  /** One that was taken up is renewed as soon as a server knows this worker. */
  #add(run: ActiveRun, isTakenUp: boolean): void {
    this.#runs.add(run);
    this.#taken.add(run);
    if (!isTakenUp) this.#renewals.hold(run, false);
    void run.ended.then(() => {
      this.#taken.delete(run);
      if (run.hasFoundDiskFull) this.#disk.lookAgain();
      this.#onFreed();
    });
    void run.done.finally(() => {
      this.#runs.delete(run);
      this.#supervision.tidy();
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
