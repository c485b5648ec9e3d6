// Keeps the claims of all runs in hand with one long call, which is also how the worker hears of cancels, losses and
// readers. A run joins when it has lasted a moment: most have ended by then, and cost no call.
import { Refused, type RenewAnswer, type RenewKnown } from '@signalbox/protocol/browser';
import { type OwnLog, tell } from './own-log.ts';
import type { ActiveRun } from './run/run.ts';
import { mayPass, pause, type ServerLink } from './server-link.ts';
import type { Settings } from './settings.ts';

export type RenewalsOptions = {
  readonly link: ServerLink;
  readonly settings: Settings;
  readonly log: OwnLog;
  /** Ends the renewing. */
  readonly signal: AbortSignal;
  readonly workerId: () => number;
  readonly leaseSeconds: () => number;
  /** The server does not know this worker any more. */
  readonly register: () => Promise<void>;
};

/** An answer that came at once and said nothing new is not asked for again at once. */
const restMillis = 250;

export class Renewals {
  readonly #options: RenewalsOptions;
  readonly #held = new Map<number, ActiveRun>();
  /** Runs that the call under way speaks of. */
  #told = new Set<number>();
  #call = new AbortController();
  #isGoing = false;

  constructor(options: RenewalsOptions) {
    this.#options = options;
  }

  /** A run that was taken up may be close to the end of its lease: it joins at once. */
  hold(run: ActiveRun, isTakenUp: boolean): void {
    const millis = isTakenUp ? 0 : this.#options.settings.firstRenewalMillis;
    const timer = setTimeout(() => this.#join(run), millis);
    void run.ended.then(() => {
      clearTimeout(timer);
      if (this.#held.get(run.runId) === run) this.#held.delete(run.runId);
    });
  }

  /** A whole lease for the time until the next worker has taken them up. Fails when no server answers at once. */
  async renewLast(runs: Iterable<ActiveRun>, signal: AbortSignal): Promise<void> {
    const { link, workerId } = this.#options;
    const held = [...runs].map(({ runId, claimId }) => ({ runId, claimId }));
    if (held.length === 0) return;
    await link.once('renew', { params: { worker: workerId() }, body: { held, waitSeconds: 0 } }, { signal });
  }

  #join(run: ActiveRun): void {
    this.#held.set(run.runId, run);
    // The call under way does not speak of this run: a new one does, at once.
    this.#call.abort();
    if (!this.#isGoing) void this.#go();
  }

  async #go(): Promise<void> {
    const { signal, log } = this.#options;
    this.#isGoing = true;
    for (let failures = 0; this.#held.size > 0 && !signal.aborted; ) {
      this.#call = new AbortController();
      const stop = () => this.#call.abort();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await this.#renew(this.#call.signal);
        failures = 0;
      } catch (error) {
        if (this.#call.signal.aborted) continue;
        failures++;
        if (error instanceof Refused && !mayPass(error)) log.warn(`Claims cannot be renewed: ${tell(error)}`);
        await this.#rest(failures);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    }
    this.#isGoing = false;
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { link, settings, workerId, leaseSeconds, register } = this.#options;
    const held = [...this.#held.values()].map(({ runId, claimId }) => ({ runId, claimId }));
    const waitSeconds = Math.max(1, Math.min(settings.renewWaitSeconds, Math.floor(leaseSeconds() / 3)));
    const isFirst = held.some(({ runId }) => !this.#told.has(runId));
    this.#told = new Set(held.map(({ runId }) => runId));
    const startedAt = performance.now();
    try {
      const call = { params: { worker: workerId() }, body: { held, known: this.#known(), waitSeconds } };
      const answer = await link.once('renew', call, { signal, waitSeconds });
      this.#tell(answer);
    } catch (error) {
      if (error instanceof Refused && error.code === 'not-found') await register();
      throw error;
    }
    if (!isFirst && performance.now() - startedAt < restMillis) await pause(restMillis, signal);
  }

  /** The answer waits for something else than this. */
  #known(): RenewKnown {
    const runs = [...this.#held.values()];
    return {
      cancelled: runs.filter(({ isCancelled }) => isCancelled).map(({ runId }) => runId),
      watched: runs.filter(({ isWatched }) => isWatched).map(({ runId }) => runId),
    };
  }

  #tell({ lost, cancelled, watched }: RenewAnswer): void {
    const isWatched = new Set(watched);
    for (const run of this.#held.values()) run.watch(isWatched.has(run.runId));
    for (const { runId, reason } of cancelled) this.#held.get(runId)?.cancel(reason);
    for (const runId of lost) {
      // It may have ended here while the answer was on its way; then it is no longer in hand.
      this.#held.get(runId)?.missing();
      this.#held.delete(runId);
    }
  }

  async #rest(failures: number): Promise<void> {
    const { settings } = this.#options;
    const most = Math.min(settings.retryMostMillis, settings.retryMillis * 2 ** Math.min(failures - 1, 20));
    // A call that is given up meanwhile begins anew at once.
    await pause(most * (0.5 + Math.random() / 2), this.#call.signal).catch(() => undefined);
  }
}
