// Clears up after worker processes that died on this machine: ends what their runs left running, sends results that
// were never taken, and gives up runs that had not ended, so that they are tried again soon.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinishRequest, Step } from '@signalbox/protocol/browser';
import { tryLock } from './lock.ts';
import { RunLog } from './log/run-log.ts';
import { tell } from './own-log.ts';
import { isAlive } from './owner.ts';
import { endTree } from './process/process-tree.ts';
import { deliverResult } from './run/deliver-result.ts';
import { removeTree } from './run/remove-tree.ts';
import { ResultKeeper } from './run/result-keeper.ts';
import type { House } from './run/run.ts';
import { type ClaimRecord, readClaim, readResult, readSteps } from './run/run-directory.ts';

const dayMillis = 86_400_000;

export async function clearLeftovers(house: House, servers: readonly string[], signal: AbortSignal): Promise<void> {
  const names = await readdir(house.runsDir).catch(() => []);
  await Promise.all(
    names
      .filter((name) => !name.endsWith('.lock'))
      .map((name) =>
        clear(join(house.runsDir, name), house, servers, signal).catch((error: unknown) => {
          if (!signal.aborted) house.log.warn(`A leftover run stays: ${tell(error)}`, { directory: name });
        }),
      ),
  );
}

async function clear(path: string, house: House, servers: readonly string[], signal: AbortSignal): Promise<void> {
  const claim = readClaim(path);
  if (claim ? isAlive(claim.owner) : await isYoung(path, 60_000)) return;
  // Several workers may start at the same time.
  const release = await tryLock(`${path}.lock`);
  if (!release) return;
  try {
    if (claim) {
      await endTree({ leader: null, mark: claim.claimId, directory: path, firstId: null }, house.settings.graceSeconds);
      const isOurs = servers.includes(claim.server);
      if (!isOurs && (await isYoung(path, house.settings.leftoverDays * dayMillis))) return;
      if (isOurs) await settle(path, claim, house, signal);
    }
    await removeTree(path);
  } finally {
    await release();
  }
}

async function settle(path: string, claim: ClaimRecord, house: House, signal: AbortSignal): Promise<void> {
  const { link, settings, log, budget } = house;
  const { runId, claimId } = claim;
  const given = new AbortController();
  const stop = () => given.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const runLog = new RunLog({
    link,
    runId,
    claimId,
    directory: path,
    forms: [],
    budget,
    settings,
    log,
    signal: given.signal,
    onLost: () => given.abort(new Error('The claim is lost')),
    onDiskTrouble: () => undefined,
  });
  const kept = readResult(path);
  await runLog.restore();
  log.info(`Run ${runId} of a worker that died: ${kept ? 'its result is sent now' : 'it will be tried again'}`);
  const result = kept ?? lostResult(path, claim, runLog.unsentSizes());
  const keeper = new ResultKeeper({ runId, directory: path, result, runLog, log });
  const delivery = { link, runId, result, keeper, runLog, settings, log };
  try {
    if (await deliverResult({ ...delivery, signal: given.signal })) await runLog.allSent();
    await keeper.settled;
  } catch (error) {
    signal.throwIfAborted();
    if (!given.signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What of its log is on disk is announced, so that it is taken also after the end. */
function lostResult(path: string, { claimId }: ClaimRecord, logBytes: number[]): FinishRequest {
  const text = 'the worker process died in the middle of the run';
  const steps = readSteps(path).map((step): Step => {
    const state = { running: 'errored', waiting: 'skipped' } as const;
    return step.state in state ? { ...step, state: state[step.state as keyof typeof state] } : step;
  });
  return { claimId, verdict: 'errored', reason: { code: 'worker-stopped', text }, steps, logBytes };
}

async function isYoung(path: string, millis: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs < millis;
}
