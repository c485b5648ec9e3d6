// Writes a body to a file while its digest is made: what came meanwhile is written in one go, so that neither waits for the other.
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Bytes that are gathered for one write; as much again may be on its way to the disk. */
const batchBytes = 1_048_576;

/**
 * Writes from `at` on and answers where it ended. When the body breaks off, what has come of it is written all the same before
 * its error is thrown: `hash` and the file agree, unless the file could not be written.
 */
export async function pour(file: FileHandle, at: number, body: AsyncIterable<Uint8Array>, hash: Hash): Promise<number> {
  let end = at;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    const [parts, from] = [gathered, end];
    end += gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
    writing = writeWhole(file, parts, from);
    // Heard of by the next one who waits for it.
    writing.catch(() => undefined);
  };
  try {
    for await (const part of body) {
      hash.update(part);
      gathered.push(part);
      gatheredBytes += part.byteLength;
      if (gatheredBytes >= batchBytes) await flush();
    }
  } finally {
    await flush();
    await writing;
  }
  return end;
}

async function writeWhole(file: FileHandle, parts: readonly Uint8Array[], from: number): Promise<void> {
  if (parts.length === 0) return;
  const total = parts.reduce((sum, part) => sum + part.byteLength, 0);
  let done = parts.length === 1 ? 0 : (await file.writev(parts as Uint8Array[], from)).bytesWritten;
  if (done === total) return;
  // One part, or the system has taken less than all of them.
  const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts, total);
  while (done < total) done += (await file.write(whole, done, total - done, from + done)).bytesWritten;
}
