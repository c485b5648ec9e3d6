// Holds runs for workers that come and go. It ends when no worker is there and no run is left, and it gives up runs that
// no worker has taken up for too long.
import { existsSync } from 'node:fs';
import { FormSearch } from '../log/form-search.ts';
import { secretForms } from '../log/secret-forms.ts';
import { SpoolBudget } from '../log/spool-budget.ts';
import { tell as textOf } from '../own-log.ts';
import type { Owner } from '../owner.ts';
import { PipeShelf } from '../process/output-pipe.ts';
import { writeGivenUp } from '../run/run-directory.ts';
import type { Settings } from '../settings.ts';
import type { Channel } from './channel.ts';
import { HeldRun } from './held-run.ts';
import type { Ask, Interruption, ListedRun, Tell } from './messages.ts';
import { done, obey, type Reply } from './run-deeds.ts';

export type SupervisorOptions = {
  readonly pipesDirectory: string;
  /** When this is gone, nobody will ever come: the data directory was removed. */
  readonly sign: string | null;
  readonly onIdle: () => void;
  readonly onFault: (error: unknown) => void;
};

/** A worker that is connected. */
type Guest = {
  readonly tell: (message: Tell, bytes?: Buffer) => void;
  owner: Owner | null;
  /** What no log may show of the worker itself. */
  own: FormSearch;
};

