// `signalbox remove`: forgets a repository, and takes our lines out of its hook.
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, findServer, type ServerOptions } from '../connect.ts';
import { removeHook } from '../hook.ts';
import { forgetHook } from '../hooks-kept.ts';
import { findLocalRepository } from '../local-repository.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

export function removeCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('remove', 'Forget a repository; what it holds itself stays.', [
      ['signalbox remove api', 'and take our lines out of its hook'],
    ]).argument('<name>', 'name of the repository'),
  ).action(
    runWith(terminal, async (output: Output, options: OutputOptions & ServerOptions, name: string) => {
      const server = findServer(terminal.env, options);
      const client = connect(terminal.env, { server: server.url });
      const repo = await client.call('get-repo', { params: { repo: name } });
      const file = await takeHookOut(repo.url, name);
      if (file && server.data) forgetHook(server.data, { name, file });
      await client.call('remove-repo', { params: { repo: name } });
      output.answer({ removed: name, hook: file ?? null }, () => [
        `${name} is forgotten.`,
        ...(file ? [`Our lines are out of ${file}`] : []),
      ]);
    }),
  );
}

async function takeHookOut(url: string, name: string): Promise<string | undefined> {
  try {
    const local = await findLocalRepository(url, '/');
    return local && (await removeHook(local, name));
  } catch (error) {
    // The repository is gone, or on another machine than we are: then there is no hook here.
    if (error instanceof Mistake && error.exit === 'not-found') return undefined;
    throw error;
  }
}
