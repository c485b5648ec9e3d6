// `signalbox audit`: who did what to what, newest first.
import { type Command, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & { actor?: string; action?: string; limit: string; cursor?: string };

export function auditCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('audit', 'List who did what to what, newest first.', [
      ['signalbox audit', 'the last hundred deeds'],
      ['signalbox audit --action pin. --actor ada', 'all that ada did to pins'],
      ['signalbox audit --action archive.purge --json', 'what left the archive, for programs'],
    ])
      .option('--actor <name>', 'of this person or program')
      .option('--action <word>', 'of this kind; with a dot at its end, all that begin so')
      .option('--cursor <cursor>', 'go on where the last answer ended')
      .addOption(new Option('--limit <number>', 'at most so many, up to 500').default('100')),
  ).action(
    runWith(terminal, async (output: Output, options: Options) => {
      const { actor, action, cursor } = options;
      const query = {
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(cursor === undefined ? {} : { cursor }),
        limit: Number(options.limit),
      };
      const answer = await connect(terminal.env, options).call('list-audit', { query });
      const rows = answer.items.map((entry) => [
        entry.at.slice(0, 19).replace('T', ' '),
        clean(entry.actor),
        clean(entry.action),
        clean(entry.subject),
        clean(JSON.stringify(entry.detail)),
      ]);
      output.answer(answer, () =>
        rows.length === 0
          ? 'Nothing like that is noted.'
          : [
              ...table(output, ['AT (UTC)', 'WHO', 'WHAT', 'TO WHAT', 'DETAIL'], rows),
              ...(answer.next ? [`There is more: --cursor ${answer.next}`] : []),
            ],
      );
    }),
  );
}
