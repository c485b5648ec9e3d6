// One run in the hands of this worker, from the order to the last byte of its log at the server. Its steps and its log are
// with a supervisor: what is here can be made anew by the next worker from what is there.
import { platform } from 'node:os';
import type { FinishRequest, Reason, WorkOrder } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import { isDiskFull, RunFailure, SupervisorGone } from '../errors.ts';
import { LogSender } from '../log/log-sender.ts';
import type { SpoolBudget } from '../log/spool-budget.ts';
import { type OwnLog, tell } from '../own-log.ts';
import type { PipeShelf } from '../process/output-pipe.ts';
import { endTree } from '../process/process-tree.ts';
import { timerMillis } from '../process/run-command.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import type { RunHold } from '../supervision/run-hold.ts';
import type { SupervisorLink } from '../supervision/supervisor-link.ts';
import type { TakenRun } from '../supervisor/messages.ts';
import { keepsFiles } from './collect-artifacts.ts';
import { deliverResult } from './deliver-result.ts';
import { interruptedBy, interruptionOf, type Note } from './note.ts';
import { HandedOver, Interrupted, type Outcome } from './outcome.ts';
import { ResultKeeper } from './result-keeper.ts';
import type { RunDirectories } from './run-directories.ts';
import { type RunDirectory, writeSteps } from './run-directory.ts';
import { runSteps } from './run-steps.ts';
import { settle } from './settle.ts';
import { StepBoard } from './step-board.ts';
import { whatToHide } from './what-to-hide.ts';

/** What a run needs of the worker that it runs in. */
export type House = {
  readonly link: ServerLink;
  readonly settings: Settings;
  /** Of the worker. */
  readonly name: string;
  readonly dataDir: string;
  readonly runsDir: string;
  readonly directories: RunDirectories;
  /** Of logs that are sent from disk. */
  readonly budget: SpoolBudget;
  readonly pipes: PipeShelf;
  readonly log: OwnLog;
  readonly env: Readonly<Record<string, string | undefined>>;
};

type Start = {
  readonly order: WorkOrder;
  readonly supervisor: SupervisorLink;
  readonly hold: RunHold;
  readonly mark: string;
  /** What an earlier worker has left of it. */
  readonly before: TakenRun | null;
};

export class ActiveRun {
  readonly runId: number;
  readonly claimId: string;
  /** The verdict is with the server, or nobody wants it: another run may begin. */
  readonly ended: Promise<void>;
  /** All of it is done, its directory gone; or it is left to the next worker. */
  readonly done: Promise<void>;
  readonly #start: Start;
  readonly #order: WorkOrder;
  readonly #hold: RunHold;
  readonly #house: House;
  /** When it began, by the clock of this process. */
  readonly #beganAt: number;
  /** Ends the work. */
  readonly #work = new AbortController();
  /** Ends what is said to the server. */
  readonly #wire = new AbortController();
  readonly #log: OwnLog;
  readonly #sender: LogSender;
  #keeper: ResultKeeper | null = null;
  /** The verdict is known. */
  #isTelling: boolean;
  #isCancelled = false;
  #isWatched = false;
  #hasFoundDiskFull = false;

  static begin(order: WorkOrder, supervisor: SupervisorLink, house: House): ActiveRun {
    const { runId, claimId, attempt, job } = order;
    house.log.info(`Run ${runId}: ${job.name}, attempt ${attempt}`);
    // Within a job of another worker, its mark stays: what ends that job ends this run too.
    const mark = [house.env['SIGNALBOX_RUN'], claimId].filter(Boolean).join(',');
    const hold = supervisor.open({
      claimId,
      runId,
      server: house.link.server,
      worker: house.name,
      directory: house.directories.where(order).path,
      mark,
      secrets: whatToHide(order),
      errorPatterns: order.spec.errorPatterns ?? [],
      order,
    });
    return new ActiveRun({ order, supervisor, hold, mark, before: null }, house);
  }

