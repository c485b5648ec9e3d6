// `signalbox workers`: who can run jobs, what they do now, who is held and why, and what waits in each pool.
import type { Pool, Worker } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import { poolTable } from '../pool-table.ts';
import type { Terminal } from '../terminal.ts';
import { span } from '../words.ts';
import { drainCommand, quarantineCommand, resumeWorkersCommand, retireCommand } from './hold.ts';

export function workersCommand(terminal: Terminal): Command {
  const command = withServer(
    createCommand('workers', 'List workers and pools; keep workers from taking runs.', [
      ['signalbox workers', 'who is there, who is held and why, and what waits'],
      ['signalbox workers --json', 'the same for programs'],
      ['signalbox workers drain mac-7 --reason "new disk"', 'it ends what it runs and gets nothing more'],
      ['signalbox workers resume mac-7', 'it gets runs again'],
    ]),
  ).action(
    runWith(terminal, async (output: Output, options: OutputOptions & ServerOptions) => {
      const client = connect(terminal.env, options);
      const [{ items: workers }, { items: pools }] = await Promise.all([
        client.call('list-workers', {}),
        client.call('list-pools', {}),
      ]);
      output.answer({ workers, pools }, () => describe(output, workers, pools));
    }),
  );
  return command
    .helpCommand(false)
    .enablePositionalOptions()
    .addCommand(drainCommand(terminal))
    .addCommand(quarantineCommand(terminal))
    .addCommand(retireCommand(terminal))
    .addCommand(resumeWorkersCommand(terminal));
}

function describe(output: Output, workers: readonly Worker[], pools: readonly Pool[]): string[] {
  const held = workers.filter((one) => one.hold !== null);
  return [
    ...(workers.length > 0 ? workerTable(output, workers) : ['No worker is there: start one with `signalbox worker`.']),
    ...(held.length > 0 ? ['', ...holdTable(output, held)] : []),
    ...(pools.length > 0 ? ['', ...poolTable(output, pools, [])] : []),
  ];
}

type Column = readonly [head: string, cell: (worker: Worker) => string];

/** A column that would say the same of all is left out. */
function workerTable(output: Output, workers: readonly Worker[]): string[] {
  const columns: Column[] = [
    ['WORKER', (one) => one.name],
    ['STATE', (one) => (one.hold ? `${one.state}, ${one.hold.kind}` : one.state)],
    ['RUNS', (one) => `${one.running.length}/${one.capacity}`],
    ...optional(workers, ['ERRORED IN A ROW', (one) => (one.erroredInARow > 0 ? String(one.erroredInARow) : '')]),
    ...optional(workers, ['COST', (one) => (one.cost > 0 ? String(one.cost) : '')]),
    ['PLATFORM', (one) => one.platform],
    ['SEEN', (one) => `${span(Date.now() - Date.parse(one.lastSeenAt))} ago`],
    ['POOLS', (one) => one.pools.join(',')],
    ['DOES', (one) => one.running.map((run) => `${run.jobId} ${clean(run.jobName)}`).join(', ')],
  ];
  const heads = columns.map(([head]) => head);
  return table(
    output,
    heads,
    workers.map((worker) => columns.map(([, cell]) => cell(worker))),
  );
}

function optional(workers: readonly Worker[], column: Column): Column[] {
  return workers.some((worker) => column[1](worker) !== '') ? [column] : [];
}

function holdTable(output: Output, held: readonly Worker[]): string[] {
  const rows = held.map(({ name, hold }) => [
    name,
    hold!.kind,
    `${span(Date.now() - Date.parse(hold!.at))} ago`,
    clean(hold!.by),
    clean(hold!.reason),
  ]);
  return table(output, ['HELD', 'HOW', 'SINCE', 'BY', 'WHY'], rows);
}
