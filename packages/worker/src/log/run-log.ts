// The log of a run: one stream a step, and one spool for all of them. Whoever sends it asks for it, a batch at a time.
import { join } from 'node:path';
import type { Settings } from '../settings.ts';
import type { ErrorWatch } from './error-watch.ts';
import type { FormSearch } from './form-search.ts';
import type { LogQuery, LogSource } from './log-source.ts';
import { Members } from './members.ts';
import { Spool } from './spool.ts';
import type { SpoolBudget } from './spool-budget.ts';
import { type SealedChunk, StepLog } from './step-log.ts';

export type RunLogOptions = {
  /** Of the run. */
  readonly directory: string;
  /** What a step that begins now must not show. */
  readonly hidden: () => FormSearch;
  readonly budget: SpoolBudget;
  readonly settings: Settings;
  readonly onDiskTrouble: (error: unknown) => void;
  /** Looks for error lines; none: nobody does. */
  readonly errors?: ErrorWatch;
};

export const spoolDirectory = (runDirectory: string) => join(runDirectory, 'spool');

export class RunLog implements LogSource {
  readonly #options: RunLogOptions;
  readonly #spool: Spool;
  readonly #members = new Members();
  readonly #steps: StepLog[] = [];
  #isWatched = false;
  #isEnded = false;
  #waiting: (() => void)[] = [];

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
  }

  step(index: number): StepLog {
    const { settings, hidden, errors } = this.#options;
    const known = this.#steps[index];
    if (known) return known;
    const found = errors?.step(index);
    this.#steps[index] = new StepLog({
      step: index,
      hidden: hidden(),
      chunkBytes: settings.logChunkBytes,
      limitBytes: settings.logLimitBytes,
      tailBytes: settings.logTailBytes,
      patienceMillis: () => (this.#isWatched ? settings.logWatchedMillis : settings.logMillis),
      ...(found && { look: (text, lineEnds) => found.look(text, lineEnds) }),
      members: this.#members,
      onChunk: (chunk) => {
        this.#spool.add(chunk);
        this.#wake();
      },
    });
    return this.#steps[index];
  }

  /** Undefined while there is room for more output. */
  room(): Promise<void> | undefined {
    const { budget } = this.#options;
    if (budget.isFull) return budget.room();
    return this.#spool.isBehind ? this.#spool.flush() : this.#members.room();
  }

  watch(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    if (!isWatched) return;
    for (const step of this.#steps) step?.hurry();
    this.#wake();
  }

  /** Nothing more comes. Returns the length of each step's log. */
  end(count: number): number[] {
    for (const step of this.#steps) step?.end();
    this.#isEnded = true;
    this.#wake();
    return Array.from({ length: count }, (_, index) => this.#steps[index]?.sizeBytes ?? 0);
  }

  async next({ taken, mostBytes, mostChunks, gatherMillis = 0 }: LogQuery): Promise<SealedChunk[]> {
    const ends = new Map(taken.map(({ step, end }) => [step, end]));
    if (ends.size > 0) {
      await this.#spool.forget(({ step, offset, sizeBytes }) => offset + sizeBytes <= (ends.get(step) ?? -1));
    }
    while (this.#spool.isEmpty) {
      if (this.#isEnded && this.#members.isEmpty) return [];
      await this.#change();
    }
    if (gatherMillis > 0) await this.#gather(gatherMillis, mostBytes, mostChunks);
    return this.#spool.oldest(mostBytes, mostChunks);
  }

  /** Until there is enough for a request, or it must not wait any longer. */
  async #gather(millis: number, mostBytes: number, mostChunks: number): Promise<void> {
    const { spoolMemoryBytes } = this.#options.settings;
    // What does not fit into memory would take the way over the disk.
    const enough = Math.min(mostBytes, spoolMemoryBytes / 2);
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#wake();
    }, millis);
    const isEnough = () => this.#spool.bytes >= enough || this.#spool.count >= mostChunks;
    while (!isOver && !this.#isWatched && !(this.#isEnded && this.#members.isEmpty) && !isEnough())
      await this.#change();
    clearTimeout(timer);
  }

  /** Resolves when something has come, or is different. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async flush(): Promise<void> {
    await this.#members.settled();
    await this.#spool.flush();
  }

  /** Takes in what a process that died had kept on disk, and ends. Returns how far it reaches, by step. */
  async restore(): Promise<number[]> {
    await this.#spool.restore();
    this.#isEnded = true;
    return this.#spool.sizes();
  }

  /** Nobody wants it any more. */
  async drop(): Promise<void> {
    this.end(0);
    await this.#members.settled();
    await this.#spool.forget(() => true);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
