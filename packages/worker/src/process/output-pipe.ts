// One real pipe for both outputs of a process, so that their order is kept. Node's own "pipe" is a socket: two of them
// lose the order, and on Linux `echo >/dev/stderr` fails on a socket. Named pipes are made 32 at a time by one
// `mkfifo` and lose their name as soon as both ends are open. Linux only; elsewhere Node's own pipes have to do.
import { execFile } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { codeOf } from '../errors.ts';

export type OutputPipe = {
  /** To be given to the process, and closed here once it has it. */
  readonly writeFd: number;
  readonly output: Readable;
};

const batch = 32;

export class PipeShelf {
  readonly #directory: string;
  #ready: string[] = [];
  #made = 0;
  #making: Promise<void> | null = null;
  #usable = process.platform === 'linux';

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Null where there are no named pipes. */
  async take(): Promise<OutputPipe | null> {
    if (!this.#usable) return null;
    if (this.#ready.length === 0) await this.#make();
    const name = this.#ready.pop();
    if (this.#ready.length < batch / 4) void this.#make();
    return name ? openBoth(name) : null;
  }

  async close(): Promise<void> {
    await this.#making;
    this.#usable = false;
    this.#ready = [];
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #make(): Promise<void> {
    this.#making ??= this.#makeBatch().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #makeBatch(): Promise<void> {
    try {
      mkdirSync(this.#directory, { recursive: true });
      const names = Array.from({ length: batch }, () => join(this.#directory, String(this.#made++)));
      await promisify(execFile)('mkfifo', ['-m', '600', '--', ...names]);
      this.#ready.push(...names);
    } catch (error) {
      // Node's own pipes have to do: from now on where there is no mkfifo, else for this step.
      this.#usable &&= codeOf(error) !== 'ENOENT';
    }
  }
}

function openBoth(name: string): OutputPipe {
  const readFd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writeFd = openSync(name, constants.O_WRONLY);
    return { writeFd, output: new Socket({ fd: readFd, readable: true, writable: false }) };
  } catch (error) {
    closeSync(readFd);
    throw error;
  } finally {
    unlinkSync(name);
  }
}
