// `signalbox serve` and `signalbox worker`: the programs themselves; what stands behind the word goes to them as it is.
import type { Command } from 'commander';
import { createCommand } from '../command-line.ts';
import { type ProgramName, runProgram } from '../programs.ts';
import type { Terminal } from '../terminal.ts';

export const serveCommand = (terminal: Terminal): Command =>
  program(
    terminal,
    'server',
    createCommand('serve', 'Run a server.', [
      ['signalbox serve --data /var/lib/signalbox', 'with a PostgreSQL of its own'],
      ['DATABASE_URL=postgres://… signalbox serve', 'with yours'],
      ['signalbox serve --help', 'all its options'],
    ]),
  );

export const workerCommand = (terminal: Terminal): Command =>
  program(
    terminal,
    'worker',
    createCommand('worker', 'Run a worker.', [
      ['SIGNALBOX_TOKEN_FILE=token signalbox worker --server https://ci.example.org', 'serve the pool default'],
      ['signalbox worker --help', 'all its options and limits'],
    ]),
  );

function program(terminal: Terminal, name: ProgramName, command: Command): Command {
  return (
    command
      .argument('[words...]', `see \`signalbox ${command.name()} --help\``)
      .usage(`[options of the ${name}]`)
      .allowUnknownOption()
      .passThroughOptions()
      // The program tells of its options itself.
      .helpOption(false)
      .action(async (words: string[]) => {
        terminal.exitCode = await runProgram(name, words);
      })
  );
}
