// A failed job with a log as long as one likes, sent as a worker sends it, with one error line far in, and sealed.
import { gzipSync } from 'node:zlib';
import { createClient } from '@signalbox/protocol';
import { jobNamed, openPipeline, startWorker } from './clients.ts';
import { say } from './figures.ts';
import type { House } from './house.ts';
import { Wire } from './wire.ts';

export type LongLog = {
  readonly jobId: number;
  readonly runId: number;
  readonly lines: number;
  readonly errorLine: number;
};

const lineBytes = 100;
const memberLines = 2600;
const membersAtOnce = 16;
/** Where most logs fail: not far from their end. */
const errorAt = 0.97;

export async function writeLongLog(house: House, bytes: number): Promise<LongLog> {
  const lines = Math.floor(bytes / lineBytes);
  const errorLine = Math.floor(lines * errorAt);
  const person = await Wire.open(house.address, house.tokens.person);
  const worker = await startWorker(house, 'bench-log', ['bench-log']);
  const client = createClient({ server: house.address, token: house.tokens.worker });
  const pipelineId = await openPipeline(person, house.pushId);
  await person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, { jobs: [jobNamed('long-log', 'bench-log')] });
  const run = (await worker.claim(60))!;
  const { claimId, runId } = run;
  for (let first = 1; first <= lines; first += memberLines * membersAtOnce) {
    const members = Array.from({ length: membersAtOnce }, (_, index) => first + index * memberLines)
      .filter((from) => from <= lines)
      .map((from) => memberOf(from, Math.min(lines, from + memberLines - 1), errorLine));
    await client.call('append-log', {
      params: { run: runId },
      headers: { 'x-claim-id': claimId, 'x-log-chunks': JSON.stringify(members.map(({ chunk }) => chunk)) },
      body: Buffer.concat(members.map(({ member }) => member)),
    });
    if (first % 500_000 < memberLines * membersAtOnce) say(`${Math.round((first / lines) * 100)} % written`);
  }
  const text = lineOf(errorLine, errorLine).trim();
  const item = { step: 1, line: errorLine, startByte: (errorLine - 1) * lineBytes, text, pattern: 'bench' };
  await client.call('report-error-lines', {
    params: { run: runId },
    body: { claimId, items: [{ ...item, fingerprint: '0123456789abcdef' }], stopped: [] },
  });
  const step = { index: 1, name: 'Nothing', state: 'failed' as const, exitCode: 2, ...ran };
  await client.call('finish', {
    params: { run: runId },
    body: {
      claimId,
      verdict: 'failed',
      reason: { code: 'step-failed', text: 'Step "Nothing" exited with 2' },
      steps: [{ index: 0, name: 'Set up', state: 'passed', exitCode: null, ...ran }, step],
      logBytes: [0, lines * lineBytes],
    },
  });
  const detail = await sealed(person, runId);
  person.close();
  worker.close();
  return { jobId: detail.run.jobId, runId, lines, errorLine };
}

const ran = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:10:00.000Z' };

type Run = { run: { jobId: number }; logState: string };

async function sealed(person: Wire, runId: number): Promise<Run> {
  const deadline = performance.now() + 300_000;
  for (;;) {
    const detail = await person.call<Run>('GET', `/api/v1/runs/${runId}`);
    if (detail.logState === 'sealed') return detail;
    if (performance.now() > deadline) throw new Error(`the log of run ${runId} was not sealed within 5 minutes`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function memberOf(from: number, to: number, errorLine: number) {
  let text = '';
  for (let number = from; number <= to; number += 1) text += lineOf(number, errorLine);
  const member = gzipSync(text, { level: 1 });
  const lines = to - from + 1;
  const chunk = {
    step: 1,
    offset: (from - 1) * lineBytes,
    sizeBytes: lines * lineBytes,
    lines,
    memberBytes: member.length,
  };
  return { member, chunk };
}

/** Exactly a hundred bytes with its end, and not two alike. */
function lineOf(number: number, errorLine: number): string {
  const what = number === errorLine ? 'error: this is message' : 'this is message';
  return (
    `${what} ${number} of part ${(number * 7919) % 1009}, worked on for ${(number * 31) % 977} ms`.padEnd(99, '.') +
    '\n'
  );
}
