// Sends what a run has left on disk when the supervisor of its steps is gone: its result, and what of its log was kept.
import type { FinishRequest } from '@signalbox/protocol/browser';
import { FormSearch } from '../log/form-search.ts';
import { LogSender } from '../log/log-sender.ts';
import { RunLog } from '../log/run-log.ts';
import { deliverResult } from './deliver-result.ts';
import { ResultKeeper } from './result-keeper.ts';
import type { House } from './run.ts';

export type Settlement = {
  readonly runId: number;
  readonly claimId: string;
  /** Of the run. */
  readonly path: string;
  /** It announces as much of the log as is there, so that this is taken also after the end. */
  readonly result: (logBytes: number[]) => FinishRequest;
  readonly house: House;
  readonly signal: AbortSignal;
};

/** @throws the signal's reason */
export async function settle({ runId, claimId, path, result, house, signal }: Settlement): Promise<void> {
  const { link, settings, log, budget } = house;
  const given = new AbortController();
  const stop = () => given.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const source = new RunLog({
    directory: path,
    hidden: () => new FormSearch([]),
    budget,
    settings,
    onDiskTrouble: () => undefined,
  });
  const finish = result(await source.restore());
  const wire = { link, runId, claimId, settings, log, signal: given.signal };
  const onLost = () => given.abort(new Error('The claim is lost'));
  const sender = new LogSender({ ...wire, source, onWatched: () => undefined, onLost });
  const keeper = new ResultKeeper({ runId, directory: path, result: finish, source, log });
  try {
    if (await deliverResult({ ...wire, result: finish, keeper, sender, first: async () => undefined }))
      await sender.allSent;
    await keeper.settled;
  } catch (error) {
    signal.throwIfAborted();
    if (!given.signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    given.abort();
  }
}
