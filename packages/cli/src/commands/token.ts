// `signalbox token`: makes, lists and ends the tokens of persons and workers.
import type { Client, Scope, Token } from '@signalbox/protocol/browser';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { wholeNumber } from '../find.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';

const scopes = [
  'read',
  'push',
  'submit',
  'act',
  'approve',
  'order',
  'admin',
  'work',
] as const satisfies readonly Scope[];
type Common = OutputOptions & ServerOptions;
type CreateOptions = Common & { worker?: true; scope?: Scope[]; pool?: string[]; days?: number };

export function tokenCommand(terminal: Terminal): Command {
  return createCommand('token', 'Tokens of persons and workers.', [
    ['signalbox token create dana --scope read act', 'for a person'],
    ['signalbox token create --worker mac-7 --pool macos', 'for a worker'],
    ['signalbox token list', 'all of them, without their secrets'],
  ])
    .helpCommand(false)
    .addCommand(createTokenCommand(terminal))
    .addCommand(listTokensCommand(terminal))
    .addCommand(revokeTokenCommand(terminal));
}

function createTokenCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('create', 'Make a token; its secret is printed once and kept nowhere.', [
      ['signalbox token create dana --scope read act --days 90', 'may see, cancel and rerun, for 90 days'],
      ['signalbox token create --worker mac-7 --pool macos > token', 'for a worker of the pool macos'],
    ])
      .argument('<name>', 'whose it is')
      .option('--worker', 'a token of a worker (it may take runs, and nothing else)')
      .addOption(new Option('--scope <scope...>', 'what it may do').choices(scopes))
      .option('--pool <name...>', 'pools that a worker with it may serve (else any)')
      .option('--days <count>', 'how long it holds (else until it is revoked)', wholeDays),
  ).action(
    runWith(terminal, async (output: Output, options: CreateOptions, name: string) => {
      const expiresAt = options.days ? new Date(Date.now() + options.days * 86_400_000).toISOString() : null;
      const made = await connect(terminal.env, options).call('create-token', {
        body: {
          kind: options.worker ? 'worker' : 'person',
          name,
          expiresAt,
          ...(options.scope && { scopes: options.scope }),
          ...(options.pool && { pools: options.pool }),
        },
      });
      // The secret alone on stdout, so that it can go into a file.
      output.answer(made, () => made.secret);
      output.note(`Token ${made.token.id} of ${clean(name)}: ${mayDo(made.token)}. Keep it: it is not shown again.`);
    }),
  );
}

function listTokensCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('list', 'List tokens, without their secrets.', [['signalbox token list', 'who may do what']]),
  ).action(
    runWith(terminal, async (output: Output, options: Common) => {
      const answer = await connect(terminal.env, options).call('list-tokens', {});
      output.answer(answer, () =>
        answer.items.length === 0
          ? 'There are no tokens.'
          : table(
              output,
              ['TOKEN', 'KIND', 'NAME', 'BEGINS', 'MAY', 'STANDS', 'LAST USED'],
              answer.items.map((one) => [
                String(one.id),
                one.kind,
                clean(one.name),
                one.prefix,
                mayDo(one),
                standsHow(one),
                one.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
              ]),
            ),
      );
    }),
  );
}

function revokeTokenCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('revoke', 'End a token now.', [
      ['signalbox token revoke 12', 'nobody gets in with it any more'],
    ]).argument('<id>', 'number of the token'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, id: string) => {
      const token = await revoke(connect(terminal.env, options), wholeNumber(id, 'A token'));
      output.answer(token, () => `Token ${token.id} of ${clean(token.name)} is ended.`);
    }),
  );
}

const revoke = (client: Client, token: number) => client.call('revoke-token', { params: { token } });

const mayDo = (token: Token) =>
  `${token.scopes.join(', ') || 'nothing'}${token.pools.length > 0 ? ` in ${token.pools.join(', ')}` : ''}`;

function standsHow(token: Token): string {
  if (token.revokedAt) return 'revoked';
  if (!token.expiresAt) return 'holds';
  const day = token.expiresAt.slice(0, 10);
  return Date.parse(token.expiresAt) < Date.now() ? `ended ${day}` : `until ${day}`;
}

function wholeDays(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 3650) return value;
  throw new InvalidArgumentError('It is a whole number of days from 1 to 3650.');
}
