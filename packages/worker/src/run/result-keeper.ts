// Puts the log and the result of a run on disk when the server does not take them at once, in this order: a result on
// disk means that its log is there too.
import type { FinishRequest } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import type { LogSource } from '../log/log-source.ts';
import { type OwnLog, tell } from '../own-log.ts';
import { writeResult } from './run-directory.ts';

export type KeeperOptions = {
  readonly runId: number;
  /** Of the run. */
  readonly directory: string;
  readonly result: FinishRequest;
  readonly source: LogSource;
  readonly log: OwnLog;
};

export class ResultKeeper {
  readonly #options: KeeperOptions;
  /** Resolves when nothing is being written any more. */
  settled: Promise<void> | null = null;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Once; a repeat does nothing. */
  keep(): void {
    this.settled ??= this.#write();
  }

  async #write(): Promise<void> {
    const { source, directory, result, log, runId } = this.#options;
    try {
      await source.flush();
      writeResult(directory, result);
      crashPoint('result-kept');
    } catch (error) {
      log.warn(`The result cannot be kept on disk: ${tell(error)}`, { run: runId });
    }
  }
}
