// The errors that a command ends with on purpose: what is wrong, which one, what to do, and with which exit code.
import type { ExitName } from './exit-codes.ts';

/** A command cannot go on. `cure` is the line that says what to do. */
export class Mistake extends Error {
  override name = 'Mistake';
  readonly exit: ExitName;
  readonly cure: string | undefined;

  constructor(exit: ExitName, what: string, cure?: string, options?: ErrorOptions) {
    super(what, options);
    this.exit = exit;
    this.cure = cure;
  }
}
