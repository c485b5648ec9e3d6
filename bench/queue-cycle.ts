// Submit, claim, finish through the real HTTP API with tokens: 64 clients, one server process, PostgreSQL beside it, no history.
import { parseArgs } from 'node:util';
import { runCycles, startClient } from './ground/clients.ts';
import { rounded, say } from './ground/figures.ts';
import { startHouse } from './ground/house.ts';

export async function queueCycle(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: 'string', default: '64' },
      cycles: { type: 'string', default: '30000' },
      scale: { type: 'string', default: '1' },
      profile: { type: 'string' },
    },
  });
  const count = Number(values.clients);
  const cycles = Math.round(Number(values.cycles) * Number(values.scale));
  const house = await startHouse({ profile: values.profile });
  try {
    const clients = await Promise.all(Array.from({ length: count }, (_, number) => startClient(house, number)));
    const warming = Math.ceil(cycles / 10);
    say(`${count} clients; ${warming} cycles to warm up, then ${cycles}`);
    await runCycles(house, clients, warming);
    const figures = await runCycles(house, clients, cycles);
    say(`${rounded(figures.perSecond)} cycles/s for ${rounded(figures.seconds)} s`);
    for (const client of clients) client.close();
    return {
      clients: count,
      cycles,
      cyclesPerSecond: rounded(figures.perSecond),
      serverCpuMsPerCycle: rounded(figures.serverCpuMs, 2),
      databaseCpuMsPerCycle: rounded(figures.databaseCpuMs, 2),
    };
  } finally {
    await house.stop();
  }
}
