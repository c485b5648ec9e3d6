// Reads a body of bytes into memory, up to a limit: a body without end costs no more than the limit.
import type { Readable } from 'node:stream';
import { Refused } from '@signalbox/protocol';

/** @throws Refused too-large, naming what was too large. */
export async function readBody(stream: Readable, limitBytes: number, what: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of keptOpen(stream)) {
    size += part.length;
    if (size > limitBytes) throw new Refused('too-large', `${what} may be ${limitBytes} bytes at most.`);
    parts.push(part);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
}

/** Who stops reading before the end would else cut the connection, and the sender would never hear why. */
export function keptOpen(stream: Readable): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer> };
}
