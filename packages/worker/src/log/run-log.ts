// The log of a run: one stream a step, one spool and one sender for all of them.
import { join } from 'node:path';
import type { OwnLog } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import { LogSender } from './log-sender.ts';
import type { Form } from './mask.ts';
import { Spool } from './spool.ts';
import type { SpoolBudget } from './spool-budget.ts';
import { StepLog } from './step-log.ts';

export type RunLogOptions = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly directory: string;
  readonly forms: readonly Form[];
  readonly budget: SpoolBudget;
  readonly settings: Settings;
  readonly log: OwnLog;
  /** Aborted: nothing more is sent. */
  readonly signal: AbortSignal;
  readonly onLost: () => void;
  readonly onDiskTrouble: (error: unknown) => void;
};

export const spoolDirectory = (runDirectory: string) => join(runDirectory, 'spool');

export class RunLog {
  readonly #options: RunLogOptions;
  readonly #spool: Spool;
  readonly #sender: LogSender;
  readonly #steps: StepLog[] = [];
  #isWatched = false;

  constructor(options: RunLogOptions) {
    const { settings, directory, budget } = options;
    this.#options = options;
    this.#spool = new Spool({
      directory: spoolDirectory(directory),
      memoryBytes: settings.spoolMemoryBytes,
      millis: settings.spoolMillis,
      budget,
      onTrouble: options.onDiskTrouble,
    });
    this.#sender = new LogSender({
      ...options,
      spool: this.#spool,
      onWatched: (isWatched) => this.watch(isWatched),
    });
  }

  step(index: number): StepLog {
    const { settings, forms } = this.#options;
    this.#steps[index] ??= new StepLog({
      step: index,
      forms,
      chunkBytes: settings.logChunkBytes,
      limitBytes: settings.logLimitBytes,
      tailBytes: settings.logTailBytes,
      patienceMillis: () => (this.#isWatched ? settings.logWatchedMillis : settings.logMillis),
      onChunk: (chunk) => {
        this.#spool.add(chunk);
        this.#sender.wake();
      },
    });
    return this.#steps[index];
  }

  /** Undefined while there is room for more output. */
  room(): Promise<void> | undefined {
    const { budget } = this.#options;
    if (budget.isFull) return budget.room();
    return this.#spool.isBehind ? this.#spool.flush() : undefined;
  }

  get isWatched(): boolean {
    return this.#isWatched;
  }

  watch(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    if (isWatched) for (const step of this.#steps) step?.hurry();
  }

  /** Length of each step's log. All steps have ended. */
  sizes(count: number): number[] {
    return Array.from({ length: count }, (_, index) => this.#steps[index]?.sizeBytes ?? 0);
  }

  end(): void {
    for (const step of this.#steps) step?.end();
  }

  allSent(): Promise<void> {
    return this.#sender.allSent();
  }

  /** What a process that died had kept on disk. */
  async restore(): Promise<void> {
    await this.#spool.restore();
  }

  /** How far what is not sent reaches, by step. */
  unsentSizes(): number[] {
    return this.#spool.sizes();
  }

  toDisk(): Promise<void> {
    return this.#spool.flush();
  }

  /** Nobody wants it any more. */
  async drop(): Promise<void> {
    this.end();
    await this.#spool.forget(() => true);
  }
}
