// The queue's cycle with 0 to a million jobs waiting, and with 0 and five million finished ones in history: does the rate hold?
import { parseArgs } from 'node:util';
import { type Client, runCycles, startClient } from './ground/clients.ts';
import { rounded, say } from './ground/figures.ts';
import { fillFinished, fillWaiting } from './ground/fill.ts';
import { type House, startHouse } from './ground/house.ts';

type Cell = { waiting: number; finished: number; cyclesPerSecond: number; serverCpuMs: number; databaseCpuMs: number };

const depths = [0, 10_000, 100_000, 1_000_000];
const histories = [0, 5_000_000];

export async function queueDepth(args: readonly string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: 'string', default: '64' },
      cycles: { type: 'string', default: '10000' },
      scale: { type: 'string', default: '1' },
    },
  });
  const scale = Number(values.scale);
  const cells: Cell[] = [];
  for (const history of histories) {
    const house = await startHouse();
    try {
      await fillFinished(house, Math.round(history * scale));
      const clients = await Promise.all(
        Array.from({ length: Number(values.clients) }, (_, number) => startClient(house, number)),
      );
      cells.push(...(await measureDepths(house, clients, Number(values.cycles), scale, history)));
      for (const client of clients) client.close();
    } finally {
      await house.stop();
    }
  }
  const [empty] = cells;
  return {
    cells,
    worstRatio: rounded(Math.min(...cells.map((cell) => cell.cyclesPerSecond / empty!.cyclesPerSecond)), 2),
  };
}

async function measureDepths(house: House, clients: readonly Client[], cycles: number, scale: number, history: number) {
  const cells: Cell[] = [];
  let waiting = 0;
  await runCycles(house, clients, Math.ceil(cycles / 5));
  for (const depth of depths) {
    const more = Math.round(depth * scale) - waiting;
    if (more > 0) await fillWaiting(house, 'bench', more);
    waiting += more;
    // What was just filled is not in any cache of the server yet, and the checkpoint that it caused is not measured.
    await house.database.query('checkpoint');
    await runCycles(house, clients, Math.ceil(cycles / 5));
    const figures = await runCycles(house, clients, cycles);
    const cell = {
      waiting,
      finished: Math.round(history * scale),
      cyclesPerSecond: rounded(figures.perSecond),
      serverCpuMs: rounded(figures.serverCpuMs, 2),
      databaseCpuMs: rounded(figures.databaseCpuMs, 2),
    };
    say(JSON.stringify(cell));
    cells.push(cell);
  }
  return cells;
}
