// What all commands have in common: options of the same name and meaning, examples in every help, one way to run.
import { Command, Option } from 'commander';
import { createOutput, type Output, type OutputOptions } from './output.ts';
import type { Terminal } from './terminal.ts';

export type Example = readonly [line: string, meaning: string];

const examplesOf = new WeakMap<Command, readonly Example[]>();

/** A command with its sentence and its examples; they stand below every `--help` and in docs/commands.md. */
export function createCommand(name: string, sentence: string, examples: readonly Example[]): Command {
  const command = new Command(name).description(sentence).helpOption('-h, --help', 'show help');
  examplesOf.set(command, examples);
  const wide = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(wide)}  ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export const listExamples = (command: Command): readonly Example[] => examplesOf.get(command) ?? [];

/** For commands that answer: `--json` and `--no-color`. */
export const withOutput = (command: Command): Command =>
  command
    .addOption(new Option('--json', 'answer with JSON, for programs'))
    .addOption(new Option('--no-color', 'no colours (also: NO_COLOR=1, or when it is not a terminal)'));

/** For commands that talk to a server. */
export const withServer = (command: Command): Command =>
  withOutput(command).addOption(
    new Option('--server <url>', 'address of the server (else SIGNALBOX_SERVER, else the one that `start` runs here)'),
  );

/** Runs a command's own function with its output; a number that it returns is the exit code. */
export function runWith<Options extends OutputOptions, Arguments extends readonly unknown[]>(
  terminal: Terminal,
  run: (output: Output, options: Options, ...args: Arguments) => unknown,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander hands over the arguments, then the options, then the command.
    const options = given.at(-2) as Options;
    const output = createOutput(terminal, options);
    const code = await run(output, options, ...(given.slice(0, -2) as unknown as Arguments));
    if (typeof code === 'number') terminal.exitCode = code;
  };
}
