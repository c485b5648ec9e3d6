// The exit codes of every command, as one table: scripts rely on them, and docs/commands.md is made from it.
import { type Reason, Refused, Unreachable, type Verdict } from '@signalbox/protocol/browser';
import { Mistake } from './mistake.ts';

export const exitCodes = {
  ok: [0, 'It is done; what was watched has passed.'],
  other: [1, 'Anything that has no code of its own; with `diff --exit-code`: there is a difference.'],
  usage: [2, 'The command was not understood, or a configuration has mistakes.'],
  'not-found': [3, 'There is no such repository, push, pipeline, job, file or line.'],
  'not-allowed': [4, 'Log-in is needed, or the token may not do that.'],
  conflict: [5, 'The state of things forbids it: ended already, name taken, running already.'],
  unreachable: [6, 'The server does not answer.'],
  failed: [10, 'What was watched has failed.'],
  errored: [11, "What was watched has errored: not the code's fault."],
  cancelled: [12, 'What was watched was cancelled.'],
  'timed-out': [13, 'What was watched ran out of time.'],
} as const satisfies Record<string, readonly [code: number, meaning: string]>;

export type ExitName = keyof typeof exitCodes;

export const exitCode = (name: ExitName): number => exitCodes[name][0];

/** The code of an error that ended a command. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof Mistake) return exitCode(error.exit);
  if (error instanceof Unreachable) return exitCode('unreachable');
  if (error instanceof Refused) return exitCode(nameOfRefusal(error));
  return exitCode('other');
}

/** The code of what was watched: a job, or a pipeline by its worst jobs. */
export function exitCodeOfVerdict(verdict: Verdict, reason: Reason | null): number {
  switch (verdict) {
    case 'passed':
      return exitCode('ok');
    case 'failed':
    case 'errored':
      return exitCode(reason && timeouts.has(reason.code) ? 'timed-out' : verdict);
    case 'cancelled':
      return exitCode('cancelled');
    case 'skipped':
      return exitCode(reason?.code === 'need-failed' ? 'failed' : 'ok');
    default:
      return verdict satisfies never;
  }
}

const timeouts: ReadonlySet<string> = new Set(['step-timed-out', 'step-silent', 'job-timed-out']);

function nameOfRefusal(refused: Refused): ExitName {
  if (refused.status === 401 || refused.status === 403) return 'not-allowed';
  if (refused.status === 404) return 'not-found';
  if (refused.status === 409) return 'conflict';
  return refused.status === 429 ? 'other' : 'usage';
}
