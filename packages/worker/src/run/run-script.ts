// One step of a job: its script, in its shell, in its environment, within its limits; run by the supervisor.
import { join } from 'node:path';
import type { StepSpec } from '@signalbox/protocol/browser';
import { environmentOf } from '../environment.ts';
import { RunFailure } from '../errors.ts';
import { type Invocation, invocationOf } from '../shell.ts';
import type { StartFailure, StepCommand, StepEnding, StepOutcome } from '../supervisor/messages.ts';
import type { Note } from './note.ts';
import { HandedOver } from './outcome.ts';
import type { Stage } from './run-steps.ts';

/** @throws RunFailure when this machine cannot start it; HandedOver; SupervisorGone */
export async function runScript(stage: Stage, step: StepSpec, index: number): Promise<StepEnding> {
  const outcome = await unlessHandedOver(stage.signal, stage.hold.ofStep(index) ?? begin(stage, step, index));
  if ('ending' in outcome) return outcome.ending;
  throw whyNotStarted(step, outcome.failure);
}

async function begin(stage: Stage, step: StepSpec, index: number): Promise<StepOutcome> {
  const env = environmentFor(stage, step, index);
  const invocation = await invocationOf({
    shell: step.shell,
    script: step.script,
    file: join(stage.directory.path, `step-${index}`),
    path: env['PATH'] ?? '',
    platform: stage.platform,
    argumentBytes: stage.house.settings.argumentBytes,
  });
  if (!invocation) throw noShell(step);
  // Writing a long script takes a moment.
  stage.signal.throwIfAborted();
  const note: Note = { steps: stage.board.steps, outcome: null };
  const preface = invocation.note ? `${invocation.note}\n` : '';
  return stage.hold.begin(index, commandOf(stage, step, invocation, env), preface, note);
}

function environmentFor(stage: Stage, step: StepSpec, index: number): Record<string, string> {
  const { order, house, directory, mark, platform } = stage;
  return environmentOf({
    order,
    step: { name: step.name, index },
    workspace: directory.workspace,
    home: directory.home,
    temporary: directory.temporary,
    server: house.link.server,
    mark,
    platform,
    own: house.env,
    argumentBytes: house.settings.argumentBytes,
  });
}

function commandOf(
  { directory, house }: Stage,
  step: StepSpec,
  { program, args, verbatim }: Invocation,
  env: Record<string, string>,
): StepCommand {
  const { graceSeconds, lastOutputSeconds } = house.settings;
  return {
    program,
    args,
    ...(verbatim ? { verbatim } : {}),
    directory: directory.workspace,
    env,
    timeoutSeconds: step.timeoutSeconds,
    silentSeconds: step.silentSeconds,
    graceSeconds,
    lastOutputSeconds,
  };
}

/** Everything else that ends a run ends its commands first, and is told by how they end. */
async function unlessHandedOver(signal: AbortSignal, outcome: Promise<StepOutcome>): Promise<StepOutcome> {
  let stop: (() => void) | undefined;
  const handedOver = new Promise<never>((_resolve, reject) => {
    stop = () => {
      if (signal.reason instanceof HandedOver) reject(signal.reason);
    };
    stop();
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([outcome, handedOver]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function whyNotStarted(step: StepSpec, { code, text }: StartFailure): Error {
  if (code === 'ENOSPC' || code === 'EDQUOT') return Object.assign(new Error(text), { code });
  if (code === 'ENOENT' || code === 'EACCES') return noShell(step);
  const why = code === 'E2BIG' ? 'its environment is too long for this system' : text;
  return new RunFailure('worker-failed', `step "${step.name}" cannot be started: ${why}`);
}

function noShell(step: StepSpec): RunFailure {
  const text = `step "${step.name}" wants the shell "${step.shell}", which this worker does not have`;
  return new RunFailure('worker-failed', text);
}
