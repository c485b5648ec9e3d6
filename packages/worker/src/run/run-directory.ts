// What lies in the directory of a run: its files, its log, and the memory of its claim, so that the next worker knows whose
// it was.
import { readFileSync, renameSync, writeFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FinishRequest, Step, WorkOrder } from '@signalbox/protocol/browser';
import { type Owner, thisProcess } from '../owner.ts';

export type RunDirectory = {
  readonly path: string;
  readonly workspace: string;
  readonly home: string;
  readonly temporary: string;
};

/** Raised when a field of the claim changes its meaning; a run with another number is given up. */
export const claimFormat = 1;

/** What is known of a run on disk. No secret is in it. */
export type ClaimRecord = {
  /** Not there: written before supervisors were. */
  readonly format?: number;
  readonly runId: number;
  readonly claimId: string;
  readonly jobName: string;
  readonly server: string;
  readonly owner: Owner;
  /** Name of the supervisor that holds it. */
  readonly supervisor?: string | null;
};

/** A claim is this long, so that one can be written over another; a longer one is not written over. */
export const claimBytes = 1_024;

let owner: Owner | null = null;

/** Two servers may both have a run 7, and share this place. */
export function runDirectoryOf(runsDir: string, { runId, claimId }: WorkOrder): RunDirectory {
  const path = join(runsDir, `${runId}-${claimId.slice(0, 8)}`);
  return { path, workspace: join(path, 'work'), home: join(path, 'home'), temporary: join(path, 'tmp') };
}

export function writeClaim(
  path: string,
  { runId, claimId, job }: WorkOrder,
  { server, supervisor }: Pick<ClaimRecord, 'server' | 'supervisor'>,
  isReused: boolean,
): void {
  owner ??= thisProcess();
  const record: ClaimRecord = { format: claimFormat, runId, claimId, jobName: job.name, server, owner, supervisor };
  const file = join(path, 'claim.json');
  const text = JSON.stringify(record).padEnd(claimBytes);
  // Over the claim before it, where there is one: emptying a file first makes ext4 wait for the disk (4 ms).
  writeFileSync(file, text, { flag: isReused ? 'r+' : 'w' });
}

/** Null when there is none, or only half of one. */
export function readClaim(path: string): ClaimRecord | null {
  return readJson<ClaimRecord>(join(path, 'claim.json'));
}

/** The run has ended here; whoever finds this sends it. */
export function writeResult(path: string, result: FinishRequest): void {
  writeFileSync(join(path, 'result.draft'), JSON.stringify(result));
  renameSync(join(path, 'result.draft'), join(path, 'result.json'));
}

export function readResult(path: string): FinishRequest | null {
  return readJson<FinishRequest>(join(path, 'result.json'));
}

/** How the steps stood when somebody was last told. Without it only a reader of a dead worker's run misses something. */
export function writeSteps(path: string, steps: readonly Step[]): void {
  writeFile(join(path, 'steps.json'), JSON.stringify(steps), () => undefined);
}

export function readSteps(path: string): Step[] {
  return readJson<Step[]>(join(path, 'steps.json')) ?? [];
}

/** The supervisor of its steps has given it up, and says why; whoever finds this tells the server. */
export function writeGivenUp(path: string, text: string): void {
  writeFileSync(join(path, 'given-up.json'), JSON.stringify({ text }));
}

export function readGivenUp(path: string): string | null {
  return readJson<{ text: string }>(join(path, 'given-up.json'))?.text ?? null;
}

function readJson<Value>(path: string): Value | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch {
    return null; // Not there, or cut off by the end of its writer: both mean that it was never said.
  }
}
