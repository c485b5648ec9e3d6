// Sends one file to an S3 server: what fits one part in one call, more in parts, of which only a few are in memory.
//
// Nothing has the file's name before all of it has come and was accepted. What was begun and is not wanted is taken back; when that
// fails too, or the server dies, its parts lie unseen until `sweep`.
import { createHash, type Hash } from 'node:crypto';
import { Refused } from '@signalbox/protocol';
import { crashPoint } from '../../base/index.ts';
import type { Written } from '../store.ts';
import type { S3Calls, S3Upload } from './client.ts';

/** No S3 server takes more parts of one file. */
export const mostParts = 10_000;

export type PartLimits = { readonly partBytes: number; readonly partsAtOnce: number };

export async function upload(
  calls: S3Calls,
  key: string,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  accept: ((written: Written) => void) | undefined,
  limits: PartLimits,
): Promise<Written> {
  const seen = { hash: createHash('sha256'), sizeBytes: 0 };
  const parts = partsOf(body, limits.partBytes, seen);
  try {
    const first = await parts.next();
    const second = first.done ? first : await parts.next();
    const finish = (): Written => {
      const written = { sizeBytes: seen.sizeBytes, sha256: seen.hash.digest('hex') };
      accept?.(written);
      return written;
    };
    if (second.done) {
      const written = finish();
      await calls.put(key, first.done ? new Uint8Array() : first.value);
      return written;
    }
    const to = await calls.begin(key);
    try {
      const sent = await sendParts(calls, to, [first.value!, second.value], parts, limits.partsAtOnce);
      const written = finish();
      crashPoint('s3-parts-sent');
      await calls.complete(to, sent);
      return written;
    } catch (error) {
      // Why it failed is what counts; what cannot be taken back now is swept.
      await calls.abort(to).catch(() => undefined);
      throw error;
    }
  } finally {
    await parts.return(undefined);
  }
}

async function sendParts(
  calls: S3Calls,
  to: S3Upload,
  begun: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  atOnce: number,
): Promise<string[]> {
  const names: string[] = [];
  const sending = new Set<Promise<void>>();
  let number = 0;
  const send = async (bytes: Uint8Array): Promise<void> => {
    number += 1;
    if (number > mostParts)
      throw new Refused(
        'too-large',
        `A file in this archive may have ${mostParts} parts, of SIGNALBOX_S3_PART_BYTES each.`,
      );
    const at = number - 1;
    const one = calls.sendPart(to, number, bytes).then((name) => {
      names[at] = name;
      sending.delete(one);
    });
    // A failure is met where the next one is awaited; until then it must not count as met by nobody.
    one.catch(() => undefined);
    sending.add(one);
    if (sending.size >= atOnce) await Promise.race(sending);
  };
  try {
    for (const bytes of begun) await send(bytes);
    for await (const bytes of rest) await send(bytes);
    await Promise.all(sending);
    return names;
  } catch (error) {
    // Parts that come after an abort would stay.
    await Promise.allSettled(sending);
    throw error;
  }
}

type Seen = { readonly hash: Hash; sizeBytes: number };

/** Parts of exactly that size, the last one shorter; none for an empty file. */
async function* partsOf(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  partBytes: number,
  seen: Seen,
): AsyncGenerator<Uint8Array, undefined> {
  let filling: Uint8Array[] = [];
  let filled = 0;
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    seen.hash.update(piece);
    seen.sizeBytes += piece.byteLength;
    for (let at = 0; at < piece.byteLength; ) {
      const taken = piece.subarray(at, at + partBytes - filled);
      filling.push(taken);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled < partBytes) continue;
      yield joined(filling);
      filling = [];
      filled = 0;
    }
  }
  if (filled > 0) yield joined(filling);
  return undefined;
}

const joined = (pieces: readonly Uint8Array[]) => (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
