// A worker that a test plays by hand, through the calls that a real one makes: so the test decides when a step begins, prints and ends.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type Client,
  gzipHeadOf,
  plainHeadBytes,
  type Reason,
  type Step,
  type TimedLines,
  terminalStateAfter,
  type Verdict,
  type WorkOrder,
} from '@signalbox/protocol';

export type HandWorker = {
  /** Waits for a job of its pools, 10 s unless said. */
  claim(waitSeconds?: number): Promise<HandRun>;
};

export type HandRun = {
  readonly order: WorkOrder;
  /** The only own step of the job begins. */
  begin(): Promise<void>;
  /** `times` of the lines that begin in it, as a worker tells them; an older one does not. */
  print(text: string, times?: readonly TimedLines[]): Promise<void>;
  /** Resolves when the server wants the run to end. */
  cancelled(): Promise<void>;
  finish(verdict: keyof typeof reasons): Promise<void>;
};

export async function handWorker(client: Client, name: string, pools: string[]): Promise<HandWorker> {
  const { workerId } = await client.call('register-worker', {
    body: { name, pools, capacity: 2, version: '0.1.0', platform: 'linux-x64' },
  });
  return {
    async claim(waitSeconds = 10) {
      const claimId = randomUUID();
      const { order } = await client.call('claim', {
        params: { worker: workerId },
        body: { claimId, waitSeconds },
      });
      if (!order) throw new Error(`no job of the pools ${pools.join(', ')} came to ${name} within ${waitSeconds} s`);
      return handRun(client, workerId, order);
    },
  };
}

function handRun(client: Client, workerId: number, order: WorkOrder): HandRun {
  const params = { run: order.runId };
  const { claimId } = order;
  const startedAt = new Date().toISOString();
  let printedBytes = 0;
  let state = '';
  let isInsideLine = false;
  return {
    order,
    async begin() {
      await client.call('report-steps', { params, body: { claimId, sequence: 1, steps: steps('running', startedAt) } });
    },
    async print(text, times) {
      const plain = gzipSync(text, { level: 1 });
      const head = times && gzipHeadOf({ isInsideLine, state, times });
      const body = head ? Buffer.concat([head, plain.subarray(plainHeadBytes)]) : plain;
      state = terminalStateAfter(state, text);
      isInsideLine = !text.endsWith('\n');
      const sizeBytes = Buffer.byteLength(text);
      const lines = text.split('\n').length - 1;
      const chunk = { step: 1, offset: printedBytes, sizeBytes, lines, memberBytes: body.length };
      await client.call('append-log', {
        params,
        headers: { 'x-claim-id': claimId, 'x-log-chunks': JSON.stringify([chunk]) },
        body,
      });
      printedBytes += sizeBytes;
    },
    async cancelled() {
      const held = [{ runId: order.runId, claimId }];
      const heard = await client.call('renew', { params: { worker: workerId }, body: { held, waitSeconds: 10 } });
      if (heard.cancelled.length === 0) throw new Error(`nobody cancelled run ${order.runId} within 10 s`);
    },
    async finish(verdict) {
      const body = {
        claimId,
        verdict,
        reason: reasons[verdict],
        steps: steps(verdict, startedAt),
        logBytes: [0, printedBytes],
      };
      await client.call('finish', { params, body });
    },
  };
}

const reasons = {
  passed: { code: 'all-steps-passed', text: 'All steps passed' },
  failed: { code: 'step-failed', text: 'Step "make" exited with 2' },
  errored: { code: 'worker-failed', text: 'The worker failed' },
  cancelled: { code: 'cancelled-by-person', text: 'Cancelled' },
} as const satisfies Partial<Record<Verdict, Reason>>;

function steps(state: Step['state'], startedAt: string): Step[] {
  const endedAt = state === 'running' ? null : new Date().toISOString();
  const exitCode = { passed: 0, failed: 2 }[state as string] ?? null;
  return [
    { index: 0, name: 'Set up', state: 'passed', exitCode: null, startedAt, endedAt: startedAt },
    { index: 1, name: 'make', state, exitCode, startedAt, endedAt },
  ];
}
