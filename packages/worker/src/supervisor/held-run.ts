// A run as its supervisor holds it: its log, the commands that were begun, how each has ended, and what the next worker
// must know. Nothing of it is in the memory of a worker alone, so a worker may end at any instant.
import { statfs } from 'node:fs/promises';
import { codeOf, isDiskFull } from '../errors.ts';
import { ErrorWatch } from '../log/error-watch.ts';
import type { FormSearch } from '../log/form-search.ts';
import { RunLog } from '../log/run-log.ts';
import { secretForms } from '../log/secret-forms.ts';
import type { SpoolBudget } from '../log/spool-budget.ts';
import { tell } from '../own-log.ts';
import type { PipeShelf } from '../process/output-pipe.ts';
import { runCommand } from '../process/run-command.ts';
import type { Settings } from '../settings.ts';
import type {
  Interruption,
  RunToHold,
  StartFailure,
  StepCommand,
  StepEnding,
  StepOutcome,
  TakenRun,
  Tell,
} from './messages.ts';

export type HeldRunOptions = {
  readonly run: RunToHold;
  readonly settings: Settings;
  readonly budget: SpoolBudget;
  readonly pipes: PipeShelf;
  /** What no log may show of the worker itself. */
  readonly own: FormSearch;
};

export class HeldRun {
  readonly run: RunToHold;
  readonly log: RunLog;
  /** The worker that has it; null while none does. */
  tell: ((message: Tell) => void) | null = null;
  /** What a worker wants the next one to know; the last word counts. */
  note: unknown = null;
  readonly #options: HeldRunOptions;
  readonly #openedAt = performance.now();
  readonly #stopping = new AbortController();
  readonly #stopped: Promise<void>;
  readonly #outcomes = new Map<number, StepOutcome | null>();
  readonly #going = new Set<Promise<void>>();
  #interruption: Interruption | null = null;
  #hidden: FormSearch;
  #takes = 0;

  constructor(options: HeldRunOptions) {
    const { run, settings, budget, own } = options;
    this.#options = options;
    this.run = run;
    this.#hidden = own.with(secretForms(run.secrets));
    this.#stopped = new Promise((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.log = new RunLog({
      directory: run.directory,
      hidden: () => this.#hidden,
      budget,
      settings,
      onDiskTrouble: (error) => this.#diskTrouble(error),
      errors: new ErrorWatch({
        patterns: run.errorPatterns ?? [],
        most: settings.errorLines,
        seconds: settings.errorSeconds,
      }),
    });
  }

  /** Another worker has it from now on. */
  take(tell: (message: Tell) => void, own: FormSearch): TakenRun {
    const { order, directory, mark } = this.run;
    this.tell = tell;
    this.#takes++;
    this.#hidden = this.#hidden.with(own.forms);
    return {
      order,
      directory,
      mark,
      note: this.note,
      ageSeconds: (performance.now() - this.#openedAt) / 1_000,
      takes: this.#takes,
      interruption: this.#interruption,
      steps: [...this.#outcomes],
    };
  }

  /** Once; a repeat changes nothing. */
  begin(number: number, command: StepCommand, preface: string): void {
    if (this.#outcomes.has(number)) return;
    this.#outcomes.set(number, null);
    this.log.step(number).write(preface);
    const going = this.#perform(number, command).then((ended) => {
      const log = this.log.step(number);
      log.end();
      const outcome = { ...ended, logBytes: log.sizeBytes };
      this.#outcomes.set(number, outcome);
      this.tell?.({ kind: 'ended', claimId: this.run.claimId, number, outcome });
    });
    this.#going.add(going);
    void going.finally(() => this.#going.delete(going));
  }

  /** The first one counts. */
  interrupt(interruption: Interruption): void {
    if (this.#interruption) return;
    this.#interruption = interruption;
    this.tell?.({ kind: 'interrupted', claimId: this.run.claimId, interruption });
    this.#stopping.abort();
  }

  get isBusy(): boolean {
    return this.#going.size > 0;
  }

  /** Resolves when no command goes on any more. */
  async idle(): Promise<void> {
    while (this.#going.size > 0) await Promise.all(this.#going);
  }

  async #perform(number: number, command: StepCommand): Promise<{ ending: StepEnding } | { failure: StartFailure }> {
    const { directory, mark } = this.run;
    const log = this.log.step(number);
    try {
      const ending = await runCommand({
        ...command,
        mark,
        runDirectory: directory,
        pipes: this.#options.pipes,
        onOutput: (bytes) => {
          log.write(bytes);
          return this.#room();
        },
        signal: this.#stopping.signal,
      });
      const endedAt = new Date().toISOString();
      return { ending: { ...ending, endedAt, freeBytes: ending.exitCode === 0 ? null : await freeBytes(directory) } };
    } catch (error) {
      return { failure: { code: codeOf(error) ?? null, text: tell(error) } };
    }
  }

  /** What is being ended is not held any more: it could never end. */
  #room(): Promise<void> | undefined {
    if (this.#stopping.signal.aborted) return undefined;
    const room = this.log.room();
    return room && Promise.race([room, this.#stopped]);
  }

  #diskTrouble(error: unknown): void {
    const text = tell(error);
    this.tell?.({ kind: 'trouble', claimId: this.run.claimId, text });
    if (!isDiskFull(error)) return;
    const reason = { code: 'disk-full', text: `the disk of the worker is full (${text})` };
    this.interrupt({ kind: 'disk-full', reason });
  }
}

async function freeBytes(directory: string): Promise<number | null> {
  const found = await statfs(directory).catch(() => null);
  return found && found.bavail * found.bsize;
}
