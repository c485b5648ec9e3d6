// `signalbox push report`: what a hook calls, to say that branches have moved. It never makes a push fail or wait long.
import { text } from 'node:stream/consumers';
import type { Client } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { explain, type Output, type OutputOptions } from '../output.ts';
import { repoPage } from '../pages.ts';
import type { Terminal } from '../terminal.ts';

type Moved = { readonly branch?: string; readonly revision?: string; readonly before?: string };
type Options = OutputOptions & ServerOptions & Moved & { hook?: true };

/** A hook may hold up its push no longer than this. */
const hookSeconds = 4;

export function pushCommand(terminal: Terminal): Command {
  return createCommand('push', 'Pushes of a repository.', [['signalbox push report api', 'look at api now']])
    .helpCommand(false)
    .addCommand(
      withServer(
        createCommand('report', 'Say that branches of a repository have moved (what its hook does).', [
          ['signalbox push report api', 'look at every branch of it now'],
          ['signalbox push report api --branch main --revision $(git rev-parse HEAD)', 'this branch has this head'],
          [
            'git for-each-ref … | signalbox push report api --hook',
            'lines of "before revision ref", as git gives a hook',
          ],
        ])
          .argument('<name>', 'name of the repository')
          .option('--branch <name>', 'the branch that moved (else: look at all)')
          .option('--revision <commit>', 'its new head; all zeros: it was deleted')
          .option('--before <commit>', 'its head before; all zeros: it is new')
          .option('--data <dir>', 'the data directory of the `start` to tell')
          .option('--hook', 'read what moved from the input, take at most 5 s, and never fail'),
      ).action(
        runWith(terminal, async (output: Output, options: Options, name: string) => {
          if (options.hook) return reportFromHook(output, terminal, options, name);
          const client = connect(terminal.env, options);
          const { branch, revision, before } = options;
          await report(client, name, { branch, revision, before });
          output.answer({ told: [{ branch, revision, before }] }, () => `Told: ${repoPage(client.server, name)}`);
          return 0;
        }),
      ),
    );
}

async function reportFromHook(output: Output, terminal: Terminal, options: Options, name: string): Promise<number> {
  const limit = AbortSignal.timeout(hookSeconds * 1000);
  try {
    const client = connect(terminal.env, options);
    const moved = readMoved(await text(terminal.stdin));
    for (const one of moved) await report(client, name, one, limit);
    if (moved.length > 0) output.line(`signalbox: ${repoPage(client.server, name)}`);
  } catch (error) {
    const why = limit.aborted ? `no answer within ${hookSeconds} s` : explain(error).what;
    output.note(`signalbox was not told (${why}); it sees the push when it next looks by itself`);
  }
  return 0;
}

/** Lines of git's `post-receive`: before, after, ref. Only branches are of interest; `-` is unknown. */
function readMoved(input: string): Moved[] {
  return input.split('\n').flatMap((line) => {
    const [before, revision, ref] = line.trim().split(/\s+/);
    if (!revision || !ref?.startsWith('refs/heads/')) return [];
    return [{ branch: ref.slice('refs/heads/'.length), revision, ...(before !== '-' && { before }) }];
  });
}

async function report(client: Client, repo: string, moved: Moved, signal?: AbortSignal): Promise<void> {
  await client.call('report-push', { params: { repo }, body: { ...moved }, signal });
}
