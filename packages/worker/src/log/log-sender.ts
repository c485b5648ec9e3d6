// Sends what a spool holds, in order, one request at a time, until all of it is taken; the server may be away for hours.
import { type LogChunk, Refused } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import { type OwnLog, tell } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import type { Spool } from './spool.ts';
import type { SealedChunk } from './step-log.ts';

export type LogSenderOptions = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly spool: Spool;
  readonly settings: Settings;
  readonly log: OwnLog;
  readonly signal: AbortSignal;
  readonly onWatched: (isWatched: boolean) => void;
  /** The claim is no longer ours. */
  readonly onLost: () => void;
};

/** The descriptions go in one header, which servers limit to 16 KB. */
const mostChunks = 64;

export class LogSender {
  readonly #options: LogSenderOptions;
  #sending: Promise<void> | null = null;
  #mostBytes: number;
  #gaps = 0;
  #isGivenUp = false;
  /** Chunks of the last request. */
  #count = 0;

  constructor(options: LogSenderOptions) {
    this.#options = options;
    this.#mostBytes = options.settings.logBatchBytes;
  }

  /** There is something to send. */
  wake(): void {
    const { spool, signal } = this.#options;
    if (this.#sending || spool.isEmpty || signal.aborted) return;
    this.#sending = this.#send().finally(() => {
      this.#sending = null;
      this.wake();
    });
  }

  /** Resolves when nothing is left to send, or nobody wants it. */
  async allSent(): Promise<void> {
    while (!this.#options.spool.isEmpty && !this.#options.signal.aborted) {
      this.wake();
      await this.#sending;
    }
  }

  async #send(): Promise<void> {
    const { spool, signal } = this.#options;
    try {
      if (this.#isGivenUp) await spool.forget(() => true);
      while (!spool.isEmpty) {
        const batch = await spool.oldest(this.#mostBytes, mostChunks);
        this.#count = batch.length;
        await this.#append(batch);
        const sent = new Set(batch.map(placeOf));
        await spool.forget((chunk) => sent.has(placeOf(chunk)));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused) return await this.#refused(error);
      await this.#giveUp(`cannot be read from disk: ${tell(error)}`);
    }
  }

  async #append(batch: readonly SealedChunk[]): Promise<void> {
    const { link, runId, claimId, spool, signal } = this.#options;
    const chunks = batch.map(
      ({ step, offset, sizeBytes, lines, memberBytes }): LogChunk => ({ step, offset, sizeBytes, lines, memberBytes }),
    );
    const [only] = batch;
    const body = batch.length === 1 && only ? only.member : Buffer.concat(batch.map(({ member }) => member));
    crashPoint('log-sending');
    const answer = await link.untilAnswered(
      'append-log',
      {
        params: { run: runId },
        headers: { 'x-claim-id': claimId, 'x-log-chunks': JSON.stringify(chunks) },
        body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength),
      },
      // What has to wait, waits on disk.
      { signal, onFailure: () => void spool.flush() },
    );
    crashPoint('log-sent');
    this.#gaps = 0;
    this.#options.onWatched(answer.watched);
  }

  async #refused(refused: Refused): Promise<void> {
    const { spool, onLost } = this.#options;
    if (refused.code === 'claim-lost' || refused.code === 'run-not-found') {
      await spool.forget(() => true);
      return onLost();
    }
    if (refused.code === 'log-gap' && (await this.#closeGap(refused))) return;
    if (refused.code === 'too-large' && this.#count > 1) {
      this.#mostBytes = Math.floor(this.#mostBytes / 2);
      return;
    }
    await this.#giveUp(`is not taken by the server: ${refused.message}`);
  }

  async #giveUp(why: string): Promise<void> {
    const { spool, log, runId } = this.#options;
    this.#isGivenUp = true;
    log.warn(`The rest of the log is given up, for it ${why}`, { run: runId });
    await spool.forget(() => true);
  }

  /** Goes on from where the server is. False when what it lacks is no longer here. */
  async #closeGap({ extra }: Refused): Promise<boolean> {
    const step = Number(extra?.['step'] ?? Number.NaN);
    const expected = Number(extra?.['expected'] ?? Number.NaN);
    if (++this.#gaps > 3 || !Number.isInteger(expected)) return false;
    const { spool } = this.#options;
    const isOfStep = (chunk: LogChunk) => !Number.isInteger(step) || chunk.step === step;
    await spool.forget((chunk) => isOfStep(chunk) && chunk.offset + chunk.sizeBytes <= expected);
    const first = spool.first(isOfStep);
    return first === undefined || first.offset <= expected;
  }
}

const placeOf = ({ step, offset }: LogChunk) => `${step}:${offset}`;
