// What can go wrong around a run that is not the fault of its steps, as errors that carry the reason.
import type { ReasonCode } from '@signalbox/protocol/browser';

/** The run ends as errored, with this reason. */
export class RunFailure extends Error {
  override name = 'RunFailure';
  readonly code: ReasonCode;

  constructor(code: ReasonCode, text: string, options?: ErrorOptions) {
    super(text, options);
    this.code = code;
  }
}

/** The process that runs the steps has died: what it held is on disk, or lost. */
export class SupervisorGone extends Error {
  override name = 'SupervisorGone';

  constructor() {
    super('the process that supervises the steps of this worker has ended');
  }
}

export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
}

/** The system's own code of an error, as ENOENT, looked for also in what caused it. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
}
