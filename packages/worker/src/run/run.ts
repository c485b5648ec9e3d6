// One run, from the order to the last byte of its log at the server.
import { platform } from 'node:os';
import type { Reason, WorkOrder } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import { isDiskFull, RunFailure } from '../errors.ts';
import type { Form } from '../log/mask.ts';
import { RunLog } from '../log/run-log.ts';
import type { SpoolBudget } from '../log/spool-budget.ts';
import { type OwnLog, tell } from '../own-log.ts';
import type { PipeShelf } from '../process/output-pipe.ts';
import { timerMillis } from '../process/run-command.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import { deliverResult } from './deliver-result.ts';
import { Interrupted, type Outcome } from './outcome.ts';
import { ResultKeeper } from './result-keeper.ts';
import type { RunDirectories } from './run-directories.ts';
import { type RunDirectory, writeSteps } from './run-directory.ts';
import { runSteps } from './run-steps.ts';
import { StepBoard } from './step-board.ts';
import { whatToHide } from './what-to-hide.ts';

/** What a run needs of the worker that it runs in. */
export type House = {
  readonly link: ServerLink;
  readonly settings: Settings;
  readonly dataDir: string;
  readonly runsDir: string;
  readonly directories: RunDirectories;
  readonly budget: SpoolBudget;
  readonly pipes: PipeShelf;
  readonly log: OwnLog;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is never shown in any log: the worker's own token. */
  readonly ownForms: readonly Form[];
};

export class ActiveRun {
  readonly runId: number;
  readonly claimId: string;
  readonly claimedAt = performance.now();
  /** The verdict is with the server, or nobody wants it: another run may begin. */
  readonly ended: Promise<void>;
  /** All of it is done, its directory gone. */
  readonly done: Promise<void>;
  readonly #order: WorkOrder;
  readonly #house: House;
  /** Ends the work. */
  readonly #work = new AbortController();
  /** Ends what is said to the server. */
  readonly #wire = new AbortController();
  readonly #log: OwnLog;
  #runLog: RunLog | null = null;
  #keeper: ResultKeeper | null = null;
  #isCancelled = false;

