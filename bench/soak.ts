// Half a million jobs through the HTTP API as fast as they go, with retention running: do rates hold, and do tables stay flat?
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runCycles, startClient } from './ground/clients.ts';
import { rounded, say } from './ground/figures.ts';
import { type House, startHouse } from './ground/house.ts';

const tenths = 10;

export async function soak(args: readonly string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: 'string', default: '64' },
      jobs: { type: 'string', default: '500000' },
      scale: { type: 'string', default: '1' },
    },
  });
  const jobs = Math.round(Number(values.jobs) * Number(values.scale));
  // Kept for a minute instead of months: the whole life of a row fits into the bench.
  const house = await startHouse({ settings: { SIGNALBOX_HISTORY_DAYS: '0.0007' } });
  try {
    const clients = await Promise.all(
      Array.from({ length: Number(values.clients) }, (_, number) => startClient(house, number)),
    );
    const rates: number[] = [];
    const sizes: number[] = [];
    for (let tenth = 1; tenth <= tenths; tenth += 1) {
      const figures = await runCycles(house, clients, Math.round(jobs / tenths));
      rates.push(figures.perSecond);
      sizes.push(await tableMb(house));
      const figuresOf = `server ${rounded(figures.serverCpuMs, 2)} ms, database ${rounded(figures.databaseCpuMs, 2)} ms a job`;
      say(
        `tenth ${tenth}: ${rounded(figures.perSecond)} jobs/s, ${figuresOf}, tables and indexes ${rounded(sizes.at(-1)!)} MB`,
      );
    }
    for (const client of clients) client.close();
    await pause(90_000);
    const { rows } = await house.database.query<{ jobs: string; dead: string }>(
      `select (select count(*) from job) as jobs, (select sum(n_dead_tup) from pg_stat_user_tables) as dead`,
    );
    return {
      jobs,
      firstTenthPerSecond: rounded(rates[0]!),
      lastTenthPerSecond: rounded(rates.at(-1)!),
      tableMbByTenth: sizes.map((size) => rounded(size)),
      tableMbAfterRetention: rounded(await tableMb(house)),
      jobsLeft: Number(rows[0]!.jobs),
      deadRows: Number(rows[0]!.dead),
    };
  } finally {
    await house.stop();
  }
}

/** Tables with their indexes. */
async function tableMb(house: House): Promise<number> {
  const { rows } = await house.database.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(oid)) as bytes from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  return Number(rows[0]!.bytes) / 1e6;
}
