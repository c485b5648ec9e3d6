// Keeps workers from taking runs, or lets them go, by their names: all of them, or none when one is unknown.
import type { Client, Worker, WorkerHold } from '@signalbox/protocol/browser';
import { Mistake } from './mistake.ts';

export async function holdWorkers(client: Client, names: readonly string[], hold: WorkerHold): Promise<Worker[]> {
  const held: Worker[] = [];
  for (const worker of await findWorkers(client, names)) {
    held.push(await client.call('hold-worker', { params: { worker: worker.id }, body: hold }));
  }
  return held;
}

export async function letWorkersGo(client: Client, names: readonly string[]): Promise<Worker[]> {
  const free: Worker[] = [];
  for (const worker of await findWorkers(client, names)) {
    free.push(await client.call('let-worker-go', { params: { worker: worker.id } }));
  }
  return free;
}

async function findWorkers(client: Client, names: readonly string[]): Promise<Worker[]> {
  const { items } = await client.call('list-workers', {});
  const unknown = names.filter((name) => !items.some((one) => one.name === name));
  if (unknown.length > 0) {
    const cure = '`signalbox workers` lists them. Nothing was changed.';
    throw new Mistake('not-found', `No worker has the name ${unknown.map((name) => `"${name}"`).join(', ')}.`, cure);
  }
  return items.filter((one) => names.includes(one.name));
}
