// A git command that did not do its work: which, how it ended, and what git said last. Never a password.
import { withoutCredentials } from './repo-url.ts';

/** `time`: the limit passed. `output`: it printed more than the limit. `cancelled`: the caller's signal. `missing`: no git here. */
export type GitFailure = 'exit' | 'time' | 'output' | 'cancelled' | 'missing';

export class GitFailed extends Error {
  readonly why: GitFailure;
  readonly exitCode: number | null;
  /** The end of what git wrote to standard error. */
  readonly lastWords: string;

  constructor(
    args: readonly string[],
    why: GitFailure,
    end: string,
    facts: { exitCode?: number | null; stderr?: string; cause?: unknown } = {},
  ) {
    const lastWords = withoutCredentials((facts.stderr ?? '').trim()).slice(-2000);
    const command = withoutCredentials(['git', ...args].join(' ')).slice(0, 500);
    super(`\`${command}\` ${end}${lastWords ? `: ${lastWords}` : ''}`, { cause: facts.cause });
    this.name = 'GitFailed';
    this.why = why;
    this.exitCode = facts.exitCode ?? null;
    this.lastWords = lastWords;
  }
}
