// Gives bytes in small pieces, with a breath between: reading a huge file must not keep the server from answering others.
import { setImmediate as breath } from 'node:timers/promises';

const pieceBytes = 16_384;
/** A request that waits meanwhile waits so long, and one piece more. */
const sliceMs = 8;

export async function* inSlices(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun = performance.now();
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.byteLength; from += pieceBytes) {
      yield chunk.subarray(from, from + pieceBytes);
      if (performance.now() - begun < sliceMs) continue;
      await breath();
      begun = performance.now();
    }
  }
}
