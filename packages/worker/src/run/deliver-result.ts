// Tells the server how a run ended, for as long as it takes; what cannot be said at once is put on disk first.
import { type FinishRequest, Refused } from '@signalbox/protocol/browser';
import type { RunLog } from '../log/run-log.ts';
import { type OwnLog, tell } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';
import type { Settings } from '../settings.ts';
import { writeResult } from './run-directory.ts';

export type Delivery = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly directory: string;
  readonly result: FinishRequest;
  readonly runLog: RunLog;
  readonly settings: Settings;
  readonly log: OwnLog;
  readonly signal: AbortSignal;
};

/** False when the claim is lost. The rest of the log may still be on its way afterwards. */
export async function deliverResult(delivery: Delivery): Promise<boolean> {
  const { link, runId, result, runLog, settings, log, signal } = delivery;
  const keep = keeper(delivery);
  const timer = setTimeout(keep, settings.spoolMillis);
  try {
    // Most logs are short: with the log there first, whoever looks at the verdict finds all of it.
    await atMost(runLog.allSent(), settings.finishWaitMillis);
    await link.untilAnswered('finish', { params: { run: runId }, body: result }, { signal, onFailure: keep });
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

/** Puts log and result on disk, once, in this order: a result on disk means that its log is there too. */
export function keeper({ directory, result, runLog, runId, log }: Delivery): () => void {
  let kept = false;
  return () => {
    if (kept) return;
    kept = true;
    runLog
      .toDisk()
      .then(() => writeResult(directory, result))
      .catch((error: unknown) => log.warn(`The result cannot be kept on disk: ${tell(error)}`, { run: runId }));
  };
}

async function atMost(work: Promise<void>, millis: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
