// `signalbox workers`: who can run jobs, what they do now, and what waits in each pool.
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { span } from '../words.ts';

export function workersCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('workers', 'List workers and pools.', [
      ['signalbox workers', 'who is there, and what waits'],
      ['signalbox workers --json', 'the same for programs'],
    ]),
  ).action(
    runWith(terminal, async (output: Output, options: OutputOptions & ServerOptions) => {
      const client = connect(terminal.env, options);
      const [{ items: workers }, { items: pools }] = await Promise.all([
        client.call('list-workers', {}),
        client.call('list-pools', {}),
      ]);
      output.answer({ workers, pools }, () => {
        const workerRows = workers.map((one) => [
          one.name,
          one.state,
          `${one.running.length}/${one.capacity}`,
          one.platform,
          `${span(Date.now() - Date.parse(one.lastSeenAt))} ago`,
          one.pools.join(','),
          one.running.map((run) => `${run.jobId} ${clean(run.jobName)}`).join(', '),
        ]);
        const poolRows = pools.map((one) => [
          one.name,
          String(one.ready),
          String(one.running),
          String(one.workers),
          one.oldestReadyAt ? span(Date.now() - Date.parse(one.oldestReadyAt)) : '',
        ]);
        return [
          ...(workers.length > 0
            ? table(output, ['WORKER', 'STATE', 'RUNS', 'PLATFORM', 'SEEN', 'POOLS', 'DOES'], workerRows)
            : ['No worker is there: start one with `signalbox worker`.']),
          '',
          ...(pools.length > 0 ? table(output, ['POOL', 'READY', 'RUNNING', 'WORKERS', 'OLDEST WAITS'], poolRows) : []),
        ];
      });
    }),
  );
}
