// Clears up after runs that no supervisor holds any more, as after a reboot: ends what they left running, sends results that
// were never taken, and gives up runs that had not ended, so that they are tried again soon.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinishRequest, Step } from '@signalbox/protocol/browser';
import { tryLock } from './lock.ts';
import { tell } from './own-log.ts';
import { isAlive } from './owner.ts';
import { endTree } from './process/process-tree.ts';
import { removeTree } from './run/remove-tree.ts';
import type { House } from './run/run.ts';
import { type ClaimRecord, claimFormat, readClaim, readGivenUp, readResult, readSteps } from './run/run-directory.ts';
import { settle } from './run/settle.ts';

export type Leftovers = {
  readonly house: House;
  readonly servers: readonly string[];
  /** Claims of runs that go on. */
  readonly held: ReadonlySet<string>;
  /** Names of supervisors that were ended for their version. */
  readonly strange: ReadonlySet<string>;
  readonly signal: AbortSignal;
};

const dayMillis = 86_400_000;

export async function clearLeftovers(leftovers: Leftovers): Promise<void> {
  const { house, signal } = leftovers;
  const names = await readdir(house.runsDir).catch(() => []);
  await Promise.all(
    names
      .filter((name) => !name.endsWith('.lock'))
      .map((name) =>
        clear(join(house.runsDir, name), leftovers).catch((error: unknown) => {
          if (!signal.aborted) house.log.warn(`A leftover run stays: ${tell(error)}`, { directory: name });
        }),
      ),
  );
}

async function clear(path: string, leftovers: Leftovers): Promise<void> {
  const { house, servers, held } = leftovers;
  const claim = readClaim(path);
  if (claim ? isAlive(claim.owner) || held.has(claim.claimId) : await isYoung(path, 60_000)) return;
  // Several workers may start at the same time.
  const release = await tryLock(`${path}.lock`);
  if (!release) return;
  try {
    if (claim) {
      await endTree({ leader: null, mark: claim.claimId, directory: path, firstId: null }, house.settings.graceSeconds);
      const isOurs = servers.includes(claim.server);
      if (!isOurs && (await isYoung(path, house.settings.leftoverDays * dayMillis))) return;
      if (isOurs) await settleLeft(path, claim, leftovers);
    }
    await removeTree(path);
  } finally {
    await release();
  }
}

async function settleLeft(path: string, claim: ClaimRecord, { house, strange, signal }: Leftovers): Promise<void> {
  const { runId, claimId } = claim;
  const kept = readResult(path);
  const text = whyLost(path, claim, strange);
  house.log.info(`Run ${runId}: ${kept ? 'its result is sent now' : `it will be tried again, for ${text}`}`);
  const result = (logBytes: number[]) => kept ?? lostResult(path, claim, text, logBytes);
  await settle({ runId, claimId, path, result, house, signal });
}

function whyLost(path: string, { format, supervisor }: ClaimRecord, strange: ReadonlySet<string>): string {
  if (supervisor && strange.has(supervisor)) {
    return 'the worker was replaced by another version, which cannot take up the runs of the one before';
  }
  if (format !== undefined && format !== claimFormat) {
    return 'the worker was replaced by another version, which does not understand what the one before has written';
  }
  return readGivenUp(path) ?? 'the worker process and the supervisor of its steps died in the middle of the run';
}

function lostResult(path: string, { claimId }: ClaimRecord, text: string, logBytes: number[]): FinishRequest {
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