const signMillis = 2_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #runs = new Map<string, HeldRun>();
  readonly #guests = new Set<Guest>();
  readonly #pipes: PipeShelf;
  #settings: Settings | null = null;
  #budget = new SpoolBudget(0);
  #orphans = new Map<HeldRun, NodeJS.Timeout>();
  #looking: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#pipes = new PipeShelf(options.pipesDirectory);
  }

  attach(channel: Channel<Tell, Ask>): void {
    const tell: Guest['tell'] = (message, bytes) => channel.send(message, bytes);
    const guest: Guest = { tell, owner: null, own: new FormSearch([]) };
    this.#guests.add(guest);
    channel.onMessage = (ask, bytes) => {
      try {
        this.#hear(guest, ask, bytes);
      } catch (error) {
        this.#options.onFault(error);
        channel.close();
      }
    };
    channel.onClose = () => {
      this.#guests.delete(guest);
      for (const held of this.#runs.values()) if (held.tell === guest.tell) this.#orphan(held);
      this.#lookIdle();
    };
  }

  /** The machine goes down: everything is ended, and what of the logs is in memory goes to disk. */
  async end(): Promise<void> {
    const text = 'the machine of the worker, or the supervisor of its steps, was shut down';
    await Promise.all([...this.#runs.values()].map((held) => this.#giveUp(held, text)));
    await this.#pipes.close();
  }

  #hear(guest: Guest, ask: Ask, bytes: Buffer): void {
    if (ask.kind === 'hello') this.#greet(guest, ask);
    else if (ask.kind === 'open') this.#open(guest, ask.run);
    else {
      const reply = this.#replyTo(guest, ask, bytes);
      if (!reply) return;
      if ('call' in ask) this.#answer(guest, ask.call, reply);
      else reply.catch(this.#options.onFault);
    }
  }

  #replyTo(guest: Guest, ask: Exclude<Ask, { kind: 'hello' | 'open' }>, bytes: Buffer): Promise<Reply> | undefined {
    if (ask.kind === 'list') return Promise.resolve({ value: this.#list() });
    const held = this.#runs.get(ask.claimId);
    if (ask.kind === 'take') return this.#take(guest, held);
    // Another worker has taken it up meanwhile, or it is over.
    if (!held || held.tell !== guest.tell) {
      return 'call' in ask ? Promise.reject(new Error('this run is not held here for you')) : undefined;
    }
    if (ask.kind === 'leave') return this.#close(held, true);
    return ask.kind === 'forget' ? this.#close(held, false) : obey(held, ask, bytes);
  }

  /** The worker that has started it comes first, and says which limits hold. */
  #greet(guest: Guest, { owner, settings, secrets }: Extract<Ask, { kind: 'hello' }>): void {
    guest.owner = owner;
    guest.own = new FormSearch(secretForms(secrets));
    if (this.#settings) return;
    this.#settings = settings;
    this.#budget = new SpoolBudget(settings.spoolBytes);
  }

  #open(guest: Guest, run: HeldRun['run']): void {
    if (!this.#settings) throw new Error('A run came before the limits');
    const { own, tell } = guest;
    const held = new HeldRun({ run, settings: this.#settings, budget: this.#budget, pipes: this.#pipes, own });
    held.tell = tell;
    this.#runs.set(run.claimId, held);
  }

  #list(): ListedRun[] {
    return [...this.#runs.values()].map(({ tell, run: { claimId, runId, server, worker } }) => {
      const guest = [...this.#guests].find((each) => each.tell === tell);
      return { claimId, runId, server, worker, holder: guest?.owner ?? null };
    });
  }

  async #take(guest: Guest, held: HeldRun | undefined): Promise<Reply> {
    const timer = held && this.#orphans.get(held);
    if (!held || !timer) throw new Error('another worker has it, or it is over');
    clearTimeout(timer);
    this.#orphans.delete(held);
    return { value: held.take(guest.tell, guest.own) };
  }

  #answer(guest: Guest, call: number, reply: Promise<Reply>): void {
    reply.then(
      ({ value, bytes }) => guest.tell({ kind: 'answer', call, value }, bytes),
      (error: unknown) => guest.tell({ kind: 'refusal', call, text: textOf(error) }),
    );
  }

  async #close(held: HeldRun, keepsLog: boolean): Promise<Reply> {
    if (held.isBusy) held.interrupt(stopped('the run was closed'));
    await held.idle();
    held.log.end(0);
    await (keepsLog ? held.log.flush() : held.log.drop());
    this.#runs.delete(held.run.claimId);
    this.#lookIdle();
    return done;
  }

  /** Its worker has gone. The next one takes it up, or nobody does. */
  #orphan(held: HeldRun): void {
    held.tell = null;
    held.log.watch(false);
    const { orphanSeconds } = this.#settings!;
    const text = `the worker process ended, and no next one took the run up within ${orphanSeconds} s`;
    const timer = setTimeout(() => void this.#giveUp(held, text), Math.min(orphanSeconds * 1_000, 2 ** 31 - 1));
    this.#orphans.set(held, timer);
    this.#looking ??= setInterval(() => this.#lookForSign(), signMillis);
  }

  /** What is said of it is for the next worker, which tells the server. */
  async #giveUp(held: HeldRun, text: string): Promise<void> {
    held.tell = null;
    clearTimeout(this.#orphans.get(held));
    this.#orphans.delete(held);
    held.interrupt(stopped(text));
    await held.idle();
    held.log.end(0);
    await this.#leaveWord(held, text);
    this.#runs.delete(held.run.claimId);
    this.#lookIdle();
  }

  async #leaveWord({ log, run: { directory } }: HeldRun, text: string): Promise<void> {
    // Somebody may have removed it, and nothing is made anew then.
    if (!existsSync(directory)) return;
    await log.flush();
    try {
      writeGivenUp(directory, text);
    } catch (error) {
      this.#options.onFault(error); // The disk is full: the next worker gives a reason of its own.
    }
  }

  #lookForSign(): void {
    const { sign } = this.#options;
    if (this.#orphans.size === 0) {
      clearInterval(this.#looking);
      this.#looking = undefined;
    } else if (sign && !existsSync(sign)) {
      for (const held of [...this.#orphans.keys()]) void this.#giveUp(held, 'the data directory was removed');
    }
  }

  #lookIdle(): void {
    if (this.#guests.size > 0 || this.#runs.size > 0) return;
    clearInterval(this.#looking);
    void this.#pipes.close().then(this.#options.onIdle);
  }
}

function stopped(text: string): Interruption {
  return { kind: 'stopped', reason: { code: 'worker-stopped', text } };
}
