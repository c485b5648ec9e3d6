// Holds the chunks of an append call against its body before anything is written: sizes, limits, order, and each member's own word.
import { type LogChunk, Refused } from '@signalbox/protocol';
import { faultOf } from './gzip.ts';
import type { RecordLimits } from './limits.ts';

/**
 * Nothing is inflated: a member's head and trailer are looked at.
 * @throws Refused bad-request, or too-large
 */
export function checkChunks(runId: number, chunks: readonly LogChunk[], body: Buffer, limits: RecordLimits): void {
  const wrong = (what: string) => new Refused('bad-request', `Log of run ${runId}: ${what}`);
  if (chunks.length === 0) throw wrong('no chunk was sent.');
  if (chunks.length > limits.appendChunks) {
    throw new Refused('too-large', `${chunks.length} log chunks in one call; ${limits.appendChunks} are allowed.`);
  }
  const ends = new Map<number, number>();
  let at = 0;
  for (const { step, offset, sizeBytes, lines, memberBytes } of chunks) {
    const which = `the chunk of step ${step} at byte ${offset}`;
    if (step >= limits.steps) throw wrong(`${which}: a run has at most ${limits.steps} steps.`);
    if (sizeBytes < 1 || sizeBytes > limits.chunkBytes) {
      throw wrong(`${which} has ${sizeBytes} bytes; 1 to ${limits.chunkBytes} are allowed. Cut it smaller.`);
    }
    if (lines > sizeBytes) throw wrong(`${which} cannot hold ${lines} lines in ${sizeBytes} bytes.`);
    if (offset + sizeBytes > limits.logBytes) {
      const most = `${limits.logBytes} bytes of log`;
      throw new Refused('too-large', `Step ${step} of run ${runId} printed more than ${most}; the rest is not kept.`);
    }
    const end = ends.get(step);
    if (end !== undefined && end !== offset)
      throw wrong(`${which} does not follow the one before it, which ends at ${end}.`);
    ends.set(step, offset + sizeBytes);
    if (at + memberBytes > body.length) throw wrong(`${which} ends after the body, which has ${body.length} bytes.`);
    const fault = faultOf(body.subarray(at, at + memberBytes), sizeBytes);
    if (fault) throw wrong(`${which} ${fault}.`);
    at += memberBytes;
  }
  if (at !== body.length) throw wrong(`the body has ${body.length} bytes, its chunks ${at}.`);
}
