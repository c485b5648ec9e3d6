// Runs one command with limits, hands over its output, and leaves nothing of it behind: whatever it started is ended
// before this returns.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { PipeShelf } from './output-pipe.ts';
import { endTree, lastProcessId } from './process-tree.ts';

export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Found in `env`: what carries it belongs to the run. */
  readonly mark: string;
  /** Everything that works below this belongs to the run too. */
  readonly runDirectory: string;
  readonly timeoutSeconds?: number;
  /** Longest time without output. */
  readonly silentSeconds?: number;
  readonly graceSeconds: number;
  readonly lastOutputSeconds: number;
  readonly pipes: PipeShelf;
  /** A promise holds the command until there is room for more. */
  readonly onOutput: (bytes: Buffer) => Promise<void> | undefined;
  readonly signal: AbortSignal;
  /** On Windows: `args` are a command line already. */
  readonly verbatim?: boolean;
};

export type Ending = {
  readonly how: 'exited' | 'timed-out' | 'silent' | 'interrupted';
  readonly exitCode: number;
};

/** While a command is younger than this, process ids cannot have started over. */
const youngMillis = 5_000;

/** @throws what spawn throws: the program is not there, or the system has no room for another process */
export async function runCommand(command: Command): Promise<Ending> {
  const pipe = await command.pipes.take();
  const firstId = lastProcessId();
  let child: ChildProcess;
  try {
    child = spawn(command.program, command.args, {
      cwd: command.directory,
      env: command.env as NodeJS.ProcessEnv,
      stdio: pipe ? ['ignore', pipe.writeFd, pipe.writeFd] : ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: command.verbatim ?? false,
    });
  } catch (error) {
    pipe?.output.destroy();
    throw error;
  } finally {
    if (pipe) closeSync(pipe.writeFd);
  }
  const outputs = pipe ? [pipe.output] : [child.stdout!, child.stderr!];
  const quiet = new Quiet();
  const silent = quiet.limit(command.silentSeconds);
  const closed = Promise.all(outputs.map((output) => read(output, command, quiet)));
  const startedAt = performance.now();
  const end = () => {
    const isYoung = performance.now() - startedAt < youngMillis && firstId !== null && (child.pid ?? 0) > firstId;
    const { mark, runDirectory: directory } = command;
    return endTree(
      { leader: child.pid ?? null, mark, directory, firstId: isYoung ? firstId : null },
      command.graceSeconds,
    );
  };
  try {
    const ending = await untilItEnds(child, command, silent, end);
    await end();
    // Somebody out of reach may still hold the pipe open.
    await Promise.race([closed, quiet.limit(command.lastOutputSeconds)]);
    return ending;
  } finally {
    quiet.limit(undefined);
    for (const output of outputs) output.destroy();
  }
}

/** Waits for the exit, or brings it about. */
async function untilItEnds(
  child: ChildProcess,
  command: Command,
  silent: Promise<void>,
  end: () => Promise<void>,
): Promise<Ending> {
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const forced = new Promise<Ending['how']>((resolve) => {
    void silent.then(() => resolve('silent'));
    if (command.timeoutSeconds) timer = setTimeout(() => resolve('timed-out'), timerMillis(command.timeoutSeconds));
    stop = () => resolve('interrupted');
    if (command.signal.aborted) stop();
    else command.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    const how = await Promise.race([exit.then(() => 'exited' as const), forced]);
    if (how === 'exited') return { how, exitCode: await exit };
    await end();
    return { how, exitCode: await Promise.race([exit, killedAfter(command.graceSeconds)]) };
  } finally {
    clearTimeout(timer);
    if (stop) command.signal.removeEventListener('abort', stop);
  }
}

/** A timer of more than 24 days would ring at once. */
export function timerMillis(seconds: number): number {
  return Math.min(seconds * 1_000, 2 ** 31 - 1);
}

/** A process that hangs in the system does not end even when it is killed. */
function killedAfter(seconds: number): Promise<number> {
  return new Promise((resolve) => setTimeout(() => resolve(128 + constants.signals.SIGKILL), seconds * 1_000).unref());
}

/** Time without output. Time for which the worker itself holds the output back does not count. */
class Quiet {
  #timer: NodeJS.Timeout | undefined;
  #seconds: number | undefined;
  #isHeld = false;
  #announce: () => void = () => undefined;

  /** Resolves when it has been quiet for so long from now on; never when the limit is changed before. */
  limit(seconds: number | undefined): Promise<void> {
    this.#seconds = seconds;
    return new Promise((resolve) => {
      this.#announce = resolve;
      this.#restart();
    });
  }

  heard(): void {
    this.#isHeld = false;
    this.#restart();
  }

  hold(): void {
    this.#isHeld = true;
    clearTimeout(this.#timer);
  }

  #restart(): void {
    clearTimeout(this.#timer);
    if (this.#seconds === undefined || this.#isHeld) return;
    this.#timer = setTimeout(this.#announce, timerMillis(this.#seconds));
  }
}

/** Resolves when every writer has closed its end. */
function read(output: Readable, command: Command, quiet: Quiet): Promise<void> {
  return new Promise((resolve) => {
    output.on('data', (bytes: Buffer) => {
      quiet.heard();
      const room = command.onOutput(bytes);
      if (!room) return;
      output.pause();
      quiet.hold();
      void room.then(() => {
        quiet.heard();
        output.resume();
      });
    });
    // A read error ends the output as its end does; what came before is kept.
    output.on('error', () => resolve());
    output.on('close', () => resolve());
  });
}
