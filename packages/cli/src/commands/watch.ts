// `signalbox watch`: a push, a pipeline or a job, live until it is done; the exit code is the verdict.
import type { Client } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findJob, findNewest, type Lane, wholeNumber } from '../find.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { watchUntilDone } from '../watch-until-done.ts';
import type { Watched } from '../watched.ts';

type Options = OutputOptions & ServerOptions & Lane & { pipeline?: string; push?: string };

export function watchCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('watch', 'Watch until it is done; the exit code is its verdict.', [
      ['signalbox watch', 'the newest pipeline'],
      ['signalbox watch --repo api --branch main', 'the newest push to main'],
      ['signalbox watch 1207', 'one job'],
      ['signalbox watch test-linux --repo api', 'the newest job of that name'],
      ['signalbox watch --pipeline 88 && ./ship', 'go on only when all of it passed'],
    ])
      .argument('[job]', 'number of a job, or its name with --repo and --branch')
      .option('--pipeline <id>', 'this pipeline')
      .option('--push <id>', 'all pipelines of this push')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string | undefined) => {
      const client = connect(terminal.env, options);
      return watchUntilDone(client, output, await whatToWatch(client, options, word));
    }),
  );
}

async function whatToWatch(client: Client, options: Options, word: string | undefined): Promise<Watched> {
  const { pipeline, push, repo, branch } = options;
  if (pipeline) return { kind: 'pipeline', id: wholeNumber(pipeline, 'A pipeline') };
  if (push) return { kind: 'push', id: wholeNumber(push, 'A push') };
  if (word) return { kind: 'job', id: await findJob(client, word, { repo, branch }) };
  const newest = await findNewest(client, { repo, branch });
  return 'pushId' in newest ? { kind: 'push', id: newest.pushId } : { kind: 'pipeline', id: newest.pipelineId };
}
