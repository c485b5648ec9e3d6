// One step's log as a file: its text with ranges, sealed or still growing; and, once it is sealed, its gzip members as they lie.
import { Readable } from 'node:stream';
import { type Queryable, sql } from '../base/index.ts';
import { batchesOf } from './log-batches.ts';
import { findLog } from './log-members.ts';
import type { OpenFile } from './open-files.ts';
import { readLog } from './read.ts';
import type { ArchiveStore } from './store.ts';

export type StepLogFiles = {
  /** It has a digest when it is sealed: of a log that grows, the next look may see another file. */
  readonly text: OpenFile;
  /** undefined while it grows. Nothing is inflated and nothing compressed to send it. */
  readonly members: OpenFile | undefined;
};

/** @throws Refused run-not-found */
export async function openStepLog(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
): Promise<StepLogFiles> {
  const log = await findLog(db, runId, step);
  const sealed = log.path === null ? undefined : await sealOf(db, runId);
  const file = log.path !== null && sealed ? await store.find(log.path) : undefined;
  const name = `run${runId}-step${step}`;
  const facts = { modifiedAt: file?.modifiedAt ?? new Date().toISOString() };
  const text: OpenFile = {
    ...facts,
    name: `${name}.txt`,
    sizeBytes: log.sizeBytes,
    sha256: sealed ? `${sealed.sha256}-${step}` : null,
    read: (range) => {
      const { start, end } = range ?? { start: 0, end: log.sizeBytes - 1 };
      return Readable.from(textOf(db, store, runId, step, start, end + 1), { objectMode: false });
    },
  };
  const [first, last] = [log.members?.[0], log.members?.at(-1)];
  if (!file || !sealed || !first || !last) return { text, members: undefined };
  const at = first[0];
  const sizeBytes = last[0] + last[1] - at;
  const members: OpenFile = {
    ...facts,
    name: `${name}.txt.gz`,
    sizeBytes,
    sha256: `${sealed.sha256}-${step}.gz`,
    // A step's members lie side by side in the file of its run.
    read: (range) => file.read({ start: at + (range?.start ?? 0), end: at + (range?.end ?? sizeBytes - 1) }),
  };
  return { text, members };
}

async function sealOf(db: Queryable, runId: number): Promise<{ sha256: string } | undefined> {
  const [sealed] = await db.query<{ sha256: string }>(sql`
    select sha256 from sealed_log where run_id = ${runId} and path is not null and sha256 is not null`);
  return sealed;
}

/** Up to, not including, `to`. Some megabytes are in memory at once, however much is asked for. */
async function* textOf(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  step: number,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  if (to - from <= atOnceBytes) {
    for (let at = from; at < to; ) {
      const part = await readLog(db, store, runId, step, { from: at, limit: to - at });
      yield part.bytes;
      at = part.next;
    }
    return;
  }
  for await (const { startByte, bytes } of batchesOf(db, store, runId, step, from)) {
    const end = startByte + bytes.length;
    yield end <= to ? bytes : bytes.subarray(0, to - startByte);
    if (end >= to) return;
  }
}

/** More than this is read ahead. */
const atOnceBytes = 4_194_304;
