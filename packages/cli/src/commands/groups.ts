// `signalbox groups`, `signalbox group set`: how many jobs of a concurrency group may go at once.
import { type Command, InvalidArgumentError } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Common = OutputOptions & ServerOptions;

export function groupsCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('groups', 'List the concurrency groups of a repository.', [
      ['signalbox groups api', 'their slots, how many are taken, how many jobs wait'],
    ]).argument('<repo>', 'name of the repository'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, repo: string) => {
      const answer = await connect(terminal.env, options).call('list-groups', { params: { repo } });
      output.answer(answer, () =>
        answer.items.length === 0
          ? `${repo} has no concurrency group: one is there when a job names it.`
          : table(
              output,
              ['GROUP', 'SLOTS', 'TAKEN', 'WAITING', 'SET BY'],
              answer.items.map((one) => [
                clean(one.name),
                String(one.slots),
                String(one.taken),
                String(one.waiting),
                one.changedBy ? `${clean(one.changedBy)}, ${one.changedAt.slice(0, 16).replace('T', ' ')} UTC` : '',
              ]),
            ),
      );
    }),
  );
}

export function groupCommand(terminal: Terminal): Command {
  return createCommand('group', 'Settings of a concurrency group.', [
    ['signalbox group set api simulator --slots 4', 'four jobs of it at once'],
  ])
    .helpCommand(false)
    .addCommand(setGroupCommand(terminal));
}

function setGroupCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('set', 'Say how many jobs of a group may go at once.', [
      ['signalbox group set api simulator --slots 4', 'more: waiting jobs move now; fewer: what runs goes on'],
      ['signalbox group set api simulator --slots 0', 'none'],
    ])
      .argument('<repo>', 'name of the repository')
      .argument('<name>', 'name of the group')
      .requiredOption('--slots <count>', 'so many at once', wholeSlots),
  ).action(
    runWith(terminal, async (output: Output, options: Common & { slots: number }, repo: string, name: string) => {
      const { slots } = options;
      const group = await connect(terminal.env, options).call('set-group', {
        params: { repo, group: name },
        body: { slots },
      });
      output.answer(
        group,
        () =>
          `${clean(group.name)} of ${repo} has ${group.slots} slots: ${group.taken} taken, ${group.waiting} jobs wait.`,
      );
    }),
  );
}

function wholeSlots(text: string): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value <= 100_000) return value;
  throw new InvalidArgumentError('It is a whole number from 0 to 100000.');
}
