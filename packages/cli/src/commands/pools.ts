// `signalbox pools`, `signalbox pool set`: what waits in each pool, and how long its jobs wait for a cheaper worker.
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import type { Output, OutputOptions } from '../output.ts';
import { poolTable } from '../pool-table.ts';
import { secondsUpTo } from '../seconds.ts';
import type { Terminal } from '../terminal.ts';
import { span } from '../words.ts';

type Common = OutputOptions & ServerOptions;

export function poolsCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('pools', 'List pools: what waits, what runs, and what is paused.', [
      ['signalbox pools', 'all of them'],
      ['signalbox pools --json', 'the same for programs'],
    ]),
  ).action(
    runWith(terminal, async (output: Output, options: Common) => {
      const client = connect(terminal.env, options);
      const [{ items: pools }, { items }] = await Promise.all([
        client.call('list-pools', {}),
        client.call('list-pauses', {}),
      ]);
      const pauses = items.filter((one) => one.kind === 'pool');
      output.answer({ pools, pauses }, () =>
        pools.length > 0
          ? poolTable(output, pools, pauses)
          : 'There is no pool yet: one is there when a job names it or a worker serves it.',
      );
    }),
  );
}

export function poolCommand(terminal: Terminal): Command {
  return createCommand('pool', 'Settings of a pool.', [
    ['signalbox pool set linux --wait-budget 5m', 'rather wait than use a dear worker'],
  ])
    .helpCommand(false)
    .addCommand(setPoolCommand(terminal));
}

function setPoolCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('set', 'Say how long jobs wait for a cheaper worker while a dearer one is free.', [
      ['signalbox pool set linux --wait-budget 5m', 'then the dearer one takes them'],
      ['signalbox pool set linux --wait-budget 0', 'any worker takes them at once'],
    ])
      .argument('<name>', 'name of the pool')
      .requiredOption('--wait-budget <time>', 'at most so long: 90s, 5m, 1h; 0 for not at all', secondsUpTo(86_400)),
  ).action(
    runWith(terminal, async (output: Output, options: Common & { waitBudget: number }, name: string) => {
      const pool = await connect(terminal.env, options).call('set-pool', {
        params: { pool: name },
        body: { waitBudgetSeconds: options.waitBudget },
      });
      output.answer(pool, () =>
        pool.waitBudgetSeconds === 0
          ? `Jobs of pool ${name} are taken by any free worker at once.`
          : `Jobs of pool ${name} wait up to ${span(pool.waitBudgetSeconds * 1000)} for a cheaper worker.`,
      );
    }),
  );
}
