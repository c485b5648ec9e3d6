// `signalbox secret`: values that jobs ask for by name. A value never comes as an argument: those are seen by others.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { shortestSecret } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { Mistake } from '../mistake.ts';
import { type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Common = OutputOptions & ServerOptions;

export function secretCommand(terminal: Terminal): Command {
  return createCommand('secret', 'Secrets of a repository, for its jobs.', [
    ['signalbox secret set api NPM_TOKEN < token', 'from a file or another command'],
    ['signalbox secret list api', 'their names; values are never shown'],
  ])
    .helpCommand(false)
    .addCommand(setSecretCommand(terminal))
    .addCommand(listSecretsCommand(terminal))
    .addCommand(removeSecretCommand(terminal));
}

function setSecretCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('set', 'Set a secret; the value is read from the input or a file.', [
      ['pass show npm | signalbox secret set api NPM_TOKEN', 'from another command'],
      ['signalbox secret set api SIGNING_KEY --from-file key.pem', 'from a file, all of it'],
    ])
      .argument('<repo>', 'name of the repository')
      .argument('<name>', 'name of the secret: capitals, digits, underscores')
      .option('--from-file <path>', 'read the value from this file'),
  ).action(
    runWith(terminal, async (output: Output, options: Common & { fromFile?: string }, repo: string, secret: string) => {
      const value = options.fromFile
        ? readFileSync(resolve(terminal.directory, options.fromFile), 'utf8')
        : await readValue(terminal);
      if (value === '') throw new Mistake('usage', 'The value is empty.', 'Give it on the input, or with --from-file.');
      const characters = value.trim().length;
      if (characters < shortestSecret)
        throw new Mistake(
          'usage',
          `The value has ${characters} characters; a secret has at least ${shortestSecret}.`,
          'A shorter one cannot be struck out of logs without spoiling them. Choose a longer one.',
        );
      await connect(terminal.env, options).call('set-secret', { params: { repo, secret }, body: { value } });
      output.answer(
        { repo, secret },
        () => `${secret} of ${repo} is set. A job asks for it with: secrets: [${secret}]`,
      );
    }),
  );
}

function listSecretsCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('list', 'List the names of the secrets of a repository.', [
      ['signalbox secret list api', 'names only'],
    ]).argument('<repo>', 'name of the repository'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, repo: string) => {
      const answer = await connect(terminal.env, options).call('list-secrets', { params: { repo } });
      output.answer(answer, () =>
        answer.items.length === 0
          ? `${repo} has no secrets.`
          : table(
              output,
              ['SECRET', 'SET'],
              answer.items.map((one) => [one.name, one.updatedAt.slice(0, 16).replace('T', ' ')]),
            ),
      );
    }),
  );
}

function removeSecretCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('remove', 'Remove a secret.', [['signalbox secret remove api NPM_TOKEN', 'no job gets it any more']])
      .argument('<repo>', 'name of the repository')
      .argument('<name>', 'name of the secret'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, repo: string, secret: string) => {
      await connect(terminal.env, options).call('remove-secret', { params: { repo, secret } });
      output.answer({ repo, removed: secret }, () => `${secret} of ${repo} is removed.`);
    }),
  );
}

/** One line end at the end belongs to the typing, not to the value. */
async function readValue(terminal: Terminal): Promise<string> {
  if (terminal.stdin.isTTY) {
    throw new Mistake(
      'usage',
      'A secret is not typed at a prompt.',
      'Send it in: signalbox secret set REPO NAME < file',
    );
  }
  return (await text(terminal.stdin)).replace(/\r?\n$/, '');
}
