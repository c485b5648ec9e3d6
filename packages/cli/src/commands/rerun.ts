// `signalbox rerun`: lets a job that has ended run once more.
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findJob, type Lane } from '../find.ts';
import { clean, type Output, type OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { watchUntilDone } from '../watch-until-done.ts';

type Options = OutputOptions & ServerOptions & Lane & { watch?: true };

export function rerunCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('rerun', 'Run a job again, and what was skipped because of it.', [
      ['signalbox rerun 1207', 'one job'],
      ['signalbox rerun test-linux --repo api --branch main --watch', 'the newest of that name, and stay'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .option('--watch', 'stay until it is done; the exit code is its verdict'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const client = connect(terminal.env, options);
      const id = await findJob(client, word, { repo: options.repo, branch: options.branch });
      const job = await client.call('rerun-job', { params: { job: id } });
      if (options.watch) return watchUntilDone(client, output, { kind: 'job', id });
      output.answer(job, () => `Job ${id} (${clean(job.name)}) is ${job.state} again. Watch it: signalbox watch ${id}`);
      return 0;
    }),
  );
}
