// `signalbox add`: registers a repository and lets it tell of its pushes.
import { existsSync } from 'node:fs';
import type { BranchLevel } from '@signalbox/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { type Address, connect, findServer, type ServerOptions } from '../connect.ts';
import { type Installed, installHook } from '../hook.ts';
import { keepHook } from '../hooks-kept.ts';
import { findLocalRepository, type LocalRepository, nameFor } from '../local-repository.ts';
import { isLoopback } from '../loopback.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import { repoPage } from '../pages.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & { name?: string; hook: boolean; poll?: number; level?: BranchLevel[] };

export function addCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('add', 'Register a repository: a path or a URL.', [
      ['signalbox add ~/src/api', 'a work tree: each commit is built'],
      ['signalbox add /srv/git/api.git', 'a bare repository: each push is built'],
      ['signalbox add https://example.org/api.git --poll 30', 'looked at every 30 seconds'],
      ['signalbox add . --no-hook --name api', 'without touching its hooks'],
      ["signalbox add . --level 'release/*=3'", 'what is on a release branch comes first in line'],
    ])
      .argument('<path-or-url>', 'where it is')
      .option('--name <name>', 'its name in addresses and commands (else the last part of the path)')
      .option('--no-hook', 'install no hook')
      .option('--poll <seconds>', 'look at it so often (0: never)', wholeSeconds)
      .option(
        '--level <pattern=level>',
        'how much branches matter in line, 3 to 1; may be given several times',
        branchLevel,
      ),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const server = findServer(terminal.env, options);
      const client = connect(terminal.env, { server: server.url });
      const local = await findLocalRepository(word, terminal.directory);
      if (local && server.from !== 'running' && !isLoopback(server.url)) throw pathOfThisMachine(local, server);
      const name = options.name ?? nameFor(local?.path ?? word);
      const body = {
        url: local?.path ?? word,
        ...(options.poll !== undefined && { pollSeconds: options.poll }),
        ...(options.level && { branchLevels: options.level }),
      };
      const repo = await client.call('add-repo', { params: { repo: name }, body });
      const hook = local && options.hook ? await hookUp(local, name, server) : undefined;
      output.answer({ repo, hook: hook ?? null, page: repoPage(server.url, name) }, () => [
        `${name} is registered: ${repo.url}`,
        ...sayHook(hook),
        ...(repo.pollSeconds > 0 ? [`It is looked at every ${repo.pollSeconds} s as well.`] : []),
        ...(local?.kind === 'work-tree' && !existsSync(`${local.path}/.signalbox.yml`)
          ? ['It has no .signalbox.yml yet: `signalbox init` in it writes one to begin with.']
          : []),
        `See it: ${repoPage(server.url, name)}`,
      ]);
    }),
  );
}

function pathOfThisMachine({ path }: LocalRepository, { url }: Address): Mistake {
  const cure = 'Push it somewhere that server can reach, and add that: `signalbox add https://example.org/api.git`.';
  return new Mistake('usage', `${path} is a path of this machine, and the server is elsewhere: ${url}`, cure);
}

async function hookUp(local: LocalRepository, name: string, server: Address): Promise<Installed> {
  // The address of a server that `start` runs may change with every start: its data directory does not.
  const where = server.from === 'running' && server.data ? ['--data', server.data] : ['--server', server.url];
  const installed = await installHook(local, name, ownCommand(['push', 'report', name, '--hook', ...where]));
  if (installed.kind !== 'left-alone' && server.data) keepHook(server.data, { name, file: installed.file });
  return installed;
}

function sayHook(hook: Installed | undefined): string[] {
  switch (hook?.kind) {
    case undefined:
      return [];
    case 'installed':
      return [`Its hook tells of new commits now: ${hook.file}`];
    case 'renewed':
      return [`Its hook was brought up to date: ${hook.file}`];
    case 'unchanged':
      return [`Its hook is there already: ${hook.file}`];
    case 'left-alone':
      return [`Its hook was left alone (${hook.why}): ${hook.file}`];
    default:
      return hook satisfies never;
  }
}

function wholeSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('It is a whole number of seconds from 0 to 86400.');
}

/** In the order in which they are given: the first that matches counts. */
function branchLevel(text: string, before: readonly BranchLevel[] = []): BranchLevel[] {
  const [, pattern, level] = /^(.+)=([1-3])$/.exec(text) ?? [];
  if (!pattern) throw new InvalidArgumentError('It is a branch or a pattern, and a level from 1 to 3: release/*=3.');
  return [...before, { pattern, level: Number(level) }];
}
