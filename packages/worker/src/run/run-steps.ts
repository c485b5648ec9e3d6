// The steps of a run, in order: the set-up, those of the job, the artifacts.
import type { Reason, StepSpec, WorkOrder } from '@signalbox/protocol/browser';
import { checkOut } from '../checkout/checkout.ts';
import { crashPoint } from '../crash-point.ts';
import { RunFailure } from '../errors.ts';
import type { RunHold } from '../supervision/run-hold.ts';
import type { StepEnding } from '../supervisor/messages.ts';
import { bringDownloads, wantsDownloads } from './bring-downloads.ts';
import { collectArtifacts, keepsFiles } from './collect-artifacts.ts';
import { failureOf, Interrupted, type Outcome, passedWith, runsNow, stateWhen } from './outcome.ts';
import type { House } from './run.ts';
import type { RunDirectory } from './run-directory.ts';
import { runScript } from './run-script.ts';
import type { StepBoard } from './step-board.ts';
import { warningsOf } from './what-to-hide.ts';

export type Stage = {
  readonly order: WorkOrder;
  readonly house: House;
  readonly directory: RunDirectory;
  readonly hold: RunHold;
  readonly board: StepBoard;
  readonly mark: string;
  /** An earlier worker has done it. */
  readonly isSetUp: boolean;
  /** Ends the work. */
  readonly signal: AbortSignal;
  readonly platform: NodeJS.Platform;
};

/** @throws Interrupted, RunFailure, or what the system says */
export async function runSteps(stage: Stage): Promise<Outcome> {
  const { spec } = stage.order;
  let failure: Reason | null = null;
  if (!stage.isSetUp) {
    failure = await onBoard(stage, 0, async () => {
      stage.signal.throwIfAborted();
      for (const warning of warningsOf(stage.order)) stage.hold.write(0, warning);
      if (spec.checkout) await checkOutFor(stage);
      return wantsDownloads(spec) ? await bringDownloads(stage) : null;
    });
  }
  const forgiven: string[] = [];
  for (const [position, step] of spec.steps.entries()) {
    if (!runsNow(step, failure !== null)) continue;
    // What an earlier worker has begun is heard to its end, also in a run that is interrupted by now.
    if (!stage.hold.hasBegun(position + 1)) stage.signal.throwIfAborted();
    const failed = await runStep(stage, step, position + 1);
    if (failed && step.mayFail) forgiven.push(step.name);
    if (failed && !step.mayFail) failure ??= failed;
  }
  stage.signal.throwIfAborted();
  if (keepsFiles(spec)) {
    const index = spec.steps.length + 1;
    const missing = await onBoard(stage, index, () => collectArtifacts(stage, index));
    failure ??= missing;
  }
  return failure ? { verdict: 'failed', reason: failure } : passedWith(forgiven, spec.steps.length);
}

async function runStep(stage: Stage, step: StepSpec, index: number): Promise<Reason | null> {
  let ending: StepEnding | null = null;
  return await onBoard(
    stage,
    index,
    async () => {
      ending = await runScript(stage, step, index);
      crashPoint('step-ended');
      // What the interruption means is told by its reason, not by how the shell took it.
      if (ending.how === 'interrupted') throw stage.signal.reason;
      const failure = failureOf(step, ending);
      if (failure) blameFullDisk(stage, failure, ending);
      return failure;
    },
    () => ending,
  );
}

/** Keeps the board and the log of one step, whatever becomes of it. */
async function onBoard(
  { board, hold }: Stage,
  index: number,
  work: () => Promise<Reason | null>,
  ending: () => StepEnding | null = () => null,
): Promise<Reason | null> {
  board.start(index);
  try {
    const failure = await work();
    const ended = ending();
    // The supervisor ends the log of a command by itself.
    if (!ended) hold.endStepLog(index);
    board.end(index, failure ? 'failed' : 'passed', ended?.exitCode ?? null, ended?.endedAt);
    return failure;
  } catch (error) {
    const ended = ending();
    const state = error instanceof Interrupted ? stateWhen(error) : 'errored';
    board.end(index, state, ended?.exitCode ?? null, ended?.endedAt);
    throw error;
  }
}

async function checkOutFor({ order, house, directory, hold, mark, signal }: Stage): Promise<void> {
  const { settings, dataDir, pipes } = house;
  await checkOut({
    url: order.repo.url,
    revision: order.push.revision,
    branch: order.push.branch,
    workspace: directory.workspace,
    dataDir,
    runDirectory: directory.path,
    mark,
    settings,
    pipes,
    signal,
    say: (line) => hold.write(0, `${line}\n`),
    // Git says little, and the log has its limit: nothing is held for it.
    onOutput: (bytes) => {
      hold.write(0, bytes);
      return undefined;
    },
  });
}

/** A step that failed because the disk is full has not failed by itself. */
function blameFullDisk({ house }: Stage, failure: Reason, { freeBytes }: StepEnding): void {
  if (freeBytes === null || freeBytes >= house.settings.fullBytes) return;
  throw new RunFailure('disk-full', `the disk of the worker is full; ${failure.text}`);
}
