// The way to the servers: one client each, the next one when one does not answer, and calls that are repeated until
// an answer comes. What is wrong is said once, and once more when it is over.
import {
  type Answer,
  type Call,
  type Client,
  createClient,
  type EndpointId,
  Refused,
  Unreachable,
} from '@signalbox/protocol/browser';
import { lightFetch } from './light-fetch.ts';
import { type OwnLog, tell } from './own-log.ts';
import type { Settings } from './settings.ts';

export type LinkOptions = {
  readonly servers: readonly string[];
  readonly token: string | undefined;
  readonly settings: Settings;
  readonly log: OwnLog;
};

type Until = {
  /** Ends the repeating. */
  readonly signal: AbortSignal;
  readonly onFailure?: (error: unknown) => void;
  /** How long the server was asked to wait before it answers. */
  readonly waitSeconds?: number;
  /** For a body that goes as a stream. */
  readonly fetch?: typeof fetch;
};

export class ServerLink {
  readonly #options: LinkOptions;
  readonly #clients: Client[];
  #current = 0;
  #trouble: string | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#clients = options.servers.map((server) => createClient({ server, token: options.token, fetch: lightFetch }));
  }

  /** The server that answered last. */
  get server(): string {
    return this.#clients[this.#current]!.server;
  }

  /** One try, with a time limit. @throws Refused, Unreachable; the signal's reason once it is aborted */
  async once<Id extends EndpointId>(id: Id, call: Call<Id>, until: Until): Promise<Answer<Id>> {
    const { servers, token, settings } = this.#options;
    const tried = this.#current;
    const client = until.fetch
      ? createClient({ server: servers[tried]!, token, fetch: until.fetch })
      : this.#clients[tried]!;
    const limitSeconds = settings.callSeconds + (until.waitSeconds ?? 0);
    const controller = new AbortController();
    const giveUp = () => controller.abort(until.signal.reason);
    const tooLate = new Unreachable(`No answer from ${client.server} within ${limitSeconds} s`);
    const timer = setTimeout(() => controller.abort(tooLate), limitSeconds * 1_000);
    until.signal.addEventListener('abort', giveUp, { once: true });
    try {
      until.signal.throwIfAborted();
      const answer = await client.call(id, { ...call, signal: controller.signal });
      this.#answers(client.server);
      return answer;
    } catch (error) {
      until.signal.throwIfAborted();
      const wrong = controller.signal.aborted ? tooLate : error;
      if (wrong instanceof Unreachable && this.#current === tried) this.#current = (tried + 1) % servers.length;
      if (wrong instanceof Refused && !mayPass(wrong)) this.#answers(client.server);
      throw wrong;
    } finally {
      clearTimeout(timer);
      until.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Repeats until there is an answer. @throws Refused when the answer is a refusal that will not pass by itself */
  async untilAnswered<Id extends EndpointId>(id: Id, call: Call<Id>, until: Until): Promise<Answer<Id>> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.once(id, call, until);
      } catch (error) {
        until.signal.throwIfAborted();
        if (!mayPass(error)) throw error;
        this.#fails(error);
        until.onFailure?.(error);
        await pause(this.#pauseMillis(failures), until.signal);
      }
    }
  }

  /** Before the next try of a call that has failed so often, for this reason: it is said when it is new. */
  async pauseAfter(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    this.#fails(error);
    await pause(this.#pauseMillis(failures), signal);
  }

  /** Doubling, up to a limit, and somewhere in its upper half by chance, so that workers do not come all at once. */
  #pauseMillis(failures: number): number {
    const { servers, settings } = this.#options;
    if (failures < servers.length) return 0;
    const most = Math.min(settings.retryMostMillis, settings.retryMillis * 2 ** Math.min(failures - 1, 20));
    return most * (0.5 + Math.random() / 2);
  }

  #fails(error: unknown): void {
    const trouble = explain(error);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.log.warn(`${trouble}. Trying again until it works`);
  }

  #answers(server: string): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#options.log.info(`${server} answers`);
  }
}

/** True when the same call may be answered later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return (
    error instanceof Refused &&
    (error.code === 'too-many' || error.code === 'not-logged-in' || error.code === 'not-allowed')
  );
}

export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, millis);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function explain(error: unknown): string {
  if (!(error instanceof Refused)) return tell(error);
  if (error.code === 'not-logged-in') {
    return `The server wants a worker token (--token, SIGNALBOX_TOKEN or SIGNALBOX_TOKEN_FILE), and takes not this one: ${error.message}`;
  }
  if (error.code === 'not-allowed') {
    return `The server does not let this token do that; make a worker token for these pools: ${error.message}`;
  }
  return tell(error);
}
