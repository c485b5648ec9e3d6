// `signalbox compare`: how the log of a job differs from that of the last run of its lane that passed; the first divergence first.
import type { Client, LogComparison, LogDifference } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { comparisonHeading, differenceText } from '../comparison-text.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { exitCode } from '../exit-codes.ts';
import { findJob, type Lane, wholeNumber } from '../find.ts';
import { runOfJob } from '../follow-log.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & Lane & { with?: string; all?: true; order?: true };

/** Shown unless all are wanted: the first tell what happened. */
const usual = 10;

export function compareCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('compare', 'Compare the log of a job with that of the last run of its lane that passed.', [
      ['signalbox compare 1207', 'what differs, the first divergence first'],
      ['signalbox compare test-linux --repo api --branch main', 'the newest job of that name'],
      ['signalbox compare 1207 --with 1180', 'with the newest run of another job'],
      ['signalbox compare 1207 --all --order', 'all of it, also where only the order of lines differs'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .option('--with <job>', 'with this job instead')
      .option('--all', `all differences, not the first ${usual}`)
      .option('--order', 'also where only the order of lines differs'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const client = connect(terminal.env, options);
      const id = await findJob(client, word, { repo: options.repo, branch: options.branch });
      const other = options.with === undefined ? undefined : await runOf(client, wholeNumber(options.with, '--with'));
      return compare(client, output, await runOf(client, id), other, options);
    }),
  );
}

const runOf = async (client: Client, jobId: number) => (await runOfJob(client, jobId)).run.id;

async function compare(
  client: Client,
  output: Output,
  run: number,
  other: number | undefined,
  { all, order }: Options,
): Promise<number> {
  const most = all ? Number.POSITIVE_INFINITY : usual;
  const shown: LogDifference[] = [];
  let moved = 0;
  let cursor: string | undefined;
  let compared: LogComparison;
  do {
    compared = await client.call('compare-log', {
      params: { run },
      query: { with: other, limit: all ? 500 : 50, cursor },
    });
    const { green } = compared;
    if (!green) return withoutGreen(output, compared);
    if (cursor === undefined && !output.json) {
      for (const line of comparisonHeading(output, { ...compared, green })) output.line(line);
    }
    for (const difference of compared.differences) {
      if (difference.moved) moved++;
      if ((difference.moved && !order) || shown.length >= most) continue;
      if (!output.json) for (const line of differenceText(output, difference, shown.at(-1))) output.line(line);
      shown.push(difference);
    }
    cursor = compared.more ?? undefined;
  } while (cursor !== undefined && shown.length < most);
  if (output.json) output.answer({ ...compared, differences: shown }, () => '');
  else summary(output, shown.length, { moved: order ? 0 : moved, isCut: shown.length >= most && !all });
  return exitCode('ok');
}

function withoutGreen(output: Output, compared: LogComparison): number {
  output.answer(
    compared,
    () => 'No other run of this lane has passed and still has its log: there is nothing to compare with.',
  );
  return exitCode('not-found');
}

function summary(output: Output, count: number, { moved, isCut }: { moved: number; isCut: boolean }): void {
  if (count === 0) output.line('\nThey print the same, but for times, numbers, ids and directories.');
  if (isCut) output.note(`The first ${count} differences; --all shows the rest.`);
  if (moved > 0) output.note(`${moved} more are of order only; --order shows them.`);
}
