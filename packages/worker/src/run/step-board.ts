// How the steps of a run stand. Changes are reported when a step lasts long enough for somebody to look.
import { Refused, type Step, type StepState } from '@signalbox/protocol/browser';
import { type OwnLog, tell } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';

export type StepBoardOptions = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly names: readonly string[];
  /** As an earlier worker left them. */
  readonly before: readonly Step[];
  /** Workers that have had this run before. */
  readonly takes: number;
  readonly millis: number;
  /** Remembers what is reported, for the case that this process dies. */
  readonly keep: (steps: readonly Step[]) => void;
  /** Somebody reads the log: heard here first, for a young run is not renewed yet. */
  readonly onWatched: (isWatched: boolean) => void;
  readonly log: OwnLog;
  readonly signal: AbortSignal;
};

/** Each worker that has a run counts its reports from a place of its own: a later one is newer than any before. */
const reportsOfOne = 1_000_000;

export class StepBoard {
  readonly #options: StepBoardOptions;
  readonly #steps: Step[];
  readonly #closed = new AbortController();
  #sequence: number;
  #timer: NodeJS.Timeout | undefined;
  #isReporting = false;
  #isStale = false;

  constructor(options: StepBoardOptions) {
    this.#options = options;
    this.#sequence = options.takes * reportsOfOne;
    this.#steps = options.names.map(
      (name, index): Step =>
        options.before[index] ?? { index, name, state: 'waiting', exitCode: null, startedAt: null, endedAt: null },
    );
    options.signal.addEventListener('abort', () => this.close(), { once: true });
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** A step that an earlier worker has begun keeps its beginning. */
  start(index: number): void {
    const startedAt = this.#steps[index]?.startedAt ?? new Date().toISOString();
    this.#change(index, { state: 'running', startedAt });
  }

  end(index: number, state: StepState, exitCode: number | null, endedAt = new Date().toISOString()): void {
    this.#change(index, { state, exitCode, endedAt });
  }

  /** What has not run will not; `finish` tells the rest. */
  close(): void {
    clearTimeout(this.#timer);
    this.#closed.abort();
    for (const [index, step] of this.#steps.entries()) {
      if (step.state === 'waiting') this.#steps[index] = { ...step, state: 'skipped' };
    }
  }

  #change(index: number, change: Partial<Step>): void {
    this.#steps[index] = { ...this.#steps[index]!, ...change };
    this.#isStale = true;
    this.#arm();
  }

  #arm(): void {
    if (this.#closed.signal.aborted || this.#isReporting) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#report();
    }, this.#options.millis);
  }

  async #report(): Promise<void> {
    const { link, runId, claimId, log, keep, onWatched } = this.#options;
    this.#isReporting = true;
    this.#isStale = false;
    const body = { claimId, sequence: ++this.#sequence, steps: [...this.#steps] };
    keep(body.steps);
    try {
      const call = { params: { run: runId }, body };
      const { watched } = await link.untilAnswered('report-steps', call, { signal: this.#closed.signal });
      // A server of the version before does not say.
      if (watched !== undefined) onWatched(watched);
    } catch (error) {
      // A lost claim is heard of by renewal; a report that came too late is told again by `finish`.
      if (!this.#closed.signal.aborted && !(error instanceof Refused)) log.warn(`Steps not reported: ${tell(error)}`);
    }
    this.#isReporting = false;
    if (this.#isStale) this.#arm();
  }
}
