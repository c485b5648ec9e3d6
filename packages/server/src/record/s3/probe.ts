// Whether an S3 server takes, gives, lists and removes files under these settings: asked before a server starts, not by its first job.
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { S3Calls } from './client.ts';
import { explain } from './explain.ts';
import type { S3Place } from './place.ts';

/** The dot keeps it out of every path. */
const home = '.probe/';

/** @throws Error */
export async function probe(calls: S3Calls, place: S3Place, top: string): Promise<void> {
  const key = `${top}${home}${randomUUID()}`;
  const bytes = Buffer.from(key);
  const step = async <Answer>(doing: string, act: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await act();
    } catch (cause) {
      throw new Error(explain(cause, doing, place), { cause });
    }
  };
  await step('write', () => calls.put(key, bytes));
  const body = await step('read', () => calls.get(key, { start: 1, end: bytes.length - 1 }));
  const read = body && (await step('read', () => buffer(body)));
  if (!read?.equals(bytes.subarray(1)))
    throw new Error(explain(new Error('it answered with other bytes than were asked for'), 'read', place));
  await step('list', () => calls.list(`${top}${home}`, 1, undefined));
  await step('list unfinished uploads', () => calls.unfinished(`${top}${home}`, new Date(0)));
  await step('remove', () => calls.remove(key));
}

/** Those of servers that died while they asked. */
export async function probesIn(calls: S3Calls, top: string, before: Date): Promise<string[]> {
  const { files } = await calls.list(`${top}${home}`, 1000, undefined);
  return files.filter(({ modifiedAt }) => modifiedAt < before).map(({ key }) => key);
}
