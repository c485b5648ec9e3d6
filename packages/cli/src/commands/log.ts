// `signalbox log`: what the newest run of a job printed, step by step, also while it still prints.
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findJob, type Lane } from '../find.ts';
import { followLog } from '../follow-log.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & Lane & { step?: string; follow?: true; raw?: true };

export function logCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('log', 'Print the log of the newest run of a job.', [
      ['signalbox log 1207', 'all steps'],
      ['signalbox log 1207 --step 2', 'one step (0 is the set-up, 1 the first of yours)'],
      ['signalbox log test-linux --repo api --branch main --follow', 'as it is written'],
      ['signalbox log 1207 --raw > log.txt', 'the bytes as they are, without headings'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .option('--step <number>', 'this step only')
      .option('--follow', 'go on until the run has ended')
      .option('--raw', 'bytes as they are: no headings, colours kept'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const client = connect(terminal.env, options);
      const job = await findJob(client, word, { repo: options.repo, branch: options.branch });
      await followLog(client, output, job, {
        step: options.step === undefined ? undefined : stepNumber(options.step),
        follow: options.follow ?? false,
        raw: options.raw ?? false,
      });
    }),
  );
}

function stepNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new Mistake('usage', `--step is a number, not "${text}".`, '0 is the set-up, 1 the first step of the job.');
}
