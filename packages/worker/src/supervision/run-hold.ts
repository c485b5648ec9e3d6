// A worker's hold on one run in a supervisor: begins its commands and hears how they end, writes and reads its log.
import type { LogQuery, LogSource } from '../log/log-source.ts';
import type { SealedChunk } from '../log/step-log.ts';
import type { Described, Interruption, StepCommand, StepOutcome, Tell } from '../supervisor/messages.ts';
import type { SupervisorLink } from './supervisor-link.ts';

type Told = Extract<Tell, { readonly claimId: string }>;
type Step = {
  readonly outcome: Promise<StepOutcome>;
  settle(outcome: StepOutcome): void;
  fail(error: Error): void;
};

export class RunHold implements LogSource {
  readonly claimId: string;
  onInterrupted: (interruption: Interruption) => void = () => undefined;
  onTrouble: (text: string) => void = () => undefined;
  onGone: (error: Error) => void = () => undefined;
  readonly #link: SupervisorLink;
  readonly #steps = new Map<number, Step>();
  /** Length of each step's log, once it has ended, and how much of it is taken. */
  #sizes: readonly number[] | null = null;
  readonly #taken = new Map<number, number>();
  /** Steps in whose log the worker itself has said something, and has not ended it. */
  readonly #written = new Set<number>();
  /** This worker knows of everything in the log: it alone has begun steps, and has said nothing there itself. */
  #knowsLengths: boolean;
  readonly #lengths = new Map<number, number>();
  readonly #allTaken: Promise<readonly SealedChunk[]>;
  #announceAllTaken: () => void = () => undefined;
  #gone: Error | null = null;

  constructor(link: SupervisorLink, claimId: string, isNew: boolean) {
    this.#link = link;
    this.claimId = claimId;
    this.#knowsLengths = isNew;
    this.#allTaken = new Promise((resolve) => {
      this.#announceAllTaken = () => resolve([]);
    });
  }

  /** Commands that an earlier worker has begun. */
  know(steps: readonly (readonly [number, StepOutcome | null])[]): void {
    for (const [number, outcome] of steps) {
      const step = this.#step(number);
      if (outcome) step.settle(outcome);
    }
  }

  hasBegun(number: number): boolean {
    return this.#steps.has(number);
  }

  /** How a command that an earlier worker has begun ends; null when none has. */
  ofStep(number: number): Promise<StepOutcome> | null {
    return this.#steps.get(number)?.outcome ?? null;
  }

  /** How it ends. @throws SupervisorGone */
  begin(number: number, command: StepCommand, preface: string, note: unknown): Promise<StepOutcome> {
    this.#link.send({ kind: 'begin', claimId: this.claimId, number, command, preface, note });
    return this.#step(number).outcome;
  }

  /** What the worker itself says in the log of a step. */
  write(number: number, text: Buffer | string): void {
    this.#written.add(number);
    this.#knowsLengths = false;
    const { claimId } = this;
    this.#link.send({ kind: 'write', claimId, number }, typeof text === 'string' ? Buffer.from(text) : text);
  }

  endStepLog(number: number): void {
    if (this.#written.delete(number)) this.#link.send({ kind: 'end-step-log', claimId: this.claimId, number });
  }

  watch(isWatched: boolean): void {
    this.#link.send({ kind: 'watch', claimId: this.claimId, isWatched });
  }

  interrupt(interruption: Interruption): void {
    this.#link.send({ kind: 'interrupt', claimId: this.claimId, interruption });
  }

  /** Nobody wants the log any more. */
  dropLog(): void {
    this.#link.send({ kind: 'drop-log', claimId: this.claimId });
  }

  async next(query: LogQuery): Promise<readonly SealedChunk[]> {
    for (const { step, end } of query.taken) this.#taken.set(step, end);
    if (this.isAllTaken) return [];
    // Which may also become known here while the question is under way: nothing has to wait for its answer then.
    return await Promise.race([this.#ask(query), this.#allTaken]);
  }

  /** The log has ended, and the server has all of it. */
  get isAllTaken(): boolean {
    return this.#sizes?.every((size, step) => size <= (this.#taken.get(step) ?? 0)) ?? false;
  }

  async #ask(query: LogQuery): Promise<readonly SealedChunk[]> {
    const { value, bytes } = await this.#link.call({ kind: 'next', claimId: this.claimId, ...query });
    let at = 0;
    return (value as Described[]).map((chunk) => {
      at += chunk.memberBytes;
      return { ...chunk, member: bytes.subarray(at - chunk.memberBytes, at) };
    });
  }

  async flush(): Promise<void> {
    await this.#link.call({ kind: 'flush', claimId: this.claimId });
  }

  /** Nothing more comes: the length of each step's log. Null when only the supervisor knows: then `endLog` says it. */
  lengths(count: number): readonly number[] | null {
    if (!this.#knowsLengths || this.#lengths.size < this.#steps.size) return null;
    return this.#keepSizes(Array.from({ length: count }, (_, index) => this.#lengths.get(index) ?? 0));
  }

  /** The same; and from now on the next worker knows what is left to do. @throws SupervisorGone */
  async endLog(count: number, note: unknown): Promise<readonly number[]> {
    const { value } = await this.#link.call({ kind: 'end-log', claimId: this.claimId, count, note });
    return this.#keepSizes(value as number[]);
  }

  /** The run is over, and so is its log. */
  forget(): void {
    this.#link.sendLater({ kind: 'forget', claimId: this.claimId });
    this.#link.forget(this);
  }

  /** The run is over here; what is unsent of its log is on disk then. @throws SupervisorGone */
  async leave(): Promise<void> {
    await this.#link.call({ kind: 'leave', claimId: this.claimId });
    this.#link.forget(this);
  }

  hear(message: Told): void {
    if (message.kind === 'ended') {
      this.#lengths.set(message.number, message.outcome.logBytes);
      this.#step(message.number).settle(message.outcome);
    } else if (message.kind === 'interrupted') this.onInterrupted(message.interruption);
    else this.onTrouble(message.text);
  }

  /** The supervisor has died. */
  lose(error: Error): void {
    this.#gone = error;
    for (const { fail } of this.#steps.values()) fail(error);
    this.onGone(error);
  }

  #keepSizes(sizes: readonly number[]): readonly number[] {
    this.#sizes = sizes;
    if (this.isAllTaken) this.#announceAllTaken();
    return sizes;
  }

  #step(number: number): Step {
    const there = this.#steps.get(number);
    if (there) return there;
    let settle: Step['settle'] = () => undefined;
    let fail: Step['fail'] = () => undefined;
    const outcome = new Promise<StepOutcome>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    // Who waits hears of it; nobody need.
    outcome.catch(() => undefined);
    if (this.#gone) fail(this.#gone);
    const step = { outcome, settle, fail };
    this.#steps.set(number, step);
    return step;
  }
}
