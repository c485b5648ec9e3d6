// The directory of a run: where its files, its log and the memory of its claim are, so that a worker that died can be
// cleaned up after by the next one.
import { mkdirSync, readFileSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FinishRequest, WorkOrder } from '@signalbox/protocol/browser';
import { type Owner, thisProcess } from '../owner.ts';
import { removeTree } from './remove-tree.ts';

export type RunDirectory = {
  readonly path: string;
  readonly workspace: string;
  readonly home: string;
  readonly temporary: string;
};

/** What is known of a run on disk. No secret is in it. */
export type ClaimRecord = {
  readonly runId: number;
  readonly claimId: string;
  readonly jobName: string;
  readonly server: string;
  readonly owner: Owner;
  readonly mark: string;
};

let owner: Owner | null = null;

/** Two servers may both have a run 7, and share this place. */
export function runPath(runsDir: string, { runId, claimId }: WorkOrder): string {
  return join(runsDir, `${runId}-${claimId.slice(0, 8)}`);
}

export function createRunDirectory(path: string, order: WorkOrder, server: string, mark: string): RunDirectory {
  const directory = { path, workspace: join(path, 'work'), home: join(path, 'home'), temporary: join(path, 'tmp') };
  mkdirSync(directory.workspace, { recursive: true });
  mkdirSync(directory.home, { recursive: true });
  mkdirSync(directory.temporary, { recursive: true });
  owner ??= thisProcess();
  const { runId, claimId, job } = order;
  const record: ClaimRecord = { runId, claimId, jobName: job.name, server, owner, mark };
  writeFileSync(join(path, 'claim.json'), JSON.stringify(record));
  return directory;
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

/** The files of the run; its claim and its log stay. */
export async function removeFiles({ workspace, home, temporary }: RunDirectory): Promise<void> {
  for (const path of [workspace, home, temporary]) {
    if (!removeEmpty(path)) await removeTree(path);
  }
}

export async function removeRunDirectory(path: string): Promise<void> {
  try {
    unlinkSync(join(path, 'claim.json'));
  } catch {
    // Somebody was here before: what is left is removed all the same.
  }
  if (!removeEmpty(path)) await removeTree(path);
}

/** Most runs leave their directories empty: one call then, where the general way takes five. */
function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false; // Not empty.
  }
}

function readJson<Value>(path: string): Value | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch {
    return null; // Not there, or cut off by the end of its writer: both mean that it was never said.
  }
}
