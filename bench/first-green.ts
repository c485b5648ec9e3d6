// From `signalbox start` on an installed clone to the first job that passed, and what server and worker hold in memory at rest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@signalbox/protocol';
import { startProgram } from '../test/kit/programs.ts';
import { until } from '../test/kit/wait.ts';
import { rounded, say } from './ground/figures.ts';
import { findProcesses, residentMb } from './ground/processes.ts';

const restSeconds = 10;

export async function firstGreen(): Promise<Record<string, number>> {
  const data = await mkdtemp(path.join(tmpdir(), 'signalbox-first-green-'));
  say(`signalbox start in an empty data directory ${data}`);
  const began = performance.now();
  const start = startProgram(['start', '--data', data]);
  try {
    const address = /https?:\/\/[\w.:[\]-]+/.exec(await start.line(/https?:\/\/(localhost|127)/, 60))![0];
    say(`the address was printed after ${rounded((performance.now() - began) / 1000)} s: ${address}`);
    const client = createClient({ server: address });
    await until(
      'a job that passed',
      async () => (await client.call('list-jobs', { query: { verdict: 'passed', limit: 1 } })).items[0],
      { seconds: 120 },
    );
    const seconds = rounded((performance.now() - began) / 1000);
    say(`the first job had passed after ${seconds} s`);
    await until(
      'all jobs of the sample to end',
      async () => {
        const open = await Promise.all(
          (['waiting', 'ready', 'running'] as const).map((state) =>
            client.call('list-jobs', { query: { state, limit: 1 } }),
          ),
        );
        return open.every((page) => page.items.length === 0);
      },
      { seconds: 120 },
    );
    say(
      `all jobs of the sample had ended after ${rounded((performance.now() - began) / 1000)} s; now ${restSeconds} s of rest`,
    );
    await pause(restSeconds * 1000);
    const memoryOf = (program: string) =>
      Math.max(0, ...findProcesses('node', `signalbox.js ${program} `, data).map(residentMb));
    return { seconds, serverRssMb: memoryOf('serve'), workerRssMb: memoryOf('worker') };
  } finally {
    await start.stop('SIGTERM');
    await rm(data, { recursive: true, force: true });
  }
}
