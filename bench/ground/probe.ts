// Asks for what the pages ask, one request after another with a pause, while something else loads the server: how long answers take.
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from './figures.ts';
import { Wire } from './wire.ts';

export type Probe = { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };

/** What is asked costs the server too: at ten a second under a twentieth of a core. */
const pauseMillis = 100;

/** Begins at once; the function ends it. */
export async function startProbe(
  address: string,
  token: string,
  paths: readonly string[],
): Promise<() => Promise<Probe>> {
  const wire = await Wire.open(address, token);
  for (const path of paths) await wire.call('GET', path);
  const millis: number[] = [];
  let isOver = false;
  const asking = (async () => {
    for (let turn = 0; !isOver; turn++) {
      const began = performance.now();
      await wire.call('GET', paths[turn % paths.length]!);
      millis.push(performance.now() - began);
      await pause(pauseMillis);
    }
  })();
  return async () => {
    isOver = true;
    await asking;
    wire.close();
    return { count: millis.length, p50Ms: percentile(millis, 0.5), p99Ms: percentile(millis, 0.99) };
  };
}
