// `signalbox down`: stops what `start` runs; with --purge nothing of it is left.
import { existsSync, rmSync } from 'node:fs';
import { sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import { removeAllHooks } from '../hooks-kept.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import { listRunning, removeRunning } from '../running.ts';
import { chooseData, isData } from '../start/data-directory.ts';
import { endPostgres } from '../start/embedded-postgres.ts';
import { refuseWhileInUse } from '../start/in-use.ts';
import { askToStop, readHolder } from '../start/lock.ts';
import { awaitEnd } from '../start/processes.ts';
import { slowly } from '../start/say.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & { data?: string; purge?: true; yes?: true };

/** A worker and a server get as long as `start` gives them, and a little more. */
const patienceSeconds = 60;

export function downCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('down', 'Stop what `signalbox start` runs.', [
      ['signalbox down', 'stop; the data stay'],
      ['signalbox down --purge', 'stop, and remove all data and the lines in hooks'],
      ['signalbox down --data /srv/signalbox', 'the one with this data directory'],
    ])
      .option('--data <dir>', 'its data directory (else the one that runs, else the usual one)')
      .option('--purge', 'remove the data directory and the hooks that were installed')
      .option('--yes', 'do not ask'),
  ).action(
    runWith(terminal, async (output: Output, options: Options) => {
      const told = options.data ?? onlyRunning(terminal);
      const data = chooseData(terminal.env, told, terminal.directory);
      if (options.purge && existsSync(data) && !isData(data)) {
        throw new Mistake('usage', `${data} holds no data of Signalbox: nothing is removed.`, 'Name it with --data.');
      }
      if (options.purge && !options.yes && terminal.stdin.isTTY) await confirm(terminal, data);
      const stopped = await slowly(output, 'stopping', stopStart(data));
      removeRunning(terminal.env, data);
      const hooks = options.purge ? purge(data) : [];
      output.answer({ data, stopped, purged: options.purge ?? false, hooks }, () => [
        stopped ? `Stopped: ${data}` : `Nothing ran with ${data}`,
        ...hooks.map((file) => `Our lines are out of ${file}`),
        ...(options.purge ? ['Removed; nothing is left of it.'] : []),
      ]);
    }),
  );
}

function onlyRunning(terminal: Terminal): string | undefined {
  const running = listRunning(terminal.env);
  if (running.length < 2) return running[0]?.data;
  const list = running.map((one) => `  --data ${one.data}   ${one.address}`);
  throw new Mistake('usage', 'More than one is running. Which?', list.join('\n'));
}

/** @returns whether something ran. Also ends what a `start` that was killed has left running. */
async function stopStart(data: string): Promise<boolean> {
  const found = await readHolder(data);
  if (found?.alive) {
    await askToStop(found.holder);
    const deadline = performance.now() + patienceSeconds * 1000;
    while ((await readHolder(data))?.alive) {
      if (performance.now() > deadline) break;
      await pause(100);
    }
    await awaitEnd([found.holder.pid], 10);
  }
  if (found) await awaitEnd(found.holder.children, 20);
  await refuseWhileInUse(data);
  return (await endPostgres(data)) || found !== undefined;
}

function purge(data: string): string[] {
  // The sample's own hook goes with the data: nobody need hear of it.
  const hooks = removeAllHooks(data).filter((file) => !file.startsWith(data + sep));
  rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return hooks;
}

async function confirm(terminal: Terminal, data: string): Promise<void> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const said = await lines.question(`Remove ${data} with all jobs, logs and files in it? [y/N] `);
    if (!/^y(es)?$/i.test(said.trim())) throw new Mistake('cancelled', 'Nothing was removed.');
  } finally {
    lines.close();
  }
}
