// Which step of a run is open when nobody chose one: what failed, else what runs, else the only one.
import type { Run, Step } from '@signalbox/protocol/browser';

/** `own`: how many steps the job has of its own; others are the worker's. */
export function stepToOpen(run: Run, own: number): number | null {
  const { steps } = run;
  const bad = steps.find((step) => step.state === 'failed') ?? steps.find((step) => step.state === 'errored');
  if (bad) return bad.index;
  if (run.endedAt === null) return (steps.find((step) => step.state === 'running') ?? null)?.index ?? null;
  return own === 1 && steps.some((step) => step.index === 1) ? 1 : null;
}

/** `exit code 2`, or the signal that a code above 128 stands for. */
export function exitText(step: Pick<Step, 'exitCode'>): string | null {
  if (step.exitCode === null || step.exitCode === 0) return null;
  const signal = signals[step.exitCode - 128];
  return signal ? `exit code ${step.exitCode} (${signal})` : `exit code ${step.exitCode}`;
}

const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};
