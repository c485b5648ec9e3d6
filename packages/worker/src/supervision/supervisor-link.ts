// The worker's end of the line to one supervisor of steps: questions and their answers, and what is told of each run.
import { SupervisorGone } from '../errors.ts';
import type { Channel } from '../supervisor/channel.ts';
import type { Ask, ListedRun, RunToHold, TakenRun, Tell } from '../supervisor/messages.ts';
import { RunHold } from './run-hold.ts';

export type Answer = { readonly value: unknown; readonly bytes: Buffer };
type Waiting = { resolve(answer: Answer): void; reject(error: Error): void };
type Called<Message> = Message extends { readonly call: number } ? Omit<Message, 'call'> : never;

export class SupervisorLink {
  /** Resolves when the supervisor is gone, or the line was closed here. */
  readonly gone: Promise<void>;
  /** Resolves when its process has ended, as far as that can be seen from here. */
  readonly ended: Promise<void>;
  /** Its own directory's name; null within this process. */
  readonly name: string | null;
  readonly #channel: Channel<Ask, Tell>;
  readonly #calls = new Map<number, Waiting>();
  readonly #holds = new Map<string, RunHold>();
  #lastCall = 0;
  #isGone = false;
  #isClosed = false;

  constructor(channel: Channel<Ask, Tell>, name: string | null, ended: Promise<void> = Promise.resolve()) {
    this.#channel = channel;
    this.name = name;
    this.ended = ended;
    let announce: () => void = () => undefined;
    this.gone = new Promise((resolve) => {
      announce = resolve;
    });
    channel.onMessage = (message, bytes) => this.#hear(message, bytes);
    channel.onClose = () => {
      this.#isGone = true;
      const error = new SupervisorGone();
      for (const { reject } of this.#calls.values()) reject(error);
      for (const hold of this.#holds.values()) hold.lose(error);
      this.#calls.clear();
      announce();
    };
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get isIdle(): boolean {
    return this.#holds.size === 0;
  }

  /** Nothing waits for it. */
  sendLater(ask: Ask): void {
    this.#channel.sendLater(ask);
  }

  send(ask: Ask, bytes?: Buffer): void {
    this.#channel.send(ask, bytes);
  }

  /** @throws SupervisorGone; an error with the supervisor's words */
  call(ask: Called<Ask>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isGone) return reject(new SupervisorGone());
      const call = ++this.#lastCall;
      this.#calls.set(call, { resolve, reject });
      this.#channel.send({ ...ask, call } as Ask);
    });
  }

  open(run: RunToHold): RunHold {
    this.send({ kind: 'open', run });
    // From here on the run outlives this process.
    this.#channel.flush();
    return this.#keep(new RunHold(this, run.claimId, true));
  }

  async list(): Promise<readonly ListedRun[]> {
    return (await this.call({ kind: 'list' })).value as ListedRun[];
  }

  /** Null when another worker was faster, or it is over. */
  async take(claimId: string): Promise<{ hold: RunHold; taken: TakenRun } | null> {
    // Kept before it is asked for: what ends meanwhile is told at once.
    const hold = this.#keep(new RunHold(this, claimId, false));
    try {
      const taken = (await this.call({ kind: 'take', claimId })).value as TakenRun;
      hold.know(taken.steps);
      return { hold, taken };
    } catch (error) {
      this.forget(hold);
      if (error instanceof SupervisorGone) throw error;
      return null;
    }
  }

  forget(hold: RunHold): void {
    if (this.#holds.get(hold.claimId) === hold) this.#holds.delete(hold.claimId);
  }

  /** It was let go of here: that it ends is no surprise. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }

  #keep(hold: RunHold): RunHold {
    this.#holds.set(hold.claimId, hold);
    if (this.#isGone) hold.lose(new SupervisorGone());
    return hold;
  }

  #hear(message: Tell, bytes: Buffer): void {
    if (message.kind === 'answer' || message.kind === 'refusal') {
      const waiting = this.#calls.get(message.call);
      this.#calls.delete(message.call);
      if (message.kind === 'answer') waiting?.resolve({ value: message.value, bytes });
      else waiting?.reject(new Error(message.text));
      return;
    }
    this.#holds.get(message.claimId)?.hear(message);
  }
}
