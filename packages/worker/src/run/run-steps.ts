// The steps of a run, in order: the set-up, those of the job, the artifacts.
import { statfs } from 'node:fs/promises';
import type { Reason, StepSpec, WorkOrder } from '@signalbox/protocol/browser';
import { checkOut } from '../checkout/checkout.ts';
import { crashPoint } from '../crash-point.ts';
import { RunFailure } from '../errors.ts';
import type { RunLog } from '../log/run-log.ts';
import type { Ending } from '../process/run-command.ts';
import { collectArtifacts } from './collect-artifacts.ts';
import { failureOf, Interrupted, type Outcome, passedWith, runsNow, stateWhen } from './outcome.ts';
import type { House } from './run.ts';
import type { RunDirectory } from './run-directory.ts';
import { runScript } from './run-script.ts';
import type { StepBoard } from './step-board.ts';

export type Stage = {
  readonly order: WorkOrder;
  readonly house: House;
  readonly directory: RunDirectory;
  readonly runLog: RunLog;
  readonly board: StepBoard;
  readonly mark: string;
  /** Ends the work. */
  readonly signal: AbortSignal;
  readonly platform: NodeJS.Platform;
};

/** @throws Interrupted, RunFailure, or what the system says */
export async function runSteps(stage: Stage): Promise<Outcome> {
  const { spec } = stage.order;
  await onBoard(stage, 0, async () => {
    if (spec.checkout) await checkOutFor(stage);
    return null;
  });
  let failure: Reason | null = null;
  const forgiven: string[] = [];
  for (const [position, step] of spec.steps.entries()) {
    stage.signal.throwIfAborted();
    if (!runsNow(step, failure !== null)) continue;
    const failed = await runStep(stage, step, position + 1);
    if (failed && step.mayFail) forgiven.push(step.name);
    if (failed && !step.mayFail) failure ??= failed;
  }
  stage.signal.throwIfAborted();
  if (spec.artifacts.length > 0) {
    const index = spec.steps.length + 1;
    const missing = await onBoard(stage, index, () => collectArtifacts(stage, index));
    failure ??= missing;
  }
  return failure ? { verdict: 'failed', reason: failure } : passedWith(forgiven, spec.steps.length);
}

async function runStep(stage: Stage, step: StepSpec, index: number): Promise<Reason | null> {
  let exitCode: number | null = null;
  return await onBoard(
    stage,
    index,
    async () => {
      const ending: Ending = await runScript(stage, step, index);
      crashPoint('step-ended');
      exitCode = ending.exitCode;
      // What the interruption means is told by its reason, not by how the shell took it.
      if (ending.how === 'interrupted') throw stage.signal.reason;
      const failure = failureOf(step, ending);
      if (failure) await blameFullDisk(stage, failure);
      return failure;
    },
    () => exitCode,
  );
}

/** Keeps the board and the log of one step, whatever becomes of it. */
async function onBoard(
  { board, runLog }: Stage,
  index: number,
  work: () => Promise<Reason | null>,
  exitCode: () => number | null = () => null,
): Promise<Reason | null> {
  board.start(index);
  try {
    const failure = await work();
    board.end(index, failure ? 'failed' : 'passed', exitCode());
    return failure;
  } catch (error) {
    board.end(index, error instanceof Interrupted ? stateWhen(error) : 'errored', exitCode());
    throw error;
  } finally {
    runLog.step(index).end();
  }
}

async function checkOutFor({ order, house, directory, runLog, mark, signal }: Stage): Promise<void> {
  const { settings, dataDir, pipes } = house;
  const log = runLog.step(0);
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
    say: (line) => log.write(`${line}\n`),
    onOutput: (bytes) => {
      log.write(bytes);
      return runLog.room();
    },
  });
}

/** A step that failed because the disk is full has not failed by itself. */
async function blameFullDisk({ directory, house }: Stage, failure: Reason): Promise<void> {
  const { bavail, bsize } = await statfs(directory.path);
  if (bavail * bsize >= house.settings.fullBytes) return;
  throw new RunFailure('disk-full', `the disk of the worker is full; ${failure.text}`);
}
