// The whole of the `signalbox` command: arguments in, exit code out.
import { CommanderError } from 'commander';
import { exitCode, exitCodeOfError } from './exit-codes.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';
import { ownTerminal, type Terminal } from './terminal.ts';

export async function main(args: readonly string[], terminal: Terminal = ownTerminal()): Promise<number> {
  // For good: a pipe says that its reader has gone only after the command is done.
  terminal.stdout.on('error', endQuietlyWhenNobodyReads);
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
    return terminal.exitCode;
  } catch (error) {
    // Commander has said already what it did not understand; help and version end through here too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode('ok') : exitCode('usage');
    createOutput(terminal, { json: args.includes('--json'), color: !args.includes('--no-color') }).problem(error);
    return exitCodeOfError(error);
  }
}

/** `signalbox log 12 | head` closes the pipe early: that is no error. */
function endQuietlyWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
