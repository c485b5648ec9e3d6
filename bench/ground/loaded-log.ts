// A log made of prepared chunks, sent as a worker would send it, as fast as the server takes it: no step runs, nothing is compressed.
import { gzipSync } from 'node:zlib';
import { type Claimed, openPipeline, type SimulatedWorker, startWorker } from './clients.ts';
import type { House } from './house.ts';
import { Wire } from './wire.ts';

const chunkBytes = 262_144;
/** Compressed: what a worker sends at once when its log comes fast. */
const callBytes = 1_000_000;

export type PreparedChunk = { readonly sizeBytes: number; readonly lines: number; readonly member: Buffer };

/** Cut at line ends. */
export function chunksOf(text: Buffer): PreparedChunk[] {
  const chunks: PreparedChunk[] = [];
  for (let at = 0; at < text.length; ) {
    const end = at + chunkBytes >= text.length ? text.length : text.lastIndexOf(10, at + chunkBytes) + 1;
    const piece = text.subarray(at, end);
    const lines = piece.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
    chunks.push({ sizeBytes: piece.length, lines, member: gzipSync(piece, { level: 1 }) });
    at = end;
  }
  return chunks;
}

export type OpenRun = Claimed & { readonly worker: SimulatedWorker };

/** Claims one job for each, which stays claimed. */
export async function openRuns(house: House, pool: string, count: number): Promise<OpenRun[]> {
  const person = await Wire.open(house.address, house.tokens.person);
  const pipelineId = await openPipeline(person, house.pushId);
  const jobs = Array.from({ length: count }, (_, number) => ({
    name: `log-${number}`,
    pool,
    checkout: false,
    steps: [{ name: 'Print', script: 'true' }],
  }));
  await person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, { jobs });
  person.close();
  return Promise.all(
    jobs.map(async (_, number) => {
      const worker = await startWorker(house, `${pool}-${number}`, [pool]);
      const claimed = await worker.claim(60);
      if (!claimed) throw new Error('No run was given out within a minute');
      // As a worker does: a run is its own for good once it has said a word of it.
      const steps = [0, 1].map((index) => ({
        index,
        name: `Step ${index}`,
        state: 'running',
        startedAt: now(),
        endedAt: null,
        exitCode: null,
        reason: null,
      }));
      await worker.wire.call('POST', `/api/v1/runs/${claimed.runId}/steps`, {
        claimId: claimed.claimId,
        sequence: 1,
        steps,
      });
      return { ...claimed, worker };
    }),
  );
}

/** Appends the chunks again and again until the log of step 1 is so long; returns its length. */
export async function fillLog(
  run: OpenRun,
  chunks: readonly PreparedChunk[],
  textBytes: number,
  onSent?: (bytes: number) => void,
): Promise<number> {
  let offset = 0;
  for (let next = 0; offset < textBytes; ) {
    const batch: PreparedChunk[] = [];
    for (let bytes = 0; bytes < callBytes && batch.length < 60; next++) {
      const chunk = chunks[next % chunks.length]!;
      batch.push(chunk);
      bytes += chunk.member.length;
    }
    const sent = await append(run, offset, batch);
    offset += sent;
    onSent?.(sent);
  }
  return offset;
}

/** Returns how much text it was. @throws Error when the server does not take it */
export async function append(
  { worker, runId, claimId }: OpenRun,
  offset: number,
  batch: readonly PreparedChunk[],
): Promise<number> {
  let at = offset;
  const said = batch.map(({ sizeBytes, lines, member }) => {
    at += sizeBytes;
    return { step: 1, offset: at - sizeBytes, sizeBytes, lines, memberBytes: member.length };
  });
  const body = Buffer.concat(batch.map(({ member }) => member));
  const headers = `x-claim-id: ${claimId}\r\nx-log-chunks: ${JSON.stringify(said)}\r\n`;
  const answer = await worker.wire.send('POST', `/api/v1/runs/${runId}/log`, body, headers);
  if (answer.status !== 200) throw new Error(`The server did not take a log: ${answer.status} ${answer.body}`);
  return at - offset;
}

const now = () => new Date().toISOString();
