// The log of a child on disk: kept short while it is written, and a disk that refuses ends nobody.
import { appendFile, rename, stat } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** Once it would grow beyond `mostBytes` it goes on in a new file, and the one before is kept as `.1`. */
export function openLogFile(file: string, mostBytes: number, onTrouble: (error: Error) => void): Writable {
  let sizeBytes: number | undefined;
  const append = async (bytes: Buffer) => {
    sizeBytes ??= await sizeOf(file);
    if (sizeBytes > 0 && sizeBytes + bytes.length > mostBytes) {
      await rename(file, `${file}.1`);
      sizeBytes = 0;
    }
    await appendFile(file, bytes);
    sizeBytes += bytes.length;
  };
  const write = (bytes: Buffer, done: () => void) => {
    append(bytes)
      .catch((error: Error) => {
        // What is lost is a piece of a log; how much of it was written is looked up again.
        sizeBytes = undefined;
        onTrouble(error);
      })
      .finally(done);
  };
  const stream = new Writable({
    write: (bytes: Buffer, _encoding, done) => write(bytes, done),
    writev: (pieces, done) => write(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
  });
  return stream.on('error', onTrouble);
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
