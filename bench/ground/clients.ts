// Clients that go round and round: submit a job, claim one, finish it. Each is a person's connection and a worker's.
import { randomUUID } from 'node:crypto';
import type { House } from './house.ts';
import { Wire } from './wire.ts';

export type Client = {
  /** One cycle, from the submission to the answer of the end. */
  cycle(): Promise<void>;
  close(): void;
};

/** Jobs of one pipeline: then it is closed, and another begun, as with pushes. */
const jobsOfPipeline = 500;

/** `number` tells it from the others; each has a worker of its own in the pool. */
export async function startClient(house: House, number: number, pool = 'bench'): Promise<Client> {
  const person = await Wire.open(house.address, house.tokens.person);
  const worker = await startWorker(house, `bench-${number}`, [pool]);
  let pipelineId = 0;
  let jobs = jobsOfPipeline;
  return {
    async cycle() {
      if (jobs === jobsOfPipeline) {
        if (pipelineId > 0) await person.call('POST', `/api/v1/pipelines/${pipelineId}/close`, {});
        pipelineId = await openPipeline(person, house.pushId);
        jobs = 0;
      }
      await person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, { jobs: [jobNamed(`job-${jobs++}`, pool)] });
      await worker.finish((await worker.claim(60))!);
    },
    close() {
      person.close();
      worker.close();
    },
  };
}

export async function openPipeline(person: Wire, pushId: number): Promise<number> {
  const body = { requestId: randomUUID(), jobs: [], keepOpen: true };
  return (await person.call<{ pipelineId: number }>('POST', `/api/v1/pushes/${pushId}/submissions`, body)).pipelineId;
}

export const jobNamed = (name: string, pool: string) => ({
  name,
  pool,
  checkout: false,
  steps: [{ name: 'Nothing', script: 'true' }],
});

export type Claimed = { readonly runId: number; readonly claimId: string };
export type SimulatedWorker = {
  readonly id: number;
  readonly wire: Wire;
  /** Waits up to so long; undefined: nothing came. */
  claim(waitSeconds: number): Promise<Claimed | undefined>;
  finish(run: Claimed, logBytes?: readonly number[]): Promise<void>;
  close(): void;
};

export async function startWorker(house: House, name: string, pools: readonly string[]): Promise<SimulatedWorker> {
  const wire = await Wire.open(house.address, house.tokens.worker);
  const facts = { name, pools, capacity: 1, version: '0', platform: 'linux-x64' };
  const { workerId } = await wire.call<{ workerId: number }>('POST', '/api/v1/workers', facts);
  return {
    id: workerId,
    wire,
    async claim(waitSeconds) {
      const claimId = randomUUID();
      const answer = await wire.call<{ order: { runId: number } | null }>(
        'POST',
        `/api/v1/workers/${workerId}/claims`,
        {
          claimId,
          waitSeconds,
        },
      );
      return answer.order ? { runId: answer.order.runId, claimId } : undefined;
    },
    async finish({ runId, claimId }, logBytes = [0, 0]) {
      await wire.call('POST', `/api/v1/runs/${runId}/finish`, {
        claimId,
        verdict: 'passed',
        reason: { code: 'all-steps-passed', text: 'All steps passed' },
        steps: [passedStep(0, 'Set up'), passedStep(1, 'Nothing')],
        logBytes,
      });
    },
    close: () => wire.close(),
  };
}

const passedStep = (index: number, name: string) => ({
  index,
  name,
  state: 'passed',
  exitCode: index === 0 ? null : 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:00.010Z',
});

/** Runs all clients until `cycles` are done in all; answers cycles a second and the processor time of each. */
export async function runCycles(
  house: House,
  clients: readonly Client[],
  cycles: number,
): Promise<{ perSecond: number; serverCpuMs: number; databaseCpuMs: number; seconds: number }> {
  const before = house.cpu();
  const began = performance.now();
  let left = cycles;
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) await client.cycle();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const after = house.cpu();
  return {
    seconds,
    perSecond: cycles / seconds,
    serverCpuMs: ((after.server - before.server) * 1000) / cycles,
    databaseCpuMs: ((after.database - before.database) * 1000) / cycles,
  };
}
