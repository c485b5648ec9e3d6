// Keeps PostgreSQL running: starts or adopts it, notices when it is lost, starts it again, ends it in good order.
import { access, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Address } from './address.ts';
import { adoptable } from './adopt.ts';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { endPostmaster, launch, type Running, watchProcess } from './postmaster.ts';
import { postmasterOf } from './processes.ts';
import type { Identity } from './unprivileged.ts';

export type KeeperOptions = {
  readonly place: Place;
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly address: Address;
  /** Makes ready, before each launch, what PostgreSQL reads and who owns it. */
  readonly prepare: () => Promise<void>;
  readonly log: (line: string) => void;
};

const longestPauseMs = 10_000;

export class Keeper {
  readonly #options: KeeperOptions;
  #running: Running | undefined;
  #stopping = false;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  /** True when one ran already. */
  async start(): Promise<boolean> {
    const { log, place, binaries, identity } = this.#options;
    const adopted = await this.#takeOrLaunch();
    log(
      adopted
        ? `PostgreSQL still runs in ${place.cluster} (process ${this.pid}): taken over`
        : `PostgreSQL ${binaries.version} runs in ${place.cluster} ${identity.says} (process ${this.pid})`,
    );
    this.#watching = this.#watch();
    return adopted;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const { address, place, binaries } = this.#options;
    if (this.#running) await endPostmaster(this.#running.pid, place, binaries);
    await this.#watching;
    // One that was being started again while this was called.
    const other = await postmasterOf(place.cluster);
    if (other) await endPostmaster(other.pid, place, binaries);
    if (address.kind === 'socket') await rmdir(address.directory).catch(() => undefined);
  }

  async #takeOrLaunch(): Promise<boolean> {
    const found = await adoptable(this.#options);
    if (found) {
      this.#running = watchProcess(found.pid);
      return true;
    }
    const launched = await launch(this.#options);
    if (launched) {
      this.#running = launched;
      return false;
    }
    // Another start was first.
    return this.#takeOrLaunch();
  }

  async #watch(): Promise<void> {
    let pauseMs = 100;
    while (!this.#stopping) {
      const how = await this.#running?.ended;
      if (this.#stopping || !(await this.#isWanted())) return;
      if (how !== undefined) this.#options.log(`PostgreSQL ended (${how}): starting it again`);
      try {
        const adopted = await this.#takeOrLaunch();
        this.#options.log(`PostgreSQL runs again (process ${this.pid}${adopted ? ', started by another server' : ''})`);
        pauseMs = 100;
      } catch (error) {
        this.#running = undefined;
        this.#options.log(`PostgreSQL does not start: ${(error as Error).message}`);
        await after(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  /** Not when its data are being removed. */
  async #isWanted(): Promise<boolean> {
    const { place } = this.#options;
    const there = (path: string) =>
      access(path).then(
        () => true,
        () => false,
      );
    return (await there(join(place.cluster, 'PG_VERSION'))) && !(await there(place.removalMark));
  }
}
