// What a server and its PostgreSQL take of logs when nothing else is asked of the machine: compressed chunks of 16 runs from a load
// generator that has made them before, appended, and sealed into the archive. Speed is text a second, from the first call to the last
// log in the archive.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { until } from '../test/kit/wait.ts';
import { rounded, say } from './ground/figures.ts';
import { startHouse } from './ground/house.ts';
import { chunksOf, fillLog, openRuns } from './ground/loaded-log.ts';
import { measureMachine } from './ground/machine-limits.ts';
import { writePrintedText } from './ground/printed-text.ts';

const runsAtOnce = 16;
const megabytesOfRun = 500;
const settleSeconds = 900;

export async function logServer(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: { scale: { type: 'string', default: '1' }, profile: { type: 'string' } },
  });
  const textBytes = Math.round(megabytesOfRun * 1e6 * Number(values.scale));
  const house = await startHouse({
    profile: values.profile,
    settings: { SIGNALBOX_LOG_STEP_BYTES: String(2 * textBytes) },
  });
  try {
    const text = writePrintedText(path.join(house.data, 'printed.txt'), 20, 'no secret is in this text');
    const limits = measureMachine(house.data, text.sample);
    const chunks = chunksOf(text.sample);
    say(
      `limits of the machine now: the disk takes ${limits.diskMbPerSecond} MB/s of members, which are ${rounded(limits.diskMbPerSecond * limits.ratio, 0)} MB/s of text; they go to it three times (WAL, table, archive)`,
    );
    const runs = await openRuns(house, 'load', runsAtOnce);
    say(`${runsAtOnce} runs send ${textBytes / 1e6} MB of text each`);
    let sent = 0;
    const progress = setInterval(() => say(`  ${rounded(sent / 1e6, 0)} MB`), 5_000);
    const before = { ...house.cpu(), bench: process.cpuUsage() };
    const began = performance.now();
    const sizes = await Promise.all(
      runs.map((run) =>
        fillLog(run, chunks, textBytes, (bytes) => {
          sent += bytes;
        }),
      ),
    );
    clearInterval(progress);
    const appended = (performance.now() - began) / 1000;
    await Promise.all(runs.map((run, at) => run.worker.finish(run, [0, sizes[at]!])));
    await until('all logs in the archive', async () => (await sealed(house.database)) === runs.length, {
      seconds: settleSeconds,
    });
    const seconds = (performance.now() - began) / 1000;
    const after = { ...house.cpu(), bench: process.cpuUsage(before.bench) };
    const all = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    const cost = (what: 'server' | 'database') => rounded(((after[what] - before[what]) * 1000) / all, 2);
    const generator = rounded((after.bench.user + after.bench.system) / 1000 / all, 2);
    say(
      `  ${rounded(appended)} s to append, ${rounded(seconds)} s to the archive; CPU ms a MB of text: server ${cost('server')}, database ${cost('database')}, load generator ${generator}; the server had ${house.serverRssMb()} MB`,
    );
    for (const { worker } of runs) worker.close();
    return {
      mbPerSecond: rounded(all / seconds),
      appendMbPerSecond: rounded(all / appended),
      cpuMsPerMb: rounded(cost('server') + cost('database'), 2),
    };
  } finally {
    await house.stop();
  }
}

type Asked = { query(text: string): Promise<{ rows: { count: string }[] }> };

async function sealed(database: Asked): Promise<number> {
  return Number((await database.query('select count(*) from sealed_log')).rows[0]!.count);
}
