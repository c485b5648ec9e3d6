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
      ['signalbox serve --help', 'its options, as they are told by the server'],
    ]),
  );

export const workerCommand = (terminal: Terminal): Command =>
  program(
    terminal,
    'worker',
    createCommand('worker', 'Run a worker.', [
      ['signalbox worker --server https://ci.example.org --token-file token', 'serve the pool default'],
      ['signalbox worker --help', 'its options, as they are told by the worker'],
    ]),
  );

function program(terminal: Terminal, name: ProgramName, command: Command): Command {
  return (
    command
      .argument('[options...]', `options of the ${name}`)
      .allowUnknownOption()
      .passThroughOptions()
      // The program tells of its own options; we tell how it is used.
      .helpOption(false)
      .action(async (words: string[]) => {
        if (words.includes('--help') || words.includes('-h')) command.outputHelp();
        terminal.exitCode = await runProgram(name, words);
      })
  );
}
