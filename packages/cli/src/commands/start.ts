// `signalbox start`: the newcomer's one command.
import { type Command, InvalidArgumentError } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import type { Output, OutputOptions } from '../output.ts';
import { chooseData } from '../start/data-directory.ts';
import { runStart } from '../start/run-start.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & { data?: string; port?: number; sample: boolean };

export function startCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('start', 'Start a server, a worker and a sample on this machine.', [
      ['signalbox start', 'the address is printed; start again and it goes on where it was'],
      ['signalbox start --port 9000 --no-sample', 'on this port, without the sample'],
      ['signalbox start --data /srv/signalbox', 'with all data in this directory'],
    ])
      .option('--data <dir>', 'where everything is kept (else signalbox in XDG_DATA_HOME or ~/.local/share)')
      .option('--port <number>', 'port on 127.0.0.1, 0 for any (else 8080 or the next free one)', portNumber)
      .option('--no-sample', 'without the sample repository'),
  ).action(
    runWith(terminal, (output: Output, { data, port, sample }: Options) =>
      runStart(terminal, output, { data: chooseData(terminal.env, data, terminal.directory), port, sample }),
    ),
  );
}

function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('It is a number from 0 to 65535.');
}
