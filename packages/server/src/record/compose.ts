// Lays a sealed log together: the server's text as stored members, the worker's members exactly as they came, and an index of where they lie.
import { storedMember } from './gzip.ts';
import type { SealedMember } from './log-members.ts';
import type { LogPiece } from './log-text.ts';

export type Chunk = {
  readonly runId: number;
  readonly step: number;
  readonly startByte: number;
  readonly sizeBytes: number;
  readonly lines: number;
  readonly member: Buffer;
};
/** By step, as `readLog` looks it up. */
export type SealedIndex = Record<string, SealedMember[]>;

/**
 * Yields the file in parts and fills `index` on the way. `chunks` come by step and place, as `pieces` do.
 * @throws when a chunk is missing in between: the database is not as this room leaves it
 */
export async function* compose(
  pieces: readonly LogPiece[],
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
  index: SealedIndex,
): AsyncGenerator<Buffer> {
  const source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let at = 0;
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      const member = storedMember(piece.text);
      at += member.length;
      yield member;
      continue;
    }
    const members: SealedMember[] = [];
    index[piece.step] = members;
    for (let reached = 0; reached < piece.sizeBytes; ) {
      const next = await source.next();
      if (next.done || next.value.step !== piece.step || next.value.startByte !== reached) {
        throw new Error(`Step ${piece.step} lacks the chunk at byte ${reached} of ${piece.sizeBytes}`);
      }
      const { sizeBytes, lines, member } = next.value;
      members.push([at, member.length, reached, sizeBytes, lines]);
      reached += sizeBytes;
      at += member.length;
      yield member;
    }
  }
}

/** The same for a small log: all of it at once. */
export async function composeWhole(
  pieces: readonly LogPiece[],
  chunks: Iterable<Chunk>,
  index: SealedIndex,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of compose(pieces, chunks, index)) parts.push(part);
  return Buffer.concat(parts);
}