  constructor(order: WorkOrder, house: House) {
    this.runId = order.runId;
    this.claimId = order.claimId;
    this.#order = order;
    this.#house = house;
    this.#log = house.log;
    let announceEnd: () => void = () => undefined;
    this.ended = new Promise((resolve) => {
      announceEnd = resolve;
    });
    this.done = this.#live(announceEnd)
      .catch((error: unknown) => {
        if (!this.#wire.signal.aborted) this.#log.warn(`Run left as it is: ${tell(error)}`, { run: this.runId });
      })
      .finally(announceEnd);
  }

  /** Its cancellation has been heard here. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Somebody reads its log, as far as is known here. */
  get isWatched(): boolean {
    return this.#runLog?.isWatched ?? false;
  }

  cancel(reason: Reason): void {
    this.#isCancelled = true;
    this.#work.abort(new Interrupted('cancelled', reason));
  }

  /**
   * A renewal says that the claim is no longer held. When the verdict is on its way, that may be because it has arrived:
   * then its own answer tells.
   */
  missing(): void {
    if (!this.#keeper) this.lose();
  }

  /** The claim is somebody else's: end everything, say nothing more. */
  lose(): void {
    const lost = new Interrupted('lost', { code: 'worker-lost', text: 'the claim was lost' });
    if (!this.#wire.signal.aborted) this.#log.warn('The claim is lost; the run is ended', { run: this.runId });
    this.#wire.abort(lost);
    this.#work.abort(lost);
    void this.#runLog?.drop();
  }

  stop(): void {
    const text = 'the worker was stopped while the run was going on';
    this.#work.abort(new Interrupted('stopped', { code: 'worker-stopped', text }));
  }

  /** No more time: what the server has not heard stays on disk for the next start. */
  leave(): void {
    if (this.#keeper) this.#keeper.keep();
    // A step that is held because of unsent log would never end.
    else void this.#runLog?.drop();
    this.#wire.abort(new Interrupted('stopped', { code: 'worker-stopped', text: 'the worker has ended' }));
  }

  watch(isWatched: boolean): void {
    this.#runLog?.watch(isWatched);
  }

  async #live(announceEnd: () => void): Promise<void> {
    const { link, directories, env } = this.#house;
    const { runId, attempt, job } = this.#order;
    this.#log.info(`Run ${runId}: ${job.name}, attempt ${attempt}`);
    // Within a job of another worker, its mark stays: what ends that job ends this run too.
    const mark = [env['SIGNALBOX_RUN'], this.claimId].filter(Boolean).join(',');
    const { path } = directories.where(this.#order);
    const board = this.#createBoard(path);
    let directory: RunDirectory | null = null;
    let outcome: Outcome;
    try {
      directory = directories.create(this.#order, link.server);
      crashPoint('directory-made');
      this.#runLog = this.#createLog();
      outcome = await this.#perform(directory, this.#runLog, board, mark);
    } catch (error) {
      outcome = this.#outcomeOf(error);
    }
    crashPoint('verdict-known');
    board.close();
    const runLog = this.#runLog ?? this.#createLog();
    runLog.end();
    if (this.#wire.signal.aborted) await runLog.drop();
    else await this.#tell(outcome, board, runLog, directory, announceEnd);
    crashPoint('all-sent');
    if (!directory) return;
    await this.#keeper?.settled;
    await directories.empty(directory);
    await directories.takeBack(directory);
  }

  /** Brings verdict and log to the server. */
  async #tell(
    outcome: Outcome,
    board: StepBoard,
    runLog: RunLog,
    directory: RunDirectory | null,
    announceEnd: () => void,
  ): Promise<void> {
    const { link, settings, directories, log } = this.#house;
    const { runId, claimId } = this;
    const result = { claimId, ...outcome, steps: [...board.steps], logBytes: runLog.sizes(board.steps.length) };
    const keeper = new ResultKeeper({ runId, directory: directories.where(this.#order).path, result, runLog, log });
    this.#keeper = keeper;
    const delivered = deliverResult({ link, runId, result, keeper, runLog, settings, log, signal: this.#wire.signal });
    // While the server is at it. A tree that cannot be removed is told of when the verdict is out.
    const emptied = directory ? afterThis(() => directories.empty(directory)) : Promise.resolve();
    emptied.catch(() => undefined);
    const isTaken = await delivered;
    const seconds = ((performance.now() - this.claimedAt) / 1_000).toFixed(2);
    log.info(`Run ${runId}: ${outcome.verdict}, ${outcome.reason.text}`, { seconds });
    if (!isTaken) this.lose();
    announceEnd();
    const late = setTimeout(() => keeper.keep(), settings.spoolMillis);
    await runLog.allSent().finally(() => clearTimeout(late));
    await emptied;
  }

  async #perform(directory: RunDirectory, runLog: RunLog, board: StepBoard, mark: string): Promise<Outcome> {
    const { timeoutSeconds } = this.#order.spec;
    const text = `the job took longer than ${timeoutSeconds} s`;
    const deadline = setTimeout(
      () => this.#work.abort(new Interrupted('job-timed-out', { code: 'job-timed-out', text })),
      timerMillis(timeoutSeconds),
    );
    try {
      return await runSteps({
        order: this.#order,
        house: this.#house,
        directory,
        runLog,
        board,
        mark,
        signal: this.#work.signal,
        platform: platform(),
      });
    } finally {
      clearTimeout(deadline);
    }
  }

  #outcomeOf(error: unknown): Outcome {
    if (error instanceof Interrupted) return error.outcome;
    if (error instanceof RunFailure) return { verdict: 'errored', reason: { code: error.code, text: error.message } };
    if (isDiskFull(error)) return this.#diskFull(error).outcome;
    const text = `the worker could not do its part: ${tell(error)}`;
    return { verdict: 'errored', reason: { code: 'worker-failed', text } };
  }

  #diskFull(error: unknown): Interrupted {
    return new Interrupted('disk-full', { code: 'disk-full', text: `the disk of the worker is full (${tell(error)})` });
  }

  #createBoard(path: string): StepBoard {
    const { spec, runId, claimId } = this.#order;
    const { link, settings, log } = this.#house;
    const names = [
      'Set up',
      ...spec.steps.map(({ name }) => name),
      ...(spec.artifacts.length > 0 ? ['Artifacts'] : []),
    ];
    return new StepBoard({
      link,
      runId,
      claimId,
      names,
      millis: settings.reportMillis,
      keep: (steps) => writeSteps(path, steps),
      log,
      signal: this.#wire.signal,
    });
  }

  #createLog(): RunLog {
    const { link, settings, budget, log, ownForms, directories } = this.#house;
    const { runId, claimId } = this;
    return new RunLog({
      link,
      runId,
      claimId,
      directory: directories.where(this.#order).path,
      forms: whatToHide(this.#order, ownForms),
      budget,
      settings,
      log,
      signal: this.#wire.signal,
      onLost: () => this.lose(),
      onDiskTrouble: (error) => {
        log.warn(`The log cannot be kept on disk: ${tell(error)}`, { run: runId });
        if (isDiskFull(error)) this.#work.abort(this.#diskFull(error));
      },
    });
  }
}

/** When what is under way has been written to the network. */
async function afterThis(work: () => Promise<void>): Promise<void> {
  await new Promise(setImmediate);
  await work();
}
