// A real worker against a station, in a directory of its own; all of it is gone when the test is over.
import { onTestFinished } from 'vitest';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import {
  createOwnLog,
  readSettings,
  type Settings,
  startWorker,
  type Worker,
  type WorkerOptions,
} from '../../src/index.ts';
import { Station } from './station.ts';

/** As built: the tests of what outlives a process start it as a process. */
export const supervisorProgram = [
  process.execPath,
  new URL('../../dist/supervisor/main.js', import.meta.url).pathname,
] as const;

export type Site = {
  readonly station: Station;
  readonly dataDir: string;
  /** What the worker said of itself. */
  readonly said: string[];
  start(options?: Partial<WorkerOptions>): Promise<Worker>;
};

/** Limits that a test can wait for. */
export const quick = {
  retryMillis: 20,
  retryMostMillis: 200,
  graceSeconds: 0.3,
  firstRenewalMillis: 20,
  renewWaitSeconds: 2,
  claimWaitSeconds: 5,
  logMillis: 50,
  logWatchedMillis: 20,
  reportMillis: 20,
  spoolMillis: 100,
  stopSeconds: 2,
  minFreeBytes: 0,
} as const satisfies Partial<Settings>;

export async function site(settings: Partial<Settings> = {}): Promise<Site> {
  const station = new Station();
  await station.open();
  const data = await directoryToRemove('worker');
  const workers: Worker[] = [];
  const said: string[] = [];
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.stopNow()));
    await station.goAway();
    await data.remove();
  });
  return {
    station,
    dataDir: data.path,
    said,
    async start(options = {}) {
      const worker = await startWorker({
        servers: [station.address],
        token: 'sbw_the-token-of-this-worker',
        pools: ['default'],
        name: 'worker-1',
        capacity: 1,
        dataDir: data.path,
        settings: { ...readSettings({}), ...quick, ...settings },
        log: createOwnLog('plain', (line) => said.push(line)),
        env: process.env,
        supervisor: supervisorProgram,
        ...options,
      });
      workers.push(worker);
      return worker;
    },
  };
}
