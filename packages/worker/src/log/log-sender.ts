// Sends the log of a run, in order, one request at a time, until all of it is taken; the server may be away for hours.
import { type LogChunk, Refused } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import { SupervisorGone } from '../errors.ts';
import { type OwnLog, tell } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import { ErrorSender } from './error-sender.ts';
import { type LogSource, type Taken, takenWith } from './log-source.ts';
import type { SealedChunk } from './step-log.ts';

export type LogSenderOptions = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly source: LogSource;
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
  #mostBytes: number;
  #gaps = 0;
  #lastBegan = Number.NEGATIVE_INFINITY;
  #isGivenUp = false;
  readonly #errors: ErrorSender;
  /** Resolves when all of the log is sent, or nobody wants it. */
  readonly allSent: Promise<void>;

  constructor(options: LogSenderOptions) {
    this.#options = options;
    this.#errors = new ErrorSender(options);
    this.#mostBytes = options.settings.logBatchBytes;
    this.allSent = this.#send();
  }

  async #send(): Promise<void> {
    const { signal } = this.#options;
    let taken: readonly Taken[] = [];
    while (!signal.aborted) {
      const batch = await this.#next(taken);
      if (batch.length === 0) return;
      taken = this.#isGivenUp ? takenWith(batch) : await this.#append(batch);
    }
  }

  /** None also when nobody wants it any more, or it cannot be had. */
  async #next(taken: readonly Taken[]): Promise<readonly SealedChunk[]> {
    const { source, signal, settings } = this.#options;
    const gatherMillis = Math.max(0, this.#lastBegan + settings.logGatherMillis - performance.now());
    let stop: (() => void) | undefined;
    const stopped = new Promise<[]>((resolve) => {
      stop = () => resolve([]);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([
        source.next({ taken, mostBytes: this.#mostBytes, mostChunks, gatherMillis }),
        stopped,
      ]);
    } catch (error) {
      // What a dead supervisor has left on disk is sent by another sender.
      if (!signal.aborted && !(error instanceof SupervisorGone)) this.#giveUp(`cannot be read: ${tell(error)}`);
      return [];
    } finally {
      if (stop) signal.removeEventListener('abort', stop);
    }
  }

  /** What the server has then. */
  async #append(batch: readonly SealedChunk[]): Promise<readonly Taken[]> {
    const { link, runId, claimId, source, signal, onWatched } = this.#options;
    const chunks = batch.map(
      ({ step, offset, sizeBytes, lines, memberBytes }): LogChunk => ({ step, offset, sizeBytes, lines, memberBytes }),
    );
    const [only] = batch;
    const body = batch.length === 1 && only ? only.member : Buffer.concat(batch.map(({ member }) => member));
    const call = {
      params: { run: runId },
      headers: { 'x-claim-id': claimId, 'x-log-chunks': JSON.stringify(chunks) },
      body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength),
    };
    crashPoint('log-sending');
    this.#lastBegan = performance.now();
    try {
      // What has to wait, waits on disk; what cannot (its supervisor is gone) is told when the next is asked for.
      const onFailure = () => void source.flush().catch(() => undefined);
      // What was found in the text counts as sent with it: it is not forgotten before both are there.
      const [answer] = await Promise.all([
        link.untilAnswered('append-log', call, { signal, onFailure }),
        this.#errors.send(batch, onFailure),
      ]);
      this.#gaps = 0;
      onWatched(answer.watched);
      crashPoint('log-sent');
      return takenWith(batch);
    } catch (error) {
      if (signal.aborted) return [];
      if (error instanceof Refused) return this.#refused(error, batch);
      throw error;
    }
  }

  #refused(refused: Refused, batch: readonly SealedChunk[]): readonly Taken[] {
    if (refused.code === 'claim-lost' || refused.code === 'run-not-found') {
      this.#isGivenUp = true;
      this.#options.onLost();
      return takenWith(batch);
    }
    if (refused.code === 'too-large' && batch.length > 1) {
      this.#mostBytes = Math.floor(this.#mostBytes / 2);
      return [];
    }
    const there = refused.code === 'log-gap' ? this.#closeGap(refused, batch) : null;
    if (there) return [there];
    this.#giveUp(`is not taken by the server: ${refused.message}`);
    return takenWith(batch);
  }

  /** Goes on from where the server is. Null when what it lacks is no longer here. */
  #closeGap({ extra }: Refused, batch: readonly SealedChunk[]): Taken | null {
    const [first] = batch;
    const step = Number(extra?.['step'] ?? first?.step ?? Number.NaN);
    const end = Number(extra?.['expected'] ?? Number.NaN);
    if (++this.#gaps > 3 || !Number.isInteger(step) || !Number.isInteger(end)) return null;
    const oldest = batch.find((chunk) => chunk.step === step);
    return oldest && oldest.offset > end ? null : { step, end };
  }

  #giveUp(why: string): void {
    const { log, runId } = this.#options;
    this.#isGivenUp = true;
    log.warn(`The rest of the log is given up, for it ${why}`, { run: runId });
  }
}
