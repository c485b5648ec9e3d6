// Reads what a step printed out of the sealed archive, from the file itself, and holds it against what it must be.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { House } from './house.ts';

export type SealedText = { readonly bytes: number; readonly sha256: string; readonly fileBytes: number };

type Row = {
  path: string;
  sha256: string;
  sizeBytes: string;
  index: Record<string, [number, number, number, number][]>;
};

/** @throws Error when the file is not the one that the database describes */
export async function readSealedText(house: House, runId: number, step: number): Promise<SealedText> {
  const { rows } = await house.database.query<Row>(
    'select path, sha256, size_bytes as "sizeBytes", index from sealed_log where run_id = $1',
    [runId],
  );
  const [row] = rows;
  if (!row) throw new Error(`The log of run ${runId} is not sealed`);
  const file = path.join(house.data, 'archive', row.path);
  const found = await digestOf(file);
  if (found !== row.sha256) throw new Error(`${row.path} has the digest ${found}, and the database says ${row.sha256}`);
  const hash = createHash('sha256');
  let bytes = 0;
  const descriptor = openSync(file, 'r');
  for (const [at, memberBytes] of row.index[step] ?? []) {
    const member = Buffer.alloc(memberBytes);
    readSync(descriptor, member, 0, memberBytes, at);
    const text = gunzipSync(member);
    bytes += text.length;
    hash.update(text);
  }
  closeSync(descriptor);
  return { bytes, sha256: hash.digest('hex'), fileBytes: Number(row.sizeBytes) };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1_048_576 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}
