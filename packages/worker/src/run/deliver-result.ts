// Tells the server how a run ended, for as long as it takes; what cannot be said at once is put on disk first.
import { type FinishRequest, Refused } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import type { LogSender } from '../log/log-sender.ts';
import type { OwnLog } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import type { ResultKeeper } from './result-keeper.ts';

export type Delivery = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly result: FinishRequest;
  readonly keeper: ResultKeeper;
  readonly sender: LogSender;
  /** What must be done before the server hears the verdict. */
  readonly first: () => Promise<void>;
  readonly settings: Settings;
  readonly log: OwnLog;
  readonly signal: AbortSignal;
};

/** False when the claim is lost. The rest of the log may still be on its way afterwards. */
export async function deliverResult(delivery: Delivery): Promise<boolean> {
  const { link, runId, result, keeper, sender, first, settings, log, signal } = delivery;
  const onFailure = () => keeper.keep();
  const timer = setTimeout(onFailure, settings.spoolMillis);
  try {
    // Most logs are short: with the log there first, whoever looks at the verdict finds all of it.
    await atMost(sender.allSent, settings.finishWaitMillis);
    await first();
    await link.untilAnswered('finish', { params: { run: runId }, body: result }, { signal, onFailure });
    crashPoint('finish-answered');
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Refused)) throw error;
    if (error.code === 'already-done') return true;
    if (error.code === 'claim-lost' || error.code === 'run-not-found') return false;
    log.warn(`The server does not take the verdict: ${error.message}`, { run: runId });
    return false;
  } finally {
    clearTimeout(timer);
  }
}

async function atMost(work: Promise<void>, millis: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
