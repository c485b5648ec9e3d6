// `signalbox plan`: what would run, and why the rest would not, without any server.
import type { Cause } from '@signalbox/protocol/browser';
import { type Command, Option } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import { exitCode } from '../exit-codes.ts';
import type { Output, OutputOptions } from '../output.ts';
import { readSound } from '../read-configuration.ts';
import type { Terminal } from '../terminal.ts';

const causes = ['push', 'manual'] as const satisfies readonly Cause[];

type Options = OutputOptions & { branch?: string; rev?: string; cause: Cause };

export function planCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('plan', 'Print the plan of a work tree, without any server.', [
      ['signalbox plan', 'as if all of it was pushed now'],
      ['signalbox plan --branch release/2.0', 'to another branch'],
      ['signalbox plan --rev HEAD~3', 'of that commit alone'],
      ['signalbox plan --json', 'for programs; mistakes end with exit code 2'],
    ])
      .option('--branch <name>', 'the branch that is pushed to (else the one you are on)')
      .option('--rev <commit>', 'a commit instead of the work tree')
      .addOption(new Option('--cause <cause>', 'why it is planned').choices(causes).default('push')),
  ).action(
    runWith(terminal, async (output: Output, { branch, rev, cause }: Options) => {
      const read = await readSound(output, terminal.directory, { rev, branch, cause });
      if (read.kind === 'told') return read.code;
      const { planPush, printPlan } = await import('@signalbox/plan');
      const plan = planPush(read.configuration, read.facts.push, cause);
      output.answer(plan, () => printPlan(plan).trimEnd());
      return exitCode('ok');
    }),
  );
}
