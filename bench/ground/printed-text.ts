// What the steps of a log benchmark print: lines of 100 bytes like those of a compiler, made once and laid into a file, so that
// printing costs a `cat`. One line in a thousand shows a secret; the digest is of what the log must hold instead.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

export type PrintedText = {
  readonly path: string;
  readonly printedBytes: number;
  /** Of the log: with stars where the secret was. */
  readonly logBytes: number;
  readonly sha256: string;
  /** A piece of it, to measure what the machine can do with such text. */
  readonly sample: Buffer;
};

const lineBytes = 100;
const linesAtOnce = 10_000;
const secretEvery = 1_000;

export function writePrintedText(path: string, megabytes: number, secret: string): PrintedText {
  const lines = Math.ceil((megabytes * 1_000_000) / lineBytes);
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  const pieces: Buffer[] = [];
  let logBytes = 0;
  for (let first = 0; first < lines; first += linesAtOnce) {
    let printed = '';
    const end = Math.min(lines, first + linesAtOnce);
    for (let number = first; number < end; number++) printed += line(number, secret);
    const logged = Buffer.from(printed.replaceAll(secret, '***'), 'latin1');
    logBytes += logged.length;
    hash.update(logged);
    const bytes = Buffer.from(printed, 'latin1');
    if (pieces.length < 20) pieces.push(bytes);
    writeSync(file, bytes);
  }
  closeSync(file);
  const sample = Buffer.concat(pieces);
  return { path, printedBytes: lines * lineBytes, logBytes, sha256: hash.digest('hex'), sample };
}

function line(number: number, secret: string): string {
  // As good as random, the same each time: real lines differ by addresses, digests and times.
  const odd = Math.imul(number + 1, 2_654_435_761) >>> 0;
  const token = number % secretEvery === 0 ? ` token=${secret}` : '';
  const text = `[${String(number).padStart(8)}] CC obj/src/part_${odd % 211}/file_${odd % 8_191}.o ${odd.toString(16).padStart(8, '0')} -O2 -Wall -Wextra -Iinclude${token}`;
  return `${text.slice(0, lineBytes - 1).padEnd(lineBytes - 1, '.')}\n`;
}
