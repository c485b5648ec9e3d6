// A fleet in a file: workers with the pools that they serve, for checks without a server.
import { readFileSync } from 'node:fs';
import { Mistake } from '../mistake.ts';

type Fleet = { readonly workers: readonly { readonly name: string; readonly pools: readonly string[] }[] };

/** How many workers serve each pool. The file is what `{"workers": [{"name": "w1", "pools": ["linux"]}]}` looks like. */
export function readFleet(file: string): Map<string, number> {
  const fleet = parse(file);
  const pools = new Map<string, number>();
  for (const { pools: served } of fleet.workers) {
    for (const pool of served) pools.set(pool, (pools.get(pool) ?? 0) + 1);
  }
  return pools;
}

function parse(file: string): Fleet {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Mistake('usage', `${file} cannot be read: ${(cause as Error).message}`, shape, { cause });
  }
  if (!isFleet(value)) throw new Mistake('usage', `${file} is no fleet.`, shape);
  return value;
}

const shape = 'It looks like {"workers": [{"name": "w1", "pools": ["linux"]}]}.';

function isFleet(value: unknown): value is Fleet {
  const workers = (value as { workers?: unknown } | null)?.workers;
  return (
    Array.isArray(workers) &&
    workers.every(
      (worker: { pools?: unknown } | null) =>
        Array.isArray(worker?.pools) && worker.pools.every((pool: unknown) => typeof pool === 'string'),
    )
  );
}
