// Reads a column of bytes as it lies in the database: as rows of an answer it would come as hexadecimal text, twice as long and many
// times as costly. Who imports `pg-copy-streams`: this.
import type pg from 'pg';
import { to } from 'pg-copy-streams';
import type { Statement } from './sql.ts';

/** Of each row its only column, which is bytes and not null. All are in memory at once. The statement's values are whole numbers. */
export async function readBytes(client: pg.ClientBase, statement: Statement): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  const rows = client.query(to(`copy (${inWords(statement)}) to stdout (format binary)`));
  for await (const part of rows) parts.push(part as Buffer);
  return fieldsOf(Buffer.concat(parts));
}

/** Copying takes no parameters. */
function inWords({ text, values }: Statement): string {
  return text.replace(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1];
    if (!Number.isSafeInteger(value)) throw new Error(`${String(value)} is no whole number`);
    return String(value);
  });
}

/** The binary form of COPY: a head, then for each row the count of its fields and each field behind its length, then -1. */
function fieldsOf(copied: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let at = headBytes + copied.readInt32BE(headBytes - 4);
  while (copied.readInt16BE(at) === 1) {
    const from = at + 6;
    at = from + copied.readInt32BE(from - 4);
    fields.push(copied.subarray(from, at));
  }
  return fields;
}

/** Signature, flags, and the length of what a later version may add. */
const headBytes = 11 + 4 + 4;
