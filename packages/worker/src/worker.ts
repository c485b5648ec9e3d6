// A worker that lives: registers, takes runs while it has room, keeps their claims, drains, signs off.
import { join } from 'node:path';
import type { WorkOrder } from '@signalbox/protocol/browser';
import { writeGitConfig } from './checkout/git.ts';
import { claimWork } from './claims.ts';
import { FreeDisk } from './free-disk.ts';
import { clearLeftovers } from './leftovers.ts';
import { prepareForms } from './log/mask.ts';
import { secretForms } from './log/secret-forms.ts';
import { SpoolBudget } from './log/spool-budget.ts';
import type { OwnLog } from './own-log.ts';
import { PipeShelf } from './process/output-pipe.ts';
import { makeOwnPlace } from './process/own-place.ts';
import { Registration } from './registration.ts';
import { Renewals } from './renewals.ts';
import { removeTree } from './run/remove-tree.ts';
import { ActiveRun, type House } from './run/run.ts';
import { RunDirectories } from './run/run-directories.ts';
import { pause, ServerLink } from './server-link.ts';
import type { Settings } from './settings.ts';

export type WorkerOptions = {
  readonly servers: readonly string[];
  readonly token?: string | undefined;
  readonly pools: readonly string[];
  readonly name: string;
  /** Runs at once. */
  readonly capacity: number;
  readonly dataDir: string;
  readonly settings: Settings;
  readonly log: OwnLog;
  /** The worker's own environment; steps see next to nothing of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type Worker = {
  /** Resolves when a server knows the worker. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended, by `stop` or `stopNow`. */
  readonly done: Promise<void>;
  /** Takes no more runs, finishes those in hand, signs off. */
  stop(): Promise<void>;
  /** Ends the runs in hand too: they are tried again elsewhere. */
  stopNow(): Promise<void>;
};

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const life = new Life(options);
  const { ready, done } = life.begin();
  return { ready, done, stop: () => life.stop(), stopNow: () => life.stopNow() };
}

class Life {
  readonly #options: WorkerOptions;
  readonly #house: House;
  readonly #place: string;
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
    const { servers, token, settings, log, env, capacity } = options;
    const dataDir = options.dataDir;
    const runsDir = join(dataDir, 'runs');
    this.#place = makeOwnPlace(dataDir);
    writeGitConfig(dataDir);
    this.#options = options;
    const link = new ServerLink({ servers, token, settings, log });
    this.#house = {
      link,
      settings,
      dataDir,
      runsDir,
      directories: new RunDirectories(runsDir, join(this.#place, 'spare')),
      budget: new SpoolBudget(settings.spoolBytes),
      pipes: new PipeShelf(join(this.#place, 'pipes')),
      log,
      env,
      ownForms: prepareForms(secretForms(token ? [token] : [])),
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
    log.info(`Worker ${options.name}: ${capacity} at once, pools ${options.pools.join(', ')}, data in ${dataDir}`);
  }

  begin(): { ready: Promise<void>; done: Promise<void> } {
    const leftovers = clearLeftovers(this.#house, this.#options.servers, this.#ending.signal);
    const ready = this.#register();
    // Whoever waits for it hears of it; who does not, sees the worker end.
    ready.catch(() => undefined);
    this.#done = this.#live(ready, leftovers);
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

  async #live(ready: Promise<void>, leftovers: Promise<void>): Promise<void> {
    const { log, settings } = this.#house;
    const { signal } = this.#draining;
    try {
      await ready;
      const signedOff = aborted(signal).then(() => this.#registration.signOff());
      const claiming = claimWork({
        link: this.#house.link,
        settings,
        log,
        signal,
        workerId: () => this.#registration.workerId,
        register: () => this.#register(),
        slot: () => this.#slot(),
        begin: (order) => this.#take(order),
        signedOff,
      });
      await Promise.race([signedOff, claiming]);
      await claiming;
      await signedOff;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    while (this.#runs.size > 0) await Promise.all([...this.#runs].map(({ done }) => done));
    await this.#registration.signOff();
    this.#ending.abort(new Error('The worker ends'));
    await leftovers;
    await this.#house.pipes.close();
    await removeTree(this.#place);
    log.info('Ended');
  }

  #register(): Promise<void> {
    return this.#registration.register(this.#draining.signal);
  }

  /** For the runs in hand, also while draining; no more are taken for it. */
  async #registerAgain(): Promise<void> {
    await this.#registration.register(this.#ending.signal);
    if (this.#draining.signal.aborted) await this.#registration.signOff();
  }

  /** Resolves when another run may begin: there is a slot, and disk. */
  async #slot(): Promise<void> {
    const { signal } = this.#draining;
    while (!signal.aborted) {
      if (this.#taken.size >= this.#options.capacity) {
        await this.#freed();
      } else if (await this.#disk.isEnough()) return;
      else await pause(this.#house.settings.retryMostMillis, signal).catch(() => undefined);
    }
  }

  /** Resolves when a run has ended, or no more are to be taken. */
  #freed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFreed = resolve;
    });
  }

  #take(order: WorkOrder): void {
    const run = new ActiveRun(order, this.#house);
    this.#runs.add(run);
    this.#taken.add(run);
    this.#renewals.hold(run);
    void run.ended.then(() => {
      this.#taken.delete(run);
      this.#onFreed();
    });
    void run.done.finally(() => this.#runs.delete(run));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
