// `signalbox cancel`: ends a job, or all jobs of a pipeline, that nobody needs any more.
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findJob, type Lane, wholeNumber } from '../find.ts';
import { Mistake } from '../mistake.ts';
import { clean, type Output, type OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & Lane & { pipeline?: string };

export function cancelCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('cancel', 'Cancel a job, or a whole pipeline.', [
      ['signalbox cancel 1207', 'one job'],
      ['signalbox cancel --pipeline 88', 'every job of it that has not ended'],
    ])
      .argument('[job]', 'number of a job, or its name with --repo and --branch')
      .option('--pipeline <id>', 'all jobs of this pipeline')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string | undefined) => {
      const client = connect(terminal.env, options);
      if (options.pipeline) {
        const pipeline = wholeNumber(options.pipeline, 'A pipeline');
        const answer = await client.call('cancel-pipeline', { params: { pipeline } });
        output.answer(answer, () => `Pipeline ${pipeline}: ${answer.cancelled} jobs cancelled.`);
        return;
      }
      if (!word) throw new Mistake('usage', 'What is to be cancelled?', 'Give a job, or --pipeline ID.');
      const id = await findJob(client, word, { repo: options.repo, branch: options.branch });
      const job = await client.call('cancel-job', { params: { job: id } });
      output.answer(job, () =>
        job.verdict ? `Job ${id} (${clean(job.name)}) is cancelled.` : `Job ${id} (${clean(job.name)}) ends now.`,
      );
    }),
  );
}
