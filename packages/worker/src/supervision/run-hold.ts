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
  /** Steps in whose log the worker itself has said something. */
  readonly #written = new Set<number>();
  #gone: Error | null = null;

  constructor(link: SupervisorLink, claimId: string, steps: readonly (readonly [number, StepOutcome | null])[]) {
    this.#link = link;
    this.claimId = claimId;
    this.know(steps);
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
    // Known here: asking would make the verdict wait for the answer.
    if (this.#sizes?.every((size, step) => size <= (this.#taken.get(step) ?? 0))) return [];
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

  /** Nothing more comes. The length of each step's log. */
  async endLog(count: number, note: unknown): Promise<readonly number[]> {
    const { value } = await this.#link.call({ kind: 'end-log', claimId: this.claimId, count, note });
    this.#sizes = value as number[];
    return this.#sizes;
  }

  /** The run is over: the supervisor forgets it. */
  async close(keepsLog: boolean): Promise<void> {
    await this.#link.call({ kind: 'close', claimId: this.claimId, keepsLog });
    this.#link.forget(this);
  }

  hear(message: Told): void {
    if (message.kind === 'ended') this.#step(message.number).settle(message.outcome);
    else if (message.kind === 'interrupted') this.onInterrupted(message.interruption);
    else this.onTrouble(message.text);
  }

  /** The supervisor has died. */
  lose(error: Error): void {
    this.#gone = error;
    for (const { fail } of this.#steps.values()) fail(error);
    this.onGone(error);
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
