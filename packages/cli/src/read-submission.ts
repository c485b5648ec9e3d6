// Jobs as a program hands them over: a JSON list of jobs, or an object that holds one, from a file or the input.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { JobSubmission } from '@signalbox/protocol/browser';
import { Mistake } from './mistake.ts';
import type { Terminal } from './terminal.ts';

/** The server checks what each job says; here only that there are some. */
export async function readSubmission(terminal: Terminal, file: string): Promise<JobSubmission[]> {
  const name = file === '-' ? 'The input' : file;
  const read = await source(terminal, file);
  let value: unknown;
  try {
    value = JSON.parse(read);
  } catch (cause) {
    throw new Mistake('usage', `${name} is not JSON: ${(cause as Error).message}`, shape, { cause });
  }
  const jobs = Array.isArray(value) ? value : (value as { jobs?: unknown } | null)?.jobs;
  if (Array.isArray(jobs)) return jobs as JobSubmission[];
  throw new Mistake('usage', `${name} holds no list of jobs.`, shape);
}

const shape = 'It looks like [{"name": "sign", "needs": [], "steps": [{"script": "make sign"}]}], or {"jobs": […]}.';

async function source(terminal: Terminal, file: string): Promise<string> {
  if (file === '-') {
    if (terminal.stdin.isTTY) throw new Mistake('usage', 'Jobs are not typed at a prompt.', 'Name a file, or pipe it.');
    return text(terminal.stdin);
  }
  try {
    return await readFile(resolve(terminal.directory, file), 'utf8');
  } catch (cause) {
    throw new Mistake('not-found', `${file} cannot be read: ${(cause as Error).message}`, shape, { cause });
  }
}
