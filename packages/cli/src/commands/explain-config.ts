// `signalbox explain-config`: which lines made a field of a job, without any server.
import type { Command } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import { exitCode } from '../exit-codes.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import { readSound } from '../read-configuration.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & { branch?: string; rev?: string };

export function explainConfigCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('explain-config', 'Say which lines of the configuration made a field of a job, without any server.', [
      ['signalbox explain-config build-linux.pool', 'template, matrix value and expression, each with its line'],
      ['signalbox explain-config build-linux.steps[0].timeout', 'steps are counted from 0, as in the configuration'],
      ['signalbox explain-config build-linux.env', 'all below it'],
      ['signalbox explain-config build-linux', 'all fields of the job'],
      ['signalbox explain-config build-linux.pool --rev v2.0', 'as it was there'],
    ])
      .argument('<job.field>', 'name of a job, and a field of it as the configuration or the plan calls it')
      .option('--branch <name>', 'the branch that is pushed to (else the one you are on)')
      .option('--rev <commit>', 'a commit instead of the work tree'),
  ).action(
    runWith(terminal, async (output: Output, { branch, rev }: Options, word: string) => {
      const read = await readSound(output, terminal.directory, { rev, branch });
      if (read.kind === 'told') return read.code;
      const { explainConfig, printOrigins } = await import('@signalbox/plan');
      const explained = explainConfig(read.configuration, word);
      if (explained.kind === 'unknown') {
        throw new Mistake('not-found', `${sentence(explained.says)}.`, sentence(explained.hint ?? ''));
      }
      output.answer(explained.origins, () => printOrigins(explained.origins).trimEnd());
      return exitCode('ok');
    }),
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
