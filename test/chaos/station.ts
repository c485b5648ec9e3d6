// One process of the world: a server or a worker that is killed, frozen, stopped and started again, always as the same one.
import { setTimeout as after } from 'node:timers/promises';
import { type Program, startProgram } from '../kit/programs.ts';

export type StationOptions = {
  readonly name: string;
  /** What stands behind `signalbox`. */
  readonly args: () => readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What it prints when it is up; `up` hears the line. */
  readonly sign: RegExp;
  readonly up?: (line: string) => void;
};

/** Runs of this process so far, newest last: what each printed is kept for whoever looks for a cause. */
export class Station {
  readonly name: string;
  readonly programs: Program[] = [];
  readonly #options: StationOptions;
  #isWanted = false;
  #isFrozen = false;
  #starting: Promise<void> | undefined;

  constructor(options: StationOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get program(): Program {
    return this.programs.at(-1)!;
  }

  get isUp(): boolean {
    return this.#isWanted && !this.#starting && !this.#isFrozen && this.#lives;
  }

  get #lives(): boolean {
    const child = this.programs.at(-1)?.child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** As a supervisor would: one that ends at its start, because the database is away, is started again. */
  start(more: NodeJS.ProcessEnv = {}): Promise<void> {
    if (this.#isWanted && !this.#starting && this.#lives) return Promise.resolve();
    this.#isWanted = true;
    this.#starting ??= this.#startUntilUp(more).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Ends it as a power cut would. */
  async kill9(): Promise<void> {
    this.#isWanted = false;
    this.#isFrozen = false;
    // One that is told to stop may still be at it, while the next one has begun.
    await Promise.all(this.programs.map((program) => program.kill9()));
    await this.#starting;
  }

  /** Asks it to end, and kills it when that takes too long. */
  async stop(mostSeconds = 15): Promise<void> {
    this.thaw();
    this.#isWanted = false;
    const program = this.programs.at(-1);
    const late = setTimeout(() => program?.child.kill('SIGKILL'), mostSeconds * 1000);
    await program?.stop();
    clearTimeout(late);
    await this.#starting;
  }

  /** It does nothing, and holds all that it has: as on a machine that sleeps. */
  freeze(): void {
    this.#isFrozen = true;
    this.program.child.kill('SIGSTOP');
  }

  thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.program.child.kill('SIGCONT');
  }

  async #startUntilUp(more: NodeJS.ProcessEnv): Promise<void> {
    for (let pauseMs = 200; this.#isWanted; pauseMs = Math.min(pauseMs * 2, 2000)) {
      const { args, env, sign, up } = this.#options;
      const program = startProgram(args(), { env: { ...env, ...more } });
      this.programs.push(program);
      const line = await program.line(sign, 60).catch(() => undefined);
      if (line !== undefined) return up?.(line);
      // One that hangs at its start holds up nothing for ever.
      await program.kill9();
      await after(pauseMs);
    }
  }
}
