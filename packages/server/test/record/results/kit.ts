// Reads test results as the server does, from text or bytes, and runs programs that write real ones.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ResultFormatName } from '../../../src/record/results/formats.ts';
import { readResults } from '../../../src/record/results/read-results.ts';
import { type ResultLimits, resultDefaults } from '../../../src/record/results/result-limits.ts';

export function read(format: ResultFormatName, content: string | Uint8Array, limits: Partial<ResultLimits> = {}) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  // In small pieces: a tag, an escape and a character of several bytes may each be cut anywhere.
  return readResults(format, pieces(bytes, 7), { ...resultDefaults, ...limits });
}

function* pieces(bytes: Uint8Array, most: number) {
  for (let from = 0; from < bytes.length; from += most) yield bytes.subarray(from, from + most);
}

/** `count` times the same bytes, never all in memory, between a beginning and an end. */
export function* repeated(head: string, piece: string, count: number, tail: string) {
  const bytes = Buffer.from(piece);
  yield Buffer.from(head);
  for (let index = 0; index < count; index += 1) yield bytes;
  yield Buffer.from(tail);
}

/** What a test program writes: that its tests fail is meant. */
export async function outputOf(file: string, args: readonly string[], cwd: string): Promise<string> {
  // This process's own runner would otherwise speak to it in another format.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  const ended = promisify(execFile)(file, args, { cwd, env: { ...env, FORCE_COLOR: '0' }, timeout: 60_000 });
  return ended.catch((error: { stdout: string }) => error).then(({ stdout }) => stdout);
}
