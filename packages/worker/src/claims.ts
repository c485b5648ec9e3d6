// Asks for work while a slot is free: one long call at a time, and the same claim id again until it is answered, so
// that a lost answer loses no run.
import { randomUUID } from 'node:crypto';
import { type ClaimAnswer, type FinishRequest, Refused, type WorkOrder } from '@signalbox/protocol/browser';
import { crashPoint } from './crash-point.ts';
import { type OwnLog, tell } from './own-log.ts';
import { HandedOver } from './run/outcome.ts';
import { pause, type ServerLink } from './server-link.ts';
import type { Settings } from './settings.ts';

export type ClaimsOptions = {
  readonly link: ServerLink;
  readonly settings: Settings;
  readonly log: OwnLog;
  /** Ends the asking; a claim that is under way is cleared up first. */
  readonly signal: AbortSignal;
  readonly workerId: () => number;
  readonly register: () => Promise<void>;
  /** Resolves when another run may begin. */
  readonly slot: () => Promise<void>;
  readonly begin: (order: WorkOrder) => void;
  /** Resolves when the server has heard that no more work is taken, or cannot hear it. */
  readonly signedOff: Promise<void>;
};

/** A server that has nothing and does not wait, as one that drains, is not asked again at once. */
const restMillis = 1_000;

/** Resolves when the signal has ended it. */
export async function claimWork(options: ClaimsOptions): Promise<void> {
  const { signal, log, register } = options;
  let said = '';
  while (!signal.aborted) {
    await options.slot();
    if (signal.aborted) return;
    const claimId = randomUUID();
    const askedAt = performance.now();
    try {
      const { order, hold } = await ask(options, claimId);
      const why = hold ? `On hold (${hold.kind}), so it gets no work: ${hold.reason}` : '';
      if (why !== said) log.warn(why || 'No longer on hold');
      said = why;
      if (order) crashPoint('claim-answered');
      if (order) options.begin(order);
      else if (performance.now() - askedAt < restMillis) await pause(restMillis, signal).catch(() => undefined);
    } catch (error) {
      if (signal.aborted) return await clearUp(options, claimId);
      if (error instanceof Refused && error.code === 'not-found') await register().catch(unlessAborted(signal));
      else log.warn(`No work can be claimed: ${tell(error)}`);
      await pause(options.settings.retryMillis, signal).catch(() => undefined);
    }
  }
}

async function ask({ link, settings, signal, workerId }: ClaimsOptions, claimId: string): Promise<ClaimAnswer> {
  const waitSeconds = Math.min(60, settings.claimWaitSeconds);
  const call = { params: { worker: workerId() }, body: { claimId, waitSeconds } };
  return link.untilAnswered('claim', call, { signal, waitSeconds });
}

/** Being asked to end while registering anew is no mistake: there is nothing to register for. */
function unlessAborted(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}

/**
 * The call was given up, and perhaps it has been answered: a run that waits for us there is given back, to be tried
 * elsewhere now. Asked before the server knows that we end, it could give us a new one. When runs are handed over, that is
 * as welcome as the others: it begins, and the next worker takes it up.
 */
async function clearUp(options: ClaimsOptions, claimId: string): Promise<void> {
  const { link, workerId, signedOff, log, settings } = options;
  const isHandedOver = options.signal.reason instanceof HandedOver;
  const signal = AbortSignal.timeout((isHandedOver ? settings.handOverSeconds : settings.stopSeconds) * 1_000);
  if (!isHandedOver) await signedOff;
  try {
    const call = { params: { worker: workerId() }, body: { claimId, waitSeconds: 0 } };
    const { order } = await link.untilAnswered('claim', call, { signal });
    if (!order) return;
    if (isHandedOver) return options.begin(order);
    const reason = { code: 'worker-stopped', text: 'the worker was stopped before the run began' } as const;
    const body: FinishRequest = { claimId, verdict: 'errored', reason, steps: [], logBytes: [] };
    await link.untilAnswered('finish', { params: { run: order.runId }, body }, { signal });
    log.info(`Run ${order.runId}: given back, it had not begun`);
  } catch (error) {
    if (!(error instanceof Refused)) log.warn(`The last request for work stays unanswered: ${tell(error)}`);
  }
}
