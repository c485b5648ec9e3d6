// A program that `start` keeps running: started again with growing pauses when it ends by itself, its output in a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ownCommand } from '../own-command.ts';
import { openLogFile } from './log-file.ts';

export type ChildOptions = {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Every line that it prints. */
  readonly onLine: (line: string) => void;
  /** It ended by itself; it is started again after so many seconds. */
  readonly onCrash: (how: string, againInSeconds: number) => void;
  /** A piece of its log could not be written. */
  readonly onLogTrouble: (error: Error) => void;
  readonly onStart: (pid: number) => void;
};

/** A child that lived so long starts with the shortest pause again. */
const steadySeconds = 30;
const longestPauseSeconds = 30;
const largestLogBytes = 16 * 1024 * 1024;

export class Child {
  readonly options: ChildOptions;
  /** The last lines that it printed, for whoever asks why it ended. */
  readonly lastLines: string[] = [];
  private process: ChildProcess | undefined;
  private readonly stopping = new AbortController();
  private readonly kept: Promise<void>;
  private firstEnd: (how: string) => void = () => {};
  /** Resolves when it ends for the first time, with how. */
  readonly endedFirst: Promise<string> = new Promise((resolve) => {
    this.firstEnd = resolve;
  });

  constructor(options: ChildOptions) {
    this.options = options;
    this.kept = this.keep();
  }

  /** Asks it to end; asked again, a worker gives up its runs and a server its requests. */
  askToStop(): void {
    this.stopping.abort();
    if (this.process?.connected) this.process.send('stop', () => {});
  }

  /** Ends it without asking. */
  kill(): void {
    this.stopping.abort();
    this.process?.kill('SIGKILL');
  }

  /** Resolves once it has ended and is not started again; false when that took longer. */
  async ended(seconds: number): Promise<boolean> {
    const timer = new AbortController();
    const late = pause(seconds * 1000, false, { signal: timer.signal }).catch(() => false);
    const done = await Promise.race([this.kept.then(() => true), late]);
    timer.abort();
    return done;
  }

  private async keep(): Promise<void> {
    for (let crashes = 0; ; ) {
      const startedAt = performance.now();
      const how = await this.runOnce();
      this.firstEnd(how);
      if (this.stopping.signal.aborted) return;
      crashes = performance.now() - startedAt > steadySeconds * 1000 ? 1 : crashes + 1;
      const seconds = Math.min(0.5 * 2 ** (crashes - 1), longestPauseSeconds);
      this.options.onCrash(how, seconds);
      await pause(seconds * 1000, undefined, { signal: this.stopping.signal }).catch(() => {});
      if (this.stopping.signal.aborted) return;
    }
  }

  private async runOnce(): Promise<string> {
    const { args, env, logFile, onLine, onStart } = this.options;
    const log = openLogFile(logFile, largestLogBytes, this.options.onLogTrouble);
    const [command = '', ...words] = ownCommand(args);
    const child = spawn(command, words, {
      env,
      // A group of its own: Ctrl-C in the terminal is for `start`, which then stops its children in order.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
    });
    this.process = child;
    if (child.pid) onStart(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      stream.pipe(log, { end: false });
      createInterface({ input: stream }).on('line', (line) => {
        this.lastLines.push(line);
        if (this.lastLines.length > 20) this.lastLines.shift();
        onLine(line);
      });
    }
    const how = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ? `by ${signal}` : `with exit code ${code}`));
    });
    this.process = undefined;
    log.end();
    return how;
  }
}
