// Makes the worker known to the server, for as long as it takes, and signs it off.
import { randomUUID } from 'node:crypto';
import { arch, platform } from 'node:os';
import { version, type Welcome } from '@signalbox/protocol/browser';
import { type OwnLog, tell } from './own-log.ts';
import { pause, type ServerLink } from './server-link.ts';
import type { Settings } from './settings.ts';

export type RegistrationOptions = {
  readonly link: ServerLink;
  readonly settings: Settings;
  readonly log: OwnLog;
  readonly name: string;
  readonly pools: readonly string[];
  readonly capacity: number;
  readonly cost?: number | undefined;
};

export class Registration {
  readonly #options: RegistrationOptions;
  /** Of this process: a late sign-off must not end the next process of the same name. */
  readonly #session = randomUUID();
  #welcome: Welcome | null = null;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  get workerId(): number {
    return this.#known.workerId;
  }

  get leaseSeconds(): number {
    return this.#known.leaseSeconds;
  }

  /** @throws the signal's reason */
  async register(signal: AbortSignal): Promise<void> {
    const { name, pools, capacity, cost = 0, log, link, settings } = this.#options;
    const facts = { name, pools: [...pools], capacity, cost, version, platform: `${platform()}-${arch()}` };
    const body = { ...facts, session: this.#session };
    for (;;) {
      try {
        this.#welcome = await link.untilAnswered('register-worker', { body }, { signal });
        const { workerId, serverVersion } = this.#welcome;
        return log.info(`Registered at ${link.server} as worker ${workerId}; the server is version ${serverVersion}`);
      } catch (error) {
        signal.throwIfAborted();
        log.warn(`The server does not take this worker: ${tell(error)}. Trying again`);
        await pause(settings.retryMostMillis, signal);
      }
    }
  }

  /** Draining while there are runs in hand, gone after. */
  async signOff(): Promise<void> {
    if (!this.#welcome) return;
    const { link, settings, log } = this.#options;
    const signal = AbortSignal.timeout(Math.min(settings.stopSeconds, settings.callSeconds) * 1_000);
    try {
      const call = { params: { worker: this.workerId }, query: { session: this.#session } };
      await link.once('sign-off-worker', call, { signal });
    } catch (error) {
      log.warn(`Could not sign off; the server will notice: ${tell(error)}`);
    }
  }

  get #known(): Welcome {
    if (!this.#welcome) throw new Error('The worker is not registered yet');
    return this.#welcome;
  }
}
