// `signalbox jobs`: what there is to do and what became of it, newest first.
import type { JobBrief, JobState, Verdict } from '@signalbox/protocol/browser';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { jobTable } from '../job-table.ts';
import { listen } from '../live.ts';
import type { Output, OutputOptions } from '../output.ts';
import { clean } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { paint, standing } from '../words.ts';

const states = ['waiting', 'held', 'ready', 'running', 'done'] as const satisfies readonly JobState[];
const verdicts = ['passed', 'failed', 'errored', 'cancelled', 'skipped'] as const satisfies readonly Verdict[];

type Options = OutputOptions &
  ServerOptions & { repo?: string; branch?: string; state?: JobState; verdict?: Verdict; limit: number; watch?: true };

export function jobsCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('jobs', 'List jobs, newest first.', [
      ['signalbox jobs', 'the newest 30 of all repositories'],
      ['signalbox jobs --repo api --branch main --verdict failed', 'what failed on main'],
      ['signalbox jobs --state running --watch', 'what runs, as it changes'],
      ['signalbox jobs --json', 'the same for programs'],
    ])
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .addOption(new Option('--state <state>', 'in this state').choices(states))
      .addOption(new Option('--verdict <verdict>', 'that ended so').choices(verdicts))
      .option('--limit <count>', 'at most so many (1 to 500)', wholeLimit, 30)
      .option('--watch', 'stay, and show what changes'),
  ).action(
    runWith(terminal, async (output: Output, options: Options) => {
      const client = connect(terminal.env, options);
      const { repo, branch, state, verdict, limit } = options;
      const look = () => client.call('list-jobs', { query: { repo, branch, state, verdict, limit } });
      if (!options.watch) {
        const page = await look();
        output.answer(page, () => (page.items.length > 0 ? jobTable(output, page.items) : 'No such jobs.'));
        return;
      }
      // `repos` tells of every push; what happens inside a pipeline is seen by looking each second.
      const news = listen(client, ['repos']);
      const shown = new Map<number, string>();
      for (;;) {
        await news.next(1000);
        showChanges(output, (await look()).items, shown);
      }
    }),
  );
}

/** On a screen the table is drawn anew; elsewhere one line for each job that changed (JSON: one object a line). */
function showChanges(output: Output, jobs: readonly JobBrief[], shown: Map<number, string>): void {
  const changed = jobs.filter((job) => shown.get(job.id) !== standing(job));
  for (const job of changed) shown.set(job.id, standing(job));
  if (output.live) {
    output.raw(`\x1b[H\x1b[2J${jobTable(output, jobs).join('\n')}\n`);
    return;
  }
  for (const job of changed.toReversed()) {
    if (output.json) output.raw(`${JSON.stringify(job)}\n`);
    output.line(`${job.id}  ${paint(output, standing(job))}  ${clean(job.name)}`);
  }
}

function wholeLimit(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 500) return value;
  throw new InvalidArgumentError('It is a whole number from 1 to 500.');
}
