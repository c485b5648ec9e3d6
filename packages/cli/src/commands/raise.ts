// `signalbox raise`: lets one job come before others of its pool, with its own revision.
import { type Command, InvalidArgumentError } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findJob, type Lane } from '../find.ts';
import { clean, type Output, type OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & Lane & { priority: number };

/** An hour and forty minutes of waiting (SIGNALBOX_PRIORITY_SECONDS), with room left for what is more urgent still. */
const usual = 50;

export function raiseCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('raise', 'Give a job another place in line; it then builds its own revision, whatever comes.', [
      ['signalbox raise 1207', `priority ${usual}`],
      [
        'signalbox raise test-linux --repo api --branch main --priority 100',
        'the newest of that name, as far as it goes',
      ],
      ['signalbox raise 1207 --priority -10', 'later than the usual'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--priority <number>', '-100 to 100; 0 is usual, higher comes first', wholePriority, usual)
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const client = connect(terminal.env, options);
      const { repo, branch, priority } = options;
      const id = await findJob(client, word, { repo, branch });
      const job = await client.call('raise-job', { params: { job: id }, body: { priority } });
      output.answer(
        job,
        () => `Job ${id} (${clean(job.name)}) has priority ${job.priority} now. Its place: signalbox explain ${id}`,
      );
    }),
  );
}

function wholePriority(text: string): number {
  const value = Number(text);
  if (/^-?\d{1,3}$/.test(text) && Math.abs(value) <= 100) return value;
  throw new InvalidArgumentError('It is a whole number from -100 to 100.');
}