  static takeUp(before: TakenRun, hold: RunHold, supervisor: SupervisorLink, house: House): ActiveRun {
    const order = before.order as WorkOrder;
    const seconds = before.ageSeconds.toFixed(0);
    house.log.info(`Run ${order.runId}: ${order.job.name} is taken up, begun ${seconds} s ago by an earlier process`);
    return new ActiveRun({ order, supervisor, hold, mark: before.mark, before }, house);
  }

  private constructor(start: Start, house: House) {
    const { order, hold, before } = start;
    const { runId, claimId } = order;
    this.runId = runId;
    this.claimId = claimId;
    this.#start = start;
    this.#order = order;
    this.#hold = hold;
    this.#house = house;
    this.#log = house.log;
    this.#isTelling = Boolean(noteOf(start)?.outcome);
    this.#beganAt = performance.now() - (before?.ageSeconds ?? 0) * 1_000;
    hold.onInterrupted = (interruption) => this.#work.abort(interruptedBy(interruption));
    hold.onTrouble = (text) => house.log.warn(`The log cannot be kept on disk: ${text}`, { run: runId });
    hold.onGone = (error) => this.#work.abort(error);
    if (before?.interruption) this.#work.abort(interruptedBy(before.interruption));
    this.#sender = new LogSender({
      link: house.link,
      runId,
      claimId,
      source: hold,
      settings: house.settings,
      log: house.log,
      signal: this.#wire.signal,
      onWatched: (isWatched) => this.watch(isWatched),
      onLost: () => this.missing(),
    });
    let announceEnd: () => void = () => undefined;
    this.ended = new Promise((resolve) => {
      announceEnd = resolve;
    });
    this.done = this.#live(announceEnd)
      .catch((error: unknown) => {
        if (!this.#wire.signal.aborted) this.#log.warn(`Run left as it is: ${tell(error)}`, { run: runId });
      })
      .finally(announceEnd);
  }

  /** Its cancellation has been heard here. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** It has ended because there was no disk. */
  get hasFoundDiskFull(): boolean {
    return this.#hasFoundDiskFull;
  }

  /** Somebody reads its log, as far as is known here. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  cancel(reason: Reason): void {
    this.#isCancelled = true;
    this.#interrupt(new Interrupted('cancelled', reason));
  }

  /**
   * The server says that the claim is no longer held. When the verdict is on its way, that may be because it has arrived:
   * then its own answer tells.
   */
  missing(): void {
    if (!this.#isTelling) this.lose();
  }

  /** The claim is somebody else's: end everything, say nothing more. */
  lose(): void {
    const lost = new Interrupted('lost', { code: 'worker-lost', text: 'the claim was lost' });
    if (!this.#wire.signal.aborted) this.#log.warn('The claim is lost; the run is ended', { run: this.runId });
    this.#wire.abort(lost);
    this.#interrupt(lost);
    this.#hold.dropLog();
  }

  stop(): void {
    const text = 'the worker was stopped while the run was going on';
    this.#interrupt(new Interrupted('stopped', { code: 'worker-stopped', text }));
  }

  /** No more time: what the server has not heard stays on disk for the next start. */
  leave(): void {
    if (this.#keeper) this.#keeper.keep();
    else this.#hold.dropLog();
    this.#wire.abort(new Interrupted('stopped', { code: 'worker-stopped', text: 'the worker has ended' }));
  }

  /** Nothing of it ends but what this process does for it: the next worker takes it up. */
  handOver(): void {
    const handedOver = new HandedOver();
    this.#wire.abort(handedOver);
    this.#work.abort(handedOver);
  }

  watch(isWatched: boolean): void {
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    this.#hold.watch(isWatched);
  }

  async #live(announceEnd: () => void): Promise<void> {
    const { directories } = this.#house;
    const board = this.#createBoard();
    let directory: RunDirectory | null = null;
    let outcome: Outcome;
    try {
      directory = this.#openDirectory();
      crashPoint('directory-made');
      outcome = noteOf(this.#start)?.outcome ?? (await this.#perform(directory, board));
    } catch (error) {
      outcome = this.#outcomeOf(error);
    }
    crashPoint('verdict-known');
    this.#hasFoundDiskFull = outcome.reason.code === 'disk-full';
    board.close();
    if (this.#isHandedOver) return;
    try {
      if (!this.#wire.signal.aborted) await this.#tell(outcome, board, directory, announceEnd);
    } finally {
      await this.#keeper?.settled;
      if (!this.#isHandedOver) await this.#close();
    }
    crashPoint('all-sent');
    if (!directory) return;
    await directories.empty(directory);
    await directories.takeBack(directory);
  }

  get #isHandedOver(): boolean {
    return this.#wire.signal.reason instanceof HandedOver;
  }

  #openDirectory(): RunDirectory {
    const { directories, link } = this.#house;
    const { supervisor, before } = this.#start;
    const holder = { server: link.server, supervisor: supervisor.name };
    return before ? directories.takeUp(this.#order, holder) : directories.create(this.#order, holder);
  }

  async #perform(directory: RunDirectory, board: StepBoard): Promise<Outcome> {
    const { timeoutSeconds } = this.#order.spec;
    const { before, mark } = this.#start;
    const text = `the job took longer than ${timeoutSeconds} s`;
    const deadline = setTimeout(
      () => this.#interrupt(new Interrupted('job-timed-out', { code: 'job-timed-out', text })),
      timerMillis(Math.max(0, timeoutSeconds - (before?.ageSeconds ?? 0))),
    );
    const isSetUp = noteOf(this.#start)?.steps[0]?.state === 'passed';
    try {
      if (before && !isSetUp) await this.#clearSetUp(directory);
      return await runSteps({
        order: this.#order,
        house: this.#house,
        directory,
        hold: this.#hold,
        board,
        mark,
        isSetUp,
        signal: this.#work.signal,
        platform: platform(),
      });
    } finally {
      clearTimeout(deadline);
    }
  }

  /** The set-up is done by the worker itself. What the earlier one has done of it may be half done: it begins again. */
  async #clearSetUp(directory: RunDirectory): Promise<void> {
    const { directories, settings } = this.#house;
    const { mark } = this.#start;
    await endTree({ leader: null, mark, directory: directory.path, firstId: null }, settings.graceSeconds);
    await directories.empty(directory);
    directories.makeParts(directory);
    if (this.#order.spec.checkout) this.#hold.write(0, 'The worker was started anew: the set-up begins again.\n');
  }

  /** Brings verdict and log to the server. */
  async #tell(
    outcome: Outcome,
    board: StepBoard,
    directory: RunDirectory | null,
    announceEnd: () => void,
  ): Promise<void> {
    const { link, settings, directories, log } = this.#house;
    const { runId, claimId } = this;
    this.#isTelling = true;
    const steps = [...board.steps];
    const note: Note = { steps, outcome };
    const endLog = () => this.#hold.endLog(steps.length, note);
    const logBytes = this.#hold.lengths(steps.length) ?? (await endLog().catch(() => null));
    if (!logBytes || this.#start.supervisor.isGone) return await this.#tellFromDisk(outcome, board);
    const result = { claimId, ...outcome, steps, logBytes: [...logBytes] };
    const { path } = directories.where(this.#order);
    const keeper = new ResultKeeper({ runId, directory: path, result, source: this.#hold, log });
    this.#keeper = keeper;
    const sender = this.#sender;
    // Once the server has the verdict, a renewal says nothing of the run: the next worker must know that its log is left.
    const first = async () => {
      if (!this.#hold.isAllTaken) await endLog().catch(unlessGone);
    };
    const { signal } = this.#wire;
    const delivered = deliverResult({ link, runId, result, keeper, sender, first, settings, log, signal });
    // While the server is at it. A tree that cannot be removed is told of when the verdict is out.
    const emptied = directory ? afterThis(() => directories.empty(directory)) : Promise.resolve();
    emptied.catch(() => undefined);
    const isTaken = await delivered;
    this.#sayEnd(outcome);
    if (!isTaken) this.lose();
    announceEnd();
    const late = setTimeout(() => keeper.keep(), settings.spoolMillis);
    await sender.allSent.finally(() => clearTimeout(late));
    if (this.#start.supervisor.isGone && !this.#hold.isAllTaken) await this.#settle(() => result);
    await emptied;
  }

  /** The supervisor has died: what it had put on disk of the log is all that there is. */
  async #tellFromDisk(outcome: Outcome, board: StepBoard): Promise<void> {
    const { settings, directories } = this.#house;
    const { claimId } = this;
    const { path } = directories.where(this.#order);
    await endTree({ leader: null, mark: this.#start.mark, directory: path, firstId: null }, settings.graceSeconds);
    await this.#settle((logBytes) => ({ claimId, ...outcome, steps: [...board.steps], logBytes }));
    this.#sayEnd(outcome);
  }

  async #settle(result: (logBytes: number[]) => FinishRequest): Promise<void> {
    const { runId, claimId } = this;
    const { path } = this.#house.directories.where(this.#order);
    await settle({ runId, claimId, path, result, house: this.#house, signal: this.#wire.signal });
  }

  #sayEnd({ verdict, reason }: Outcome): void {
    const seconds = ((performance.now() - this.#beganAt) / 1_000).toFixed(2);
    this.#log.info(`Run ${this.runId}: ${verdict}, ${reason.text}`, { seconds });
  }

  /** The supervisor forgets the run. What the server has not taken of it stays on disk if its result does. */
  async #close(): Promise<void> {
    if (!this.#wire.signal.aborted || !this.#keeper) return this.#hold.forget();
    await this.#hold.leave().catch(unlessGone);
  }

  #interrupt(interrupted: Interrupted): void {
    this.#work.abort(interrupted);
    this.#hold.interrupt(interruptionOf(interrupted));
  }

  #outcomeOf(error: unknown): Outcome {
    if (error instanceof Interrupted) return error.outcome;
    if (error instanceof RunFailure) return { verdict: 'errored', reason: { code: error.code, text: error.message } };
    if (isDiskFull(error)) {
      const text = `the disk of the worker is full (${tell(error)})`;
      return { verdict: 'errored', reason: { code: 'disk-full', text } };
    }
    const text = `the worker could not do its part: ${tell(error)}`;
    return { verdict: 'errored', reason: { code: 'worker-failed', text } };
  }

  #createBoard(): StepBoard {
    const { spec, runId, claimId } = this.#order;
    const { link, settings, log, directories } = this.#house;
    const { path } = directories.where(this.#order);
    const names = ['Set up', ...spec.steps.map(({ name }) => name), ...(keepsFiles(spec) ? ['Artifacts'] : [])];
    return new StepBoard({
      link,
      runId,
      claimId,
      names,
      before: noteOf(this.#start)?.steps ?? [],
      takes: this.#start.before?.takes ?? 0,
      millis: settings.reportMillis,
      keep: (steps) => writeSteps(path, steps),
      onWatched: (isWatched) => this.watch(isWatched),
      log,
      signal: this.#wire.signal,
    });
  }
}

function noteOf({ before }: Start): Note | null {
  return (before?.note as Note | null | undefined) ?? null;
}

function unlessGone(error: unknown): void {
  if (!(error instanceof SupervisorGone)) throw error;
}

/** When what is under way has been written to the network. */
async function afterThis(work: () => Promise<void>): Promise<void> {
  await new Promise(setImmediate);
  await work();
}
