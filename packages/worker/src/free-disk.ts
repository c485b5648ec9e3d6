// Whether there is disk enough to take work. What is wrong is said once, and once more when it is over.
import { statfs } from 'node:fs/promises';
import type { OwnLog } from './own-log.ts';

/** How often the disk is looked at while there is enough of it. */
const lookMillis = 2_000;

export class FreeDisk {
  readonly #directory: string;
  readonly #minFreeBytes: number;
  readonly #log: OwnLog;
  #isShort = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(directory: string, minFreeBytes: number, log: OwnLog) {
    this.#directory = directory;
    this.#minFreeBytes = minFreeBytes;
    this.#log = log;
  }

  /** Something has found the disk full: what was seen of it a moment ago does not count. */
  lookAgain(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  async isEnough(): Promise<boolean> {
    if (!this.#isShort && performance.now() - this.#lookedAt < lookMillis) return true;
    this.#lookedAt = performance.now();
    const { bavail, bsize } = await statfs(this.#directory);
    const isShort = bavail * bsize < this.#minFreeBytes;
    if (isShort !== this.#isShort) this.#say(isShort);
    this.#isShort = isShort;
    return !isShort;
  }

  #say(isShort: boolean): void {
    if (!isShort) {
      this.#log.info('There is disk again: work is taken');
      return;
    }
    const needed = `${this.#minFreeBytes} bytes are free in ${this.#directory} (SIGNALBOX_WORKER_MIN_FREE_BYTES)`;
    this.#log.warn(`The disk is full: no work is taken until ${needed}`);
  }
}
