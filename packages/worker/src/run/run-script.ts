// One step of a job: its script, in its shell, in its environment, within its limits.
import { join } from 'node:path';
import type { StepSpec } from '@signalbox/protocol/browser';
import { environmentOf } from '../environment.ts';
import { codeOf, isDiskFull, RunFailure } from '../errors.ts';
import { tell } from '../own-log.ts';
import { type Ending, runCommand } from '../process/run-command.ts';
import { invocationOf } from '../shell.ts';
import type { Stage } from './run-steps.ts';

/** @throws RunFailure when this machine cannot start it */
export async function runScript(stage: Stage, step: StepSpec, index: number): Promise<Ending> {
  const { order, house, directory, runLog, mark, platform, signal } = stage;
  const { settings } = house;
  const env = environmentOf({
    order,
    step: { name: step.name, index },
    workspace: directory.workspace,
    home: directory.home,
    temporary: directory.temporary,
    server: house.link.server,
    mark,
    platform,
    own: house.env,
    argumentBytes: settings.argumentBytes,
  });
  const invocation = await invocationOf({
    shell: step.shell,
    script: step.script,
    file: join(directory.path, `step-${index}`),
    path: env['PATH'] ?? '',
    platform,
    argumentBytes: settings.argumentBytes,
  });
  if (!invocation) throw noShell(step);
  const log = runLog.step(index);
  if (invocation.note) log.write(`${invocation.note}\n`);
  try {
    return await runCommand({
      ...invocation,
      directory: directory.workspace,
      env,
      mark,
      runDirectory: directory.path,
      timeoutSeconds: step.timeoutSeconds,
      silentSeconds: step.silentSeconds,
      graceSeconds: settings.graceSeconds,
      lastOutputSeconds: settings.lastOutputSeconds,
      pipes: house.pipes,
      onOutput: (bytes) => {
        log.write(bytes);
        return runLog.room();
      },
      signal,
    });
  } catch (error) {
    if (isDiskFull(error)) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EACCES') throw noShell(step, error);
    const why = codeOf(error) === 'E2BIG' ? 'its environment is too long for this system' : tell(error);
    throw new RunFailure('worker-failed', `step "${step.name}" cannot be started: ${why}`, { cause: error });
  }
}

function noShell(step: StepSpec, cause?: unknown): RunFailure {
  const text = `step "${step.name}" wants the shell "${step.shell}", which this worker does not have`;
  return new RunFailure('worker-failed', text, { cause });
}
