// Says to the server which error lines were found in the log that is being sent. They are a help: what cannot be said is dropped.
import { type ErrorLine, type ErrorLinesStop, Refused } from '@signalbox/protocol/browser';
import type { OwnLog } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';
import type { SealedChunk } from './step-log.ts';

export type ErrorSenderOptions = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly log: OwnLog;
  readonly signal: AbortSignal;
};

/** The contract takes no more in one call. */
const mostItems = 200;

export class ErrorSender {
  readonly #options: ErrorSenderOptions;
  #isRefused = false;

  constructor(options: ErrorSenderOptions) {
    this.#options = options;
  }

  /** Until all is there, or the server does not want it: a repeat does no harm. @throws the signal's reason */
  async send(chunks: readonly SealedChunk[], onFailure: () => void): Promise<void> {
    const items = chunks.flatMap(({ errors }) => errors ?? []);
    const stopped = chunks.flatMap(({ errorStop }) => errorStop ?? []);
    for (let at = 0; at < Math.max(items.length, stopped.length) && !this.#isRefused; at += mostItems) {
      await this.#call(items.slice(at, at + mostItems), stopped.slice(at, at + mostItems), onFailure);
    }
  }

  async #call(items: ErrorLine[], stopped: ErrorLinesStop[], onFailure: () => void): Promise<void> {
    const { link, runId, claimId, log, signal } = this.#options;
    const call = { params: { run: runId }, body: { claimId, items, stopped } };
    try {
      await link.untilAnswered('report-error-lines', call, { signal, onFailure });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#isRefused = true;
      // Whose claim is lost hears so of the log itself.
      if (error.code !== 'claim-lost')
        log.warn(`Error lines are not taken by the server: ${error.message}`, { run: runId });
    }
  }
}
